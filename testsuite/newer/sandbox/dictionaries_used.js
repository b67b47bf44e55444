// Has the host give maps back.
import { counts, names, nested } from "test:dictionaries/dictionaries";

function text(map) {
  return "{" + [...map].map(([k, v]) => `${k}:${v instanceof Map ? text(v) : v}`).join(" ") + "}";
}

export function lookUp() {
  return [
    counts(new Map([["a", 1], ["", 2]])),
    counts(new Map()),
    names(new Map([[7, ["x", "y"]], [0, []]])),
    nested(new Map([["in", new Map([["é", true], ["b", false]])]])),
  ].map(text).join(" ");
}
