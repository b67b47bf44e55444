// What the guest makes of what the host provides: a function a behaviour, by
// the names that the Python guest has for them.
import * as passed from "mirror:runtime/arguments@0.1.0";
import * as common from "mirror:runtime/common@0.1.0";
import * as first from "mirror:runtime/first@0.1.0";
import * as flavors from "mirror:runtime/flavorful@0.1.0";
import * as gated from "mirror:runtime/gated@0.1.0";
import * as lists from "mirror:runtime/lists@0.1.0";
import * as nested from "mirror:runtime/nested@0.1.0";
import * as numbers from "mirror:runtime/numbers@0.1.0";
import * as options from "mirror:runtime/options@0.1.0";
import * as records from "mirror:runtime/records@0.1.0";
import * as outcomes from "mirror:runtime/results@0.1.0";
import * as second from "mirror:runtime/second@0.1.0";
import * as shadows from "mirror:runtime/shadows@0.1.0";
import * as strings from "mirror:runtime/strings@0.1.0";
import * as variants from "mirror:runtime/variants@0.1.0";
import * as wide from "mirror:runtime/wide@0.1.0";
import { echoes, fails, long, same } from "./expect.js";

export function plain_numbers() {
  const n = numbers;
  echoes(n.echoU8, 1, 0, 255);
  echoes(n.echoS8, 1, -128, 127);
  echoes(n.echoU16, 1, 0, 65535);
  echoes(n.echoS16, 1, -32768, 32767);
  echoes(n.echoU32, 1, 0, 0x7fffffff);
  echoes(n.echoS32, 1, -0x80000000, 0x7fffffff);
  echoes(n.echoF32, 1, Infinity, -Infinity, NaN);
  echoes(n.echoF64, 1, Infinity, -Infinity, NaN);
  echoes(n.echoChar, "a", " ", "🚩");
  for (const x of [2, 4]) {
    n.keep(x);
    same(n.kept(), x);
  }
}

export function high_bit() {
  for (const x of [2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1]) {
    same(numbers.echoU32(x | 0) >>> 0, x);
  }
}

export function below_53() {
  echoes(wide.echoU64, ...[0, 1, 2 ** 53 - 1].map(long));
  echoes(wide.echoS64, ...[1, 2 ** 53 - 1].map(long));
}

export function negative() {
  echoes(wide.echoS64, ...[-1, 1 - 2 ** 53].map(long));
}

export function widest() {
  echoes(wide.echoU64, long(2n ** 64n - 1n));
  echoes(wide.echoS64, long(-(2n ** 63n)), long(2n ** 63n - 1n));
}

export function wide_lists() {
  const lists = [[0n, 2n ** 64n - 1n].map(long), [-(2n ** 63n), 2n ** 63n - 1n].map(long)];
  same(wide.echoLists(...lists), lists);
}

export function plain_strings() {
  strings.take("latin utf16");
  same(strings.rockets(), "🚀🚀🚀 𠈄𓀀");
  same(strings.nothing(), "");
  echoes(strings.echo, "🚀🚀🚀 𠈄𓀀");
  strings.takeText("hello");
  same(strings.aText(), "world");
}

const bytes = (s) => Uint8Array.from(unescape(encodeURIComponent(s)), (c) => c.charCodeAt(0));

export function plain_lists() {
  lists.takeNone(new Uint8Array(), "");
  same(lists.none(), []);
  lists.takeBytes(Uint8Array.of(1, 2, 3, 4));
  lists.takeWords(["foo", "bar", "baz"]);
  lists.takeNested([["foo", "bar"], ["baz"]]);
  lists.takeTuples([[1, 2, 3], [4, 5, 6]]);
  lists.takeMany(Array(1000).fill("string"));
  same(lists.bytes(), [1, 2, 3, 4, 5]);
  same(lists.words(), ["hello,", "world!"]);
  echoes(lists.echoBytes, ...["x", "hello", "hello ⚑ world"].map(bytes));
  echoes(lists.echoHeaders, [["Content-Type", bytes("text/plain")], ["Content-Length", bytes("9")]]);
  lists.takeOctets(bytes("hello"));
  same(lists.someOctets(), bytes("world"));
}

export function list_limits() {
  const single = (2 - 2 ** -23) * 2 ** 127;
  const double = Number.MAX_VALUE;
  for (const [echo, a, b] of [
    [lists.echo8, Uint8Array.of(0, 255), Int8Array.of(-128, 127)],
    [lists.echo16, Uint16Array.of(0, 65535), Int16Array.of(-32768, 32767)],
    [
      lists.echoFloat,
      Float32Array.of(-single, single, -Infinity, Infinity),
      Float64Array.of(-double, double, -Infinity, Infinity),
    ],
  ]) {
    same(echo(a, b), [a, b]);
  }
  const [unsigned, signed] = lists.echo32(Uint32Array.of(0, 0xffffffff), Int32Array.of(-0x80000000, 0x7fffffff));
  same(Array.from(unsigned, (x) => x >>> 0), [0, 0xffffffff]);
  same(signed, [-0x80000000, 0x7fffffff]);
}

