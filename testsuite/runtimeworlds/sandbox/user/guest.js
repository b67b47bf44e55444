// Uses every kind of resource of the host's.
import { Part, sum } from "mirror:runtime/aggregates@0.1.0";
import { Word, copy } from "mirror:runtime/lent@0.1.0";
import { Buffer } from "mirror:runtime/listed@0.1.0";
import { Note, unwrap } from "mirror:runtime/originals@0.1.0";
import { unwrap as unwrapRenamed } from "mirror:runtime/renamed@0.1.0";
import { KebabCase, Left, Right, add, consume } from "mirror:runtime/several@0.1.0";
import { Thing, look } from "mirror:runtime/things@0.1.0";

function same(got, want) {
  const [a, b] = [got, want].map((x) => JSON.stringify(x));
  if (a !== b) {
    throw new Error(`got ${a}, want ${b}`);
  }
}

function drop(...resources) {
  for (const resource of resources) {
    resource[Symbol.dispose]();
  }
}

function resources() {
  const it = new Thing(42);
  same(it.get(), 43);
  same(look(it), 45);
  it.set(7);
  same(it.get(), 7);
  drop(it);
}

function given_back() {
  same(Thing.consume(new Thing(3)), 4);
  const it = Thing.merge(new Thing(10), new Thing(4));
  same(it.get(), 17);
  drop(it);
}

function aggregates() {
  const p = Array.from({ length: 17 }, (_, i) => new Part(i));
  const part = (val) => ({ tag: "part", val });
  const ok = (val) => ({ tag: "ok", val });
  same(
    sum(
      { part: p[0] },
      { part: p[1] },
      { lent: p[2], owned: p[3] },
      [p[4], { part: p[5] }],
      [p[6]],
      part(p[7]),
      part(p[8]),
      [p[9], p[10]],
      [p[11], p[12]],
      p[13],
      p[14],
      ok(p[15]),
      ok(p[16]),
    ),
    (17 * 18) / 2 + 3,
  );
  drop(p[1], p[2], p[6], p[8], p[11], p[12], p[14], p[16]);
}

function renamed() {
  const notes = unwrap({ note: new Note("ciao") });
  const read = new Note("salut");
  notes.push(...unwrapRenamed({ memo: new Note("aloha") }, { note: new Note("ni hao") }, read));
  same(
    notes.map((note) => note.get()),
    ["ciao", "aloha", "ni hao"].map((s) => `${s}, noted, read`),
  );
  drop(read, ...notes);
}

function lent_in_records() {
  const words = ["bonjour", "mon cher"].map((s) => new Word(s));
  const copies = copy(words.map((word) => ({ word })));
  same(
    copies.map((word) => word.get()),
    ["bonjour new copy read", "mon cher new copy read"],
  );
  drop(...words, ...copies);
}

const bytes = (s) => Uint8Array.from(s, (c) => c.charCodeAt(0));
const text = (bytes) => String.fromCharCode(...bytes);

function lists() {
  const buffer = new Buffer(bytes("hi"));
  same(text(buffer.read()), "hi new read");
  buffer.write(bytes("hola"));
  same(text(buffer.read()), "hola write read");
  drop(buffer);
  same(text(Buffer.twice(bytes("ohayo"))), "ohayo twice");
}

function several() {
  const x = new Left(5);
  same(x.getA(), 5);
  x.setA(10);
  same(x.getA(), 10);
  const [a, b] = [new Right(10), new Right(20)];
  const both = add(a, b);
  same(both.getA(), 30);
  const k = new KebabCase(9);
  same(k.getA(), 9);
  drop(x, a, b, both, k);
}

function several_given_back() {
  const x = Left.add(new Left(10), 5);
  same(x.getA(), 15);
  consume(x);
  same(KebabCase.takeOwned(new KebabCase(9)), 9);
}

const behaviours = {
  resources,
  given_back,
  aggregates,
  renamed,
  lent_in_records,
  lists,
  several,
  several_given_back,
};

export function run(behaviour) {
  behaviours[behaviour]();
}
