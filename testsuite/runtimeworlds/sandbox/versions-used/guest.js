// Uses two versions of one interface.
import * as old from "mirror:dep/test@0.1.0";
import * as current from "mirror:dep/test@0.2.0";

export function run() {
  const got = `${[old.x(), old.y(1), current.x(), current.z(1, 1)]}`;
  if (got !== "1,2,2,4") {
    throw new Error(`got ${got}`);
  }
}
