// What tells the time, or one machine from another: every function in `looks` is a look at something that might.

import { File, ask, tell } from 'test:hostile/host@0.1.0';

const none = (error) => `${error}`;

// What each look shows, or the error that it ends with.
const each = (looks) =>
  Object.entries(looks).map(([name, look]) => {
    try {
      return [name, look()];
    } catch (error) {
      return [name, none(error)];
    }
  });

// The finest clock that there is.
const now = () => (globalThis.performance ? performance.now() : Date.now());

export const took = (f) => {
  const start = now();
  f();
  return now() - start;
};

// Texts that QuickJS has one hash for: it multiplies by 263 and adds the next unit.
const alike = (blocks) => {
  let texts = [''];
  for (let i = 0; i < blocks; i++) {
    texts = texts.flatMap((text) => [text + 'bd', text + 'a' + String.fromCharCode(0x64 + 263)]);
  }
  return texts;
};

const fill = (keys) => () => {
  const map = new Map();
  for (const key of keys) map.set(key, 1);
  return map.size;
};

export const looks = {
  // Clocks, and what is made of them.

  clocks: () =>
    each({
      date: () => Date.now(),
      text: () => String(new Date()),
      local: () => new Date().toLocaleString(),
      zone: () => new Date().getTimezoneOffset(),
      performance: () => performance.now(),
      origin: () => performance.timeOrigin,
    }),

  // How long something takes.

  loop: () =>
    Array.from({ length: 5 }, () =>
      took(() => {
        for (let i = 0; i < 100_000; i++);
      }),
    ),
  roundsUntilTheClockMoves: () =>
    Array.from({ length: 5 }, () => {
      let n = 0;
      for (const start = now(); now() < start + 1; ) n++;
      return n;
    }),
  collidingKeys() {
    const keys = alike(10);
    const plain = keys.map((_, i) => `plain ${i}`);
    const objects = (names) => () => names.forEach((name) => ({})[name]);
    return [fill(keys), fill(plain), objects(keys), objects(plain)].map(took);
  },
  comparingTexts() {
    const secret = 'x'.repeat(1 << 20);
    return [0, 1 << 19, (1 << 20) - 1].map((n) => {
      const guess = 'x'.repeat(n) + 'y'.repeat((1 << 20) - n);
      return took(() => secret === guess);
    });
  },
  cachedMemory() {
    const cells = new Float64Array(1 << 20);
    return [1, 8, 512, 4099].map((step) =>
      took(() => {
        for (let at = 0, i = 0; i < 20_000; i++) cells[(at = (at + step) & 0xfffff)]++;
      }),
    );
  },
  growingMemory: () => Array.from({ length: 5 }, () => took(() => new Uint8Array(1 << 20))),
  collecting() {
    let gone = 0;
    const registry = new FinalizationRegistry(() => gone++);
    const refs = Array.from({ length: 1000 }, () => {
      const node = {};
      node.self = node;
      registry.register(node, 1);
      return new WeakRef(node);
    });
    const times = Array.from({ length: 20 }, () => took(() => Array.from({ length: 1000 }, () => ({ x: [] }))));
    return [times, gone, refs.filter((ref) => ref.deref()).length];
  },
  hostCalls: () => took(ask),
  // The host takes the longer to refuse a guess the more of it is right.
  secretByItsTiming() {
    let known = '';
    for (let i = 0; i < 3; i++) {
      const times = [...'abcd'].map((c) => took(() => tell(known + c)));
      known += 'abcd'[times.indexOf(Math.max(...times))];
    }
    return known;
  },

  // What chance decides, and the machine.

  chance: () => Array.from({ length: 5 }, Math.random),
  orders: () => [Object.keys(globalThis), [...new Set(alike(3))], Object.keys({ b: 1, a: 2, 1: 3 })],
  machine: () =>
    each({
      stack: () => new Error('here').stack,
      globals: () => Object.getOwnPropertyNames(globalThis).sort(),
      navigator: () => JSON.stringify(navigator),
      locale: () => (1234567.891).toLocaleString(),
      sorted: () => ['ä', 'a', 'z'].sort((a, b) => a.localeCompare(b)),
      numbers: () => [Math.sin(1e22), Math.exp(0.7), 0.1 + 0.2, Math.pow(1.1, 100), Math.tan(1e10)],
      endianness: () => [...new Uint8Array(new Uint16Array([1]).buffer)],
      file: () => Object.keys(new File()),
    }),
  memoryThatThereIs() {
    const kept = [];
    try {
      for (;;) kept.push(new Uint8Array(1 << 20).fill(1));
    } catch {
      const n = kept.length;
      kept.length = 0;
      return n;
    }
  },
};

export function attack(name) {
  return JSON.stringify(looks[name]());
}
