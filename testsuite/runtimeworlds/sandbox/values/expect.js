// What differs from what was expected is thrown.

// What a field may be that isn't set: engines leave it out, or say so.
const unset = (x) => x === undefined || x === null || x === false;

function equal(a, b) {
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") {
    return Object.is(a ?? null, b ?? null);
  }
  if (Array.isArray(a) || ArrayBuffer.isView(a)) {
    return a.length === b.length && Array.from(a).every((x, i) => equal(x, b[i]));
  }
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => equal(a[key], b[key]) || (unset(a[key]) && unset(b[key])));
}

const text = (x) => JSON.stringify(x, (_, v) => (typeof v === "bigint" ? `${v}n` : v));

export function same(got, want) {
  if (!equal(got, want)) {
    throw new Error(`got ${text(got)}, want ${text(want)}`);
  }
}

export function fails(error, f, ...args) {
  let got;
  try {
    got = f(...args);
  } catch (e) {
    same(e.payload, error);
    return;
  }
  throw new Error(`got ${text(got)}, want the error ${text(error)}`);
}

export function echoes(f, ...values) {
  for (const x of values) {
    same(f(x), x);
  }
}

// Numbers of 64 bits: QuickJS's are numbers, StarlingMonkey's bigints, and only
// StarlingMonkey has a console.
export const long = globalThis.console ? BigInt : Number;
