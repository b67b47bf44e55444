// Moves things of the host's through functions of the world itself. The one it
// imports is a global.
import { Thing as Inner } from "mirror:runtime/things@0.1.0";

export const forward = (it) => pass(it);

export function total(a, b) {
  return new Inner(a.get() + b.get() + 5);
}

class Thing {
  constructor(v) {
    this.inner = new Inner(v + 1);
  }
  get() {
    return this.inner.get() + 3;
  }
  static merge(a, by) {
    return new Thing(a.inner.get() + by);
  }
}

export const wrappers = { Thing };
