// Resources of one name on both sides: the guest's are made of the host's.
import { Buffer as HostBuffer } from "mirror:runtime/listed@0.1.0";
import { Thing as HostThing } from "mirror:runtime/things@0.1.0";

class Thing {
  constructor(v) {
    this.inner = new HostThing(v + 1);
  }
  get() {
    return this.inner.get() + 2;
  }
  set(v) {
    this.inner.set(v + 3);
  }
  static merge(a, b) {
    const inner = HostThing.merge(a.inner, b.inner);
    const merged = new Thing(inner.get());
    inner[Symbol.dispose]();
    return merged;
  }
  static consume(it) {
    return it.get();
  }
}

export const things = { Thing, look: (it) => it.get() + 2 };

const joined = (bytes, s) => Uint8Array.of(...bytes, ...Array.from(s, (c) => c.charCodeAt(0)));

class Buffer {
  constructor(x) {
    this.inner = new HostBuffer(joined(x, " outer"));
  }
  read() {
    return joined(this.inner.read(), " outer");
  }
  write(x) {
    this.inner.write(joined(x, " outer"));
  }
  static twice(x) {
    return joined(HostBuffer.twice(joined(x, " outer")), " outer");
  }
}

export const listed = { Buffer };
