// Misbehaves on request.

import { ask } from 'test:limits/host@0.1.0';

const kept = [];

export function act(what) {
  switch (what) {
    case 'hello':
      return 'hello';
    case 'loop':
      for (;;) {}
    case 'long builtin':
      return '' + /^(a+)+$/.test('a'.repeat(40) + 'b');
    case 'allocate':
      for (;;) {
        kept.push(new Uint8Array(1 << 20).fill(1));
      }
    case 'allocate and recover':
      try {
        for (;;) {
          kept.push(new Uint8Array(1 << 20).fill(1));
        }
      } catch (error) {
        kept.length = 0;
        return 'out of memory';
      }
    case 'raise':
      throw new TypeError("the guest's own words");
    case 'dice':
      return `${Math.random()} ${Date.now()}`;
    case 'count': {
      let total = 0;
      for (let i = 0; i < 1_000_000; i++) {
        total += i;
      }
      return '' + total;
    }
    case 'ask':
      return ask('what is it?');
    default:
      return `unknown: ${what}`;
  }
}

export function refuse(reason) {
  throw reason;
}
