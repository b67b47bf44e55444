// Looks at clocks, random numbers and the host on request.

import { ask, Thing } from "test:replay/host@0.1.0";

const kept = [];

const acts = {
  world(argument) {
    return JSON.stringify([Math.random(), Date.now(), new Date().toISOString()]);
  },
  host(argument) {
    const things = [0, 1, 2].map((i) => new Thing(`${argument} ${i}`));
    const names = things.map((thing) => thing.name());
    let answer;
    try {
      answer = ask(argument);
    } catch (e) {
      answer = `no: ${e.payload ?? e}`;
    }
    return JSON.stringify([names, answer]);
  },
  raises(argument) {
    throw new Error(argument);
  },
  loop() {
    for (;;) Math.random();
  },
  eat() {
    for (;;) kept.push(new Uint8Array(1 << 20).fill(1));
  },
};

export function act(what, argument) {
  return acts[what](argument);
}
