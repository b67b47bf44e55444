// The looks of timing.js, and those for which only StarlingMonkey has what it takes.

import { looks as plain, took } from './timing.js';

const after = (ms) => new Promise((done) => setTimeout(done, ms));

const looks = {
  ...plain,
  chance: () => [Math.random(), crypto.randomUUID(), [...crypto.getRandomValues(new Uint8Array(8))]],
  async timers() {
    const order = [];
    const start = performance.now();
    const all = [3, 1, 2].map((ms) => after(ms).then(() => order.push(ms, performance.now() - start)));
    for (let i = 0; i < 100_000; i++);
    await Promise.all(all);
    return order;
  },
  async ticks() {
    let n = 0;
    const interval = setInterval(() => n++, 1);
    await after(5);
    clearInterval(interval);
    return n;
  },
  cloning: () => took(() => structuredClone(Array.from({ length: 1000 }, (_, i) => ({ i })))),
  async refusedRequest() {
    const start = performance.now();
    const error = await fetch('http://host.invalid/').catch((error) => error);
    return [`${error}`, performance.now() - start];
  },
};

export async function attack(name) {
  return JSON.stringify(await looks[name]());
}
