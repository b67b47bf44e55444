// Attacks on request: those of guest.js, and what only StarlingMonkey can be told to do.

import { attack as plain } from './guest.js';

const attacks = {
  consoleFlood() {
    const line = 'x'.repeat(1 << 16);
    for (;;) console.log(line);
  },
  async fetchLoop() {
    for (;;) {
      try {
        await fetch('http://host.invalid/');
      } catch {}
    }
  },
  async fetchStorm() {
    const none = () => 'none';
    const all = await Promise.all(Array.from({ length: 1000 }, () => fetch('http://host.invalid/').catch(none)));
    return all.every((one) => one === 'none') ? 'none' : 'some';
  },
  timers() {
    const again = () => setTimeout(again, 0);
    again();
    return new Promise(() => {});
  },
  async awaiting() {
    for (;;) await null;
  },
  cloned() {
    let nested = {};
    for (let i = 0; i < 10 ** 5; i++) nested = { nested };
    return typeof structuredClone(nested);
  },
  encoded: () => new TextEncoder().encode('x'.repeat(2 ** 28)).length,
  randomBytes() {
    for (;;) crypto.getRandomValues(new Uint8Array(1 << 16));
  },
};

export function attack(name) {
  return attacks[name] ? attacks[name]() : plain(name);
}
