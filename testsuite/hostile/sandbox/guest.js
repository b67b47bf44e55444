// Attacks on request: every function in `attacks` and `tricks` is one, by its name.

import { File, ask, tell } from 'test:hostile/host@0.1.0';
import { tricks } from './tricks.js';

const busy = () => {
  for (;;) {}
};

const attacks = {
  // What never ends.

  busyLoop: busy,
  emptyGenerator() {
    const forever = (function* () {
      for (;;) yield;
    })();
    for (const _ of forever);
  },
  exponentialCalls(n = 100) {
    return n ? attacks.exponentialCalls(n - 1) + attacks.exponentialCalls(n - 1) : 1;
  },
  regularExpression: () => /^(a+)+$/.test('a'.repeat(64) + 'b'),
  regularExpressionOfMany: () => /^(.*,){40}P/.test('1,'.repeat(200)),
  lookBehind: () => /(?<=(a+)+)c/.test('a'.repeat(64) + 'b'),
  sortingSomethingLarge() {
    for (;;) Array.from({ length: 100000 }, Math.random).sort((a, b) => a - b);
  },
  sortingThatNeverAgrees: () => [1, 2, 3].sort(busy),
  power: () => 10n ** 10000000n,
  powerOfPowers: () => 9n ** (9n ** 9n),
  digits: () => (1n << 8000000n).toString().length,
  getters: () => ({ get x() { return busy(); } }).x,
  conversions: () => `${{ toString: busy }}`,
  proxies() {
    const p = new Proxy({}, { get: (target, key, self) => self[key + '.'] });
    try {
      return p.x;
    } catch {
      return busy();
    }
  },
  swallowedErrors() {
    for (;;) {
      try {
        throw new Error();
      } catch {}
    }
  },
  finallyThatGoesOn() {
    for (;;) {
      try {
        return;
      } finally {
        continue;
      }
    }
  },
  promises() {
    const again = () => Promise.resolve().then(again);
    again();
    return 'later';
  },
  swallowedMemoryErrors() {
    let kept = [];
    for (;;) {
      try {
        kept.push(new Uint8Array(1 << 20));
      } catch {
        kept = [];
      }
    }
  },
  longArray: () => new Array(2 ** 32 - 1).indexOf(1),
  sparseArray() {
    const a = [];
    a[2 ** 32 - 2] = 1;
    let n = 0;
    for (let i = 0; i < a.length; i++) n++;
    return n;
  },
  waitingForTheClock() {
    while (Date.now() < 1e15);
  },
  asking() {
    for (;;) ask();
  },
  telling() {
    const text = 'x'.repeat(1 << 20);
    for (;;) tell(text);
  },

  // What grows.

  arrayGrowth() {
    const kept = [];
    for (;;) kept.push({});
  },
  stringDoubling() {
    let text = 'x';
    for (;;) text += text + 'y';
  },
  flattenedString() {
    let text = 'x';
    for (let i = 0; i < 28; i++) text += text;
    return text.split('').length;
  },
  repeatedString: () => 'x'.repeat(2 ** 29),
  typedArray: () => new Uint8Array(2 ** 32).length,
  arrayBuffer: () => new ArrayBuffer(2 ** 40).byteLength,
  filledArray: () => new Array(2 ** 31).fill(0).length,
  spreadArguments: () => Math.max(...new Array(10 ** 7).fill(0)),
  mapGrowth() {
    const map = new Map();
    for (let i = 0; ; i++) map.set(i, i);
  },
  propertyNames() {
    const o = {};
    for (let i = 0; ; i++) o['p' + i] = i;
  },
  closures() {
    let f = () => 1;
    for (;;) {
      const g = f;
      f = () => g;
    }
  },
  joined: () => new Array(2 ** 28).join('xxxxxxxx').length,
  shiftedNumber: () => 1n << 1n << 60n,
  replaced() {
    let text = 'x';
    for (;;) text = text.replace(/x/g, 'xxxxxxxxxx');
  },
  json: () => JSON.stringify(new Array(10 ** 7).fill('\u0000'.repeat(10))).length,
  returned: () => 'x'.repeat(20 << 20),
  hoardedHandles() {
    const kept = [];
    for (let i = 0; i < 10000000; i++) kept.push(new File());
  },

  // What nests.

  recursion: () => attacks.recursion(),
  recursionThatCatches() {
    try {
      attacks.recursionThatCatches();
    } catch {
      attacks.recursionThatCatches();
    }
  },
  nestedJSON: () => JSON.parse('['.repeat(10 ** 6)),
  nestedSource: () => (0, eval)('('.repeat(10 ** 5) + ')'.repeat(10 ** 5)),
  nestedExpression: () => new RegExp('('.repeat(10 ** 5) + ')'.repeat(10 ** 5)),
  nestedArrays() {
    let nested = [];
    for (let i = 0; i < 10 ** 6; i++) nested = [nested];
    return String(nested);
  },
  droppingWhatIsNested() {
    let nested = null;
    for (let i = 0; i < 10 ** 6; i++) nested = { nested };
    nested = null;
    return 'dropped';
  },
  getterRecursion: () => ({ get x() { return this.x; } }).x,

  // What isn't what it seems.

  wrongResult: () => ({ toString: undefined }),
  symbolAsResult: () => Symbol('x'),
  loneSurrogate: () => '\ud800',
  handleFromNothing: () => Object.create(File.prototype)[Symbol.dispose](),
  constructorAsFunction: () => File(),
  brokenPrototypes() {
    Array.prototype[Symbol.iterator] = busy;
    Object.prototype.then = busy;
    String.prototype.toString = busy;
    return 'x';
  },
};

export function attack(name) {
  return (attacks[name] ?? tricks[name])();
}
