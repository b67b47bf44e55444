// Uses the network through tasks alone.

import { narrowNext } from 'capsule:tasks/control@0.1.0';

const without = 'without ';

export function send(what, url, tasks) {
  let last = '';
  for (let i = 0; i < tasks; i++) {
    if (what.startsWith(without)) narrowNext({}, { network: true });
    last = act(what.replace(without, ''), url);
  }
  return last;
}
