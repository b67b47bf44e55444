// Uses an interface that the world declares itself.
import { name } from "outer";

export function run() {
  const got = name();
  if (got !== "outer") {
    throw new Error(`got ${got}`);
  }
}