export function plain_records() {
  const r = records;
  same(r.pair(), [4, 5]);
  same(r.swap([1, 2]), [2, 1]);
  echoes(r.echoTwo, { one: true }, {}, { other: true }, { one: true, other: true });
  echoes(r.echoThree, { first: true }, {}, { second: true }, { first: true, third: true });
  echoes(r.echoBoth, { number: 8, bits: {} }, { number: 0, bits: { one: true, other: true } });
  echoes(r.echoSingle, [1]);
  const wider = [{ b0: true }, { b1: true }, { b2: true }];
  same(r.echoWider(...wider), wider);
}

export function last_flags() {
  const last = [{ b7: true }, { b15: true }, { b31: true }];
  same(records.echoWider(...last), last);
}

const ok = (val) => ({ tag: "ok", val });
const err = (val) => ({ tag: "err", val });

export function plain_variants() {
  const v = variants;
  same([v.cut(1), v.cut(null), v.cut(2)], [1, null, 2]);
  same([v.cutEither(ok(2)), v.cutEither(ok(4))], [2, 4]);
  fails(5, v.cutEither, err(5.3));
  echoes(v.echoLetter, "a", "b");
  same([v.negate(true), v.negate(false)], [false, true]);
  v.takeAliases(null, false, err());
  for (const x of [[true, ok(), "success"], [false, err(), "second"]]) {
    same(v.echoEnums(...x), x);
  }
  same(v.pick(0), { tag: "bytes", val: [1, 2] });
  same(v.pick(1), { tag: "number", val: 7 });
  same(v.pick(2), { tag: "text", val: "text" });
  echoes(
    v.echoMaybes,
    Array(4).fill({ tag: "nothing" }),
    [1, long(2), 3, 4].map((val) => ({ tag: "some", val })),
  );
}

export function joined_variants() {
  for (const [tag, payloads] of [["a", [1, 2, 3, long(4), long(5), 6]], ["b", [long(1), 2, 3, 4, 5, 6]]]) {
    echoes(variants.echoJoined, payloads.map((val) => ({ tag, val })));
  }
}

export function plain_options() {
  options.takeNone(null);
  options.takeSome("foo");
  same([options.none(), options.some()], [null, "foo"]);
  echoes(options.echo, "foo");
  echoes(options.echoNested, { tag: "some", val: 42 }, { tag: "some", val: null }, { tag: "none" });
}

export function results() {
  const o = outcomes;
  fails("zero", o.orString, 0);
  same(o.orString(1), 1);
  fails("a", o.orKind, 0);
  same(o.orKind(1), 1);
  fails({ line: 420, column: 0 }, o.orPlace, 0);
  fails({ line: 77, column: 2 }, o.orPlace, 1);
  same(o.orPlace(2), 2);
  fails({ tag: "place", val: { line: 420, column: 0 } }, o.orCause, 0);
  fails({ tag: "kind", val: "b" }, o.orCause, 1);
  fails({ tag: "kind", val: "c" }, o.orCause, 2);
  same(o.orCause(3), 3);
  fails(undefined, o.orNothing, 0);
  same([o.orNothing(1), o.orNothing(2)], [42, 2]);
  same([o.twice(0), o.twice(1)], [ok(), err("one")]);
  fails("two", o.twice, 2);
}

export function flavorful() {
  const f = flavors;
  f.take({ a: "taken" });
  same(f.give(), { a: "given" });
  same(f.change({ a: "changed input" }), { a: "changed output" });
  same(f.changeRenamed({ a: "input4" }), { a: "result4" });
  f.takeVariants("foo", err("bar"));
  same(f.giveVariant(), "variant");
  same(f.changeVariant("input3"), "output3");
  fails("b", f.once);
  f.once();
  same(f.aliases("typedef1", ["typedef2"]), [bytes("typedef3"), ["typedef4"]]);
  same(f.listVariants([true, false], [ok(), err()], ["success", "a"]), [[false, true], [err(), ok()], ["a", "b"]]);
}

export function plain_nested() {
  const n = nested;
  same([n.inOption(["hello", "world"]), n.inOption(null)], ["hello,world", "none"]);
  same(n.inVariant({ tag: "words", val: ["foo", "bar", "baz"] }), "foo,bar,baz");
  same(n.inVariant({ tag: "empty" }), "empty");
  same([n.inResult(ok(["a", "b", "c"])), n.inResult(err("oops"))], ["a,b,c", "err:oops"]);
  same(n.summarize(["hello", "world"]), { count: 2, label: "hello,world" });
  same(n.summarize(null), { count: 0, label: "none" });
  same(n.join(["x", "y", "z"]), "x,y,z");
}

const counted = (n) => Array.from({ length: n }, (_, i) => i + 1);

export function sixteen() {
  passed.sixteen(...counted(16).map(long));
}

export function seventeen() {
  same(passed.seventeen(...counted(17)), 153);
}

export function common_types() {
  same(common.wrap({ a: true }), { number: 4, bits: { a: true } });
  same(common.choose(), { tag: "number", val: 5 });
}

export function same_names() {
  same([first.name(), second.name()], ["first", "second"]);
}

export function shadowed() {
  fails(null, shadows.shadowed, false, true);
  fails(true, shadows.shadowed, true, true);
  shadows.shadowed(true, false);
}

export function features() {
  same(gated.hidden, undefined);
  same(gated.shown(), 7);
}
