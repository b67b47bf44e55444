// What the guest provides.
import { long, same } from "./expect.js";

const echo = (x) => x;
const echoAll = (...all) => all;

let kept = 0;
let called = false;

export const numbers = {
  echoU8: echo,
  echoS8: echo,
  echoU16: echo,
  echoS16: echo,
  echoU32: echo,
  echoS32: echo,
  echoF32: echo,
  echoF64: echo,
  echoChar: echo,
  keep(x) {
    kept = x;
  },
  kept: () => kept,
};

export const wide = { echoU64: echo, echoS64: echo, echoLists: echoAll };

export const strings = {
  take: (x) => same(x, "latin utf16"),
  rockets: () => "🚀🚀🚀 𠈄𓀀",
  nothing: () => "",
  echo,
  takeText: (x) => same(x, "hello"),
  aText: () => "world",
};

const ascii = (s) => Uint8Array.from(s, (c) => c.charCodeAt(0));

export const lists = {
  takeNone: (x, y) => same([x, y], [[], ""]),
  none: () => new Uint8Array(),
  takeBytes: (x) => same(x, [1, 2, 3, 4]),
  takeWords: (x) => same(x, ["foo", "bar", "baz"]),
  takeNested: (x) => same(x, [["foo", "bar"], ["baz"]]),
  takeTuples: (x) => same(x, [[1, 2, 3], [4, 5, 6]]),
  takeMany: (x) => same(x, Array(1000).fill("string")),
  bytes: () => Uint8Array.of(1, 2, 3, 4, 5),
  words: () => ["hello,", "world!"],
  echo8: echoAll,
  echo16: echoAll,
  echo32: echoAll,
  echoFloat: echoAll,
  echoBytes: echo,
  echoHeaders: echo,
  takeOctets: (x) => same(x, ascii("hello")),
  someOctets: () => ascii("world"),
};

export const records = {
  pair: () => [4, 5],
  swap: ([a, b]) => [b, a],
  echoTwo: echo,
  echoThree: echo,
  echoWider: echoAll,
  echoBoth: echo,
  echoSingle: echo,
};

export const variants = {
  cut: (x) => (x === null || x === undefined ? null : Math.trunc(x)),
  cutEither({ tag, val }) {
    if (tag === "err") {
      throw Math.trunc(val);
    }
    return val;
  },
  echoLetter: echo,
  negate: (x) => !x,
  echoJoined: echo,
  echoMaybes: echo,
  takeAliases: (a, b, c) => same([a, b, c], [null, false, { tag: "err" }]),
  echoEnums: echoAll,
  pick: (which) =>
    [
      { tag: "bytes", val: Uint8Array.of(1, 2) },
      { tag: "number", val: 7 },
      { tag: "text", val: "text" },
    ][which],
};

export const options = {
  takeNone: (x) => same(x, null),
  takeSome: (x) => same(x, "foo"),
  none: () => null,
  some: () => "foo",
  echo,
  echoNested: echo,
};

// What a function of x throws where there is an error for it, and x otherwise.
const failing = (errors) => (x) => {
  if (x in errors) {
    throw errors[x];
  }
  return x;
};

export const results = {
  orString: failing(["zero"]),
  orKind: failing(["a"]),
  orPlace: failing([{ line: 420, column: 0 }, { line: 77, column: 2 }]),
  orCause: failing([
    { tag: "place", val: { line: 420, column: 0 } },
    { tag: "kind", val: "b" },
    { tag: "kind", val: "c" },
  ]),
  orNothing(x) {
    if (x === 0) {
      throw undefined;
    }
    return x === 1 ? 42 : x;
  },
  twice(x) {
    if (x === 2) {
      throw "two";
    }
    return x === 0 ? { tag: "ok" } : { tag: "err", val: "one" };
  },
};

export const flavorful = {
  take: (x) => same(x, { a: "taken" }),
  give: () => ({ a: "given" }),
  change(x) {
    same(x, { a: "changed input" });
    return { a: "changed output" };
  },
  changeRenamed(x) {
    same(x, { a: "input4" });
    return { a: "result4" };
  },
  takeVariants: (a, b) => same([a, b], ["foo", { tag: "err", val: "bar" }]),
  giveVariant: () => "variant",
  changeVariant(x) {
    same(x, "input3");
    return "output3";
  },
  once() {
    if (!called) {
      called = true;
      throw "b";
    }
  },
  aliases(a, b) {
    same([a, b], ["typedef1", ["typedef2"]]);
    return [ascii("typedef3"), ["typedef4"]];
  },
  listVariants(a, b, c) {
    same([a, b, c], [[true, false], [{ tag: "ok" }, { tag: "err" }], ["success", "a"]]);
    return [[false, true], [{ tag: "err" }, { tag: "ok" }], ["a", "b"]];
  },
};

const joined = (words) => words?.join(",") ?? "none";

export const nested = {
  inOption: joined,
  inVariant: ({ tag, val }) => (tag === "empty" ? tag : joined(val)),
  inResult: ({ tag, val }) => (tag === "err" ? `err:${val}` : joined(val)),
  summarize: (x) => ({ count: x?.length ?? 0, label: joined(x) }),
  join: joined,
};

const counted = (n) => Array.from({ length: n }, (_, i) => i + 1);

// A module may not declare arguments, but may export it.
const passed = {
  sixteen: (...all) => same(all, counted(16).map(long)),
  seventeen(...all) {
    same(all, counted(17));
    return all.reduce((sum, x) => sum + x);
  },
};
export { passed as arguments };

export const common = {
  wrap: (bits) => ({ number: 4, bits }),
  choose: () => ({ tag: "number", val: 5 }),
};

export const first = { name: () => "first" };
export const second = { name: () => "second" };

export const shadows = {
  shadowed(a, b) {
    if (b) {
      throw a ? true : null;
    }
  },
};

export const gated = { shown: () => 7 };
