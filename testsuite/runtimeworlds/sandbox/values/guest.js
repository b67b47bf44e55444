// Every interface, provided to the host and used from it.
import * as uses from "./uses.js";

export * from "./provides.js";

export function run(behaviour) {
  uses[behaviour]();
}
