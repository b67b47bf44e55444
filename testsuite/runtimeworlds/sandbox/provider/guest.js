// Resources of every kind, for the host.

function same(got, want) {
  if (got !== want) {
    throw new Error(`got ${got}, want ${want}`);
  }
}

class Thing {
  constructor(v) {
    this.v = v + 1;
  }
  get() {
    return this.v;
  }
  set(v) {
    this.v = v;
  }
  static merge(a, b) {
    return new Thing(a.v + b.v);
  }
  static consume(it) {
    return it.v;
  }
}

export const things = { Thing, look: (it) => it.v + 2 };

class Part {
  constructor(v) {
    this.v = v + 1;
  }
}

export const aggregates = {
  Part,
  sum(r1, r2, r3, t1, t2, v1, v2, l1, l2, o1, o2, e1, e2) {
    const parts = [r1.part, r2.part, r3.lent, r3.owned, t1[0], t1[1].part, t2[0]];
    parts.push(v1.val, v2.val, ...l1, ...l2, o1, o2, e1.val, e2.val);
    return parts.reduce((sum, part) => sum + part.v, 3);
  },
};

class Note {
  constructor(s) {
    this.s = `${s}, noted`;
  }
  get() {
    return `${this.s}, read`;
  }
}

export const originals = { Note, unwrap: ({ note }) => [note] };

export const renamed = {
  unwrap(a, b, c) {
    same(c.get(), "salut, noted, read");
    return [a.memo, b.note];
  },
};

class Word {
  constructor(s) {
    this.s = `${s} new`;
  }
  get() {
    return `${this.s} read`;
  }
}

export const lent = {
  Word,
  copy: (x) => x.map(({ word }) => Object.assign(new Word(""), { s: `${word.s} copy` })),
};

const joined = (bytes, s) => Uint8Array.of(...bytes, ...Array.from(s, (c) => c.charCodeAt(0)));

class Buffer {
  constructor(x) {
    this.bytes = joined(x, " new");
  }
  read() {
    return joined(this.bytes, " read");
  }
  write(x) {
    this.bytes = joined(x, " write");
  }
  static twice(x) {
    return joined(x, " twice");
  }
}

export const listed = { Buffer };

class Left {
  constructor(a) {
    this.a = a;
  }
  getA() {
    return this.a;
  }
  setA(a) {
    this.a = a;
  }
  static add(x, a) {
    return new Left(x.a + a);
  }
}

let dropped = 0;

class Right {
  constructor(a) {
    this.a = a;
  }
  getA() {
    return this.a;
  }
  static numDropped() {
    return dropped;
  }
  [Symbol.dispose]() {
    dropped++;
  }
}

class KebabCase {
  constructor(a) {
    this.a = a;
  }
  getA() {
    return this.a;
  }
  static takeOwned(k) {
    return k.a;
  }
}

export const several = {
  Left,
  Right,
  KebabCase,
  add: (a, b) => new Right(a.a + b.a),
  consume: (x) => same(x.a, 15),
};
