// More attacks on request, most of them on the engine's own conversions.

import { File, tell } from 'test:hostile/host@0.1.0';

const busy = () => {
  for (;;) {}
};

export const tricks = {
  // Conversions and traps that loop.

  toPrimitive: () => `${{ [Symbol.toPrimitive]: busy }}`,
  toPrimitiveAsResult: () => ({ [Symbol.toPrimitive]: busy, toString: busy, valueOf: busy }),
  toPrimitiveAsArgument: () => tell({ [Symbol.toPrimitive]: busy, toString: busy }),
  stringObjectAsResult: () => new String('x'),
  proxyAsResult: () => new Proxy({}, { get: busy, has: busy, ownKeys: busy, getPrototypeOf: busy }),
  proxyOfAString: () => new Proxy(new String('x'), {}),
  proxyWithEndlessKeys() {
    const keys = (function* () {
      for (let i = 0; ; i++) yield 'k' + i;
    })();
    return Object.keys(new Proxy({}, { ownKeys: () => [...keys] }));
  },
  proxiesInsideEachOther() {
    let p = {};
    for (let i = 0; i < 1e5; i++) p = new Proxy(p, {});
    return p.x;
  },
  revokedProxy() {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy.x;
  },
  thenable: () => ({ then: busy }),
  hasInstance: () => ({}) instanceof { [Symbol.hasInstance]: busy },
  species() {
    class A extends Array {
      static get [Symbol.species]() {
        return busy();
      }
    }
    return A.from([1]).map((x) => x);
  },
  speciesThatLies() {
    const buffer = new ArrayBuffer(8);
    const a = new Uint8Array(buffer);
    a.constructor = { [Symbol.species]: class { constructor() { return new Uint8Array(buffer.transfer(0)); } } };
    return a.slice(0, 8).length;
  },
  lengthThatLies: () => Array.prototype.join.call({ length: 2 ** 53 - 1 }, ''),
  arrayFromLength: () => Array.from({ length: 2 ** 32 - 1 }),
  concatSpreadable: () => [].concat({ length: 2 ** 53 - 1, [Symbol.isConcatSpreadable]: true }, [1]),
  sortThatShrinks() {
    const a = Array.from({ length: 1000 }, (_, i) => 1000 - i);
    return a.sort(() => (a.length = 0) - 1).length;
  },
  defineSetters() {
    Object.defineProperty(Array.prototype, '0', { set: busy });
    return [...[1, 2]].concat(3).map(String).join();
  },
  brokenIterators() {
    const next = { next: () => ({ get done() { return busy(); } }) };
    return [...{ [Symbol.iterator]: () => next }];
  },

  // Promises, generators, references.

  asyncAsResult: async () => 'later',
  asyncLoop() {
    (async () => {
      for (;;) await null;
    })();
    return 'later';
  },
  asyncGenerators() {
    (async () => {
      for await (const _ of (async function* () { for (;;) yield; })());
    })();
    return 'later';
  },
  promiseStorm() {
    for (let i = 0; ; i++) Promise.resolve(i).then(busy);
  },
  promiseOfItself() {
    const chain = [];
    for (let i = 0; i < 1e5; i++) chain.push(Promise.all(chain.slice(-2)));
    return 'all';
  },
  rejections() {
    for (let i = 0; i < 1e4; i++) Promise.reject(new Error('x'.repeat(1000)));
    return 'rejected';
  },
  spreadGenerator() {
    return [...(function* () { for (;;) yield 1; })()];
  },
  generatorThatStays() {
    const g = (function* () { try { yield; } finally { busy(); } })();
    g.next();
    return g.return();
  },
  generatorThatRunsItself() {
    const g = (function* () { g.next(); yield; })();
    return g.next();
  },
  generatorsInsideEachOther() {
    let g = [1];
    const inner = function* (of) { yield* of; };
    for (let i = 0; i < 1e5; i++) g = inner(g);
    return [...g];
  },
  iteratorHelpers: () => (function* () { for (let i = 0; ; i++) yield i; })().filter(() => true).map((x) => x).toArray(),
  finalizationRegistry() {
    const registry = new FinalizationRegistry(busy);
    for (let i = 0; i < 1000; i++) registry.register({}, i);
    return 'registered';
  },
  weakReferences() {
    const refs = [];
    for (;;) refs.push(new WeakRef({}));
  },
  mapThatGrowsAsItIsRead() {
    const map = new Map([[0, 0]]);
    for (const [k] of map) map.set(k + 1, 0);
  },
  symbols() {
    for (let i = 0; ; i++) Symbol.for('s' + i);
  },

  // Buffers and numbers.

  floats: () => new Float64Array(2 ** 27).length,
  growingBuffer() {
    const buffer = new ArrayBuffer(0, { maxByteLength: 2 ** 30 });
    for (let n = 1; ; n *= 2) buffer.resize(n);
  },
  bufferThatShrinks() {
    const buffer = new ArrayBuffer(1024, { maxByteLength: 1024 });
    const view = new Uint8Array(buffer);
    view.fill({ valueOf: () => (buffer.resize(0), 1) });
    return String(view[1000]);
  },
  bufferTakenAway() {
    const view = new Uint8Array(1024);
    view.set({ length: 1024, get 0() { view.buffer.transfer(); return 1; } });
    return String(view[1000]);
  },
  viewOutOfRange: () => new DataView(new ArrayBuffer(8)).getFloat64(2 ** 53 - 1),
  atomicsWait: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  sharedBuffers() {
    const kept = [];
    for (;;) kept.push(new SharedArrayBuffer(1 << 20));
  },
  bigNumberRead: () => BigInt('9'.repeat(1e6)) % 7n,
  bigNumberOfBits: () => BigInt.asUintN(2 ** 53 - 1, -1n),
  numberWritten: () => (0.1).toFixed(100).repeat(2 ** 22).length,
  dateBeyondTime: () => new Date(8.64e15 + 1).toISOString(),

  // Texts.

  padding: () => 'x'.padEnd(2 ** 30 - 2).length,
  normalised: () => '\ufdfa'.repeat(1e7).normalize('NFKD').length,
  escaped: () => encodeURIComponent('\u{10ffff}'.repeat(1e7)).length,
  replacedByAFunction: () => 'x'.repeat(1e6).replaceAll('', () => 'y'.repeat(1e5)),
  replacedByWhatSurrounds: () => 'x'.repeat(1e5).replace(/x/g, "$`$'"),
  matches: () => [...'x'.repeat(1e7).matchAll(/(?:)/g)].length,
  quantifiers: () => new RegExp('(?:(?:a{1000}){1000}){1000}').test('a'.repeat(1e6)),
  namedGroups: () => new RegExp(Array.from({ length: 1e5 }, (_, i) => `(?<g${i}>x)?`).join('')).exec('x').groups,
  backReferences: () => /^(a*)*\1*$/.test('a'.repeat(40) + 'b'),
  jsonOfEverything() {
    const o = { toJSON: () => [o, o] };
    return JSON.stringify(o);
  },
  jsonReviver: () => JSON.parse('[1]', busy),
  jsonIndent: () => JSON.stringify(JSON.parse('['.repeat(1000) + ']'.repeat(1000)), null, '          ').repeat(100).length,
  flattenedItself() {
    const a = [];
    a.push(a, a);
    return a.flat(Infinity);
  },
  longSource: () => new Function('x;'.repeat(1e7))(),
  sourceWithManyNames: () => new Function(Array.from({ length: 1e5 }, (_, i) => `let v${i};`).join(''))(),
  sourceWithManyArguments: () => new Function(`f(${'1,'.repeat(1e5)}1)`)(),

  // Ends that lie.

  errorThatLoops() {
    throw { get message() { return busy(); }, get stack() { return busy(); }, toString: busy };
  },
  errorWithALoopingStack() {
    const error = new Error('x');
    Object.defineProperty(error, 'stack', { get: busy });
    throw error;
  },
  errorThatIsAProxy() {
    throw new Proxy(new Error('x'), { get: busy });
  },
  preparedStack() {
    Error.prepareStackTrace = busy;
    throw new Error('x');
  },
  payloadThatLoops() {
    throw Object.assign(new Error('x'), { get payload() { return busy(); } });
  },
  payloadGetter() {
    throw Object.defineProperty(new Error('x'), 'payload', { get: busy });
  },
  errorOfMegabytes() {
    throw new Error('x'.repeat(10 << 20));
  },
  errorWithEscapes() {
    throw new Error('\x1b]0;owned\x07\x1b[2J\r\u202etxt\u2028\0');
  },
  chainOfCauses() {
    let error;
    for (let i = 0; i < 1e5; i++) error = new Error('x', { cause: error });
    throw error;
  },
  nothingThrown() {
    throw undefined;
  },
  symbolThrown() {
    throw Symbol('x');
  },
  memoryErrorMadeUp() {
    throw new InternalError('out of memory');
  },
  stackTraceWithoutALimit() {
    Error.stackTraceLimit = Infinity;
    const down = (n) => {
      if (n) down(n - 1);
      throw new Error('bottom');
    };
    down(1000);
  },

  // What reaches beneath.

  modulesOfTheEngine: () => import('std').then(busy, busy) && 'asked for',
  globalsDeleted() {
    for (const name of Object.getOwnPropertyNames(globalThis)) delete globalThis[name];
    return 'x';
  },
  prototypesFrozen() {
    for (const c of [Object, Array, Function, Promise, String, Map]) Object.freeze(c.prototype);
    return 'x';
  },
  prototypesReplaced() {
    for (const c of [Array, String, Promise, Map, Set]) {
      for (const name of Reflect.ownKeys(c.prototype)) {
        try {
          c.prototype[name] = busy;
        } catch {}
      }
    }
    return 'x';
  },
  deepPrototypes() {
    let o = {};
    for (let i = 0; i < 1e6; i++) o = Object.create(o);
    for (;;) o.nothing;
  },
  constructedAsSomethingElse: () => Reflect.construct(File, [], Object),
  closedTwice() {
    const file = new File();
    file[Symbol.dispose]();
    file[Symbol.dispose]();
    return 'closed';
  },
  handleCopied() {
    const file = new File();
    const other = Object.create(File.prototype, Object.getOwnPropertyDescriptors(file));
    file[Symbol.dispose]();
    other[Symbol.dispose]();
    return 'closed';
  },
  argumentOfAnotherType: () => tell(12),
  argumentMissing: () => tell(),
  argumentsTooMany: () => tell('x', 'y', 'z') ?? 'taken',
  argumentOfMegabytes: () => tell('x'.repeat(40 << 20)),
};
