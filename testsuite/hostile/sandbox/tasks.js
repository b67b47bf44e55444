// Attacks by tasks: every function in `attacks` is one, or what a task does for one.

import { ask } from 'demo:agents/host';
import { run as start } from 'demo:agents/work';
import { last, left, narrowNext } from 'capsule:tasks/control@0.1.0';

const most = 2 ** 53;

/** Why a task failed, which has to. */
function failure(what, n = 0) {
  let came;
  try {
    came = start(what, n);
  } catch (e) {
    if (typeof e.payload !== 'string') throw e;
    return e.payload;
  }
  throw new Error(`${what} came to ${came}`);
}

const all = { fuel: most, memoryBytes: most, wallTime: most, writtenBytes: most, tasks: most, taskDepth: most };

const attacks = {
  nothing: (n) => n,
  spin() {
    for (;;);
  },
  startOne: () => start('nothing', 1),

  allOfEverything() {
    narrowNext(all, {});
    return failure('spin');
  },
  negative() {
    narrowNext({ fuel: -1 }, {});
    return failure('spin');
  },
  nothingAtAll() {
    for (const limit of ['fuel', 'memoryBytes', 'wallTime', 'writtenBytes']) {
      narrowNext({ [limit]: 0 }, {});
      failure('nothing');
    }
    narrowNext({ tasks: 0 }, {});
    return failure('startOne');
  },
  narrowingWithoutEnd() {
    for (;;) narrowNext(all, { folders: true });
  },
  askingWhatIsLeft() {
    for (;;) left(), last();
  },
  grantsItself(n) {
    try {
      return start('grantsItself', n + 1);
    } catch {
      return n;
    }
  },
  manyTasks() {
    for (;;) start('nothing', 0);
  },
  failingTasks() {
    for (;;) {
      narrowNext({ fuel: 1 }, {});
      failure('nothing');
    }
  },
  tasksThatStartMore(n) {
    for (;;) {
      try {
        start('tasksThatStartMore', n + 1);
      } catch (e) {
        if (n) throw e;
      }
    }
  },
  tasksOfTheHosts() {
    ask();
    return 'none';
  },
  /** Starts a task while one of its own is being told what to do. */
  startsInAGetter() {
    narrowNext({ get fuel() {
      start('nothing', 0);
      return most;
    } }, {});
    return failure('spin');
  },
};

export const work = { run: (what, n) => String(attacks[what](n)) };
