// Counters for the host, and a user of the host's logs.
import { Log, merge } from "test:resources/logs@0.1.0";

let kept = null;

export function note(to, line) {
  to.write(line);
}

export function keep(it) {
  kept?.[Symbol.dispose]();
  kept = it ?? null;
}

export function give() {
  const log = kept;
  kept = null;
  return log;
}

export function make(name) {
  const log = new Log(name);
  log.write(name);
  return log;
}

export function find(name) {
  try {
    return Log.open(name);
  } catch (error) {
    throw error.payload;
  }
}

export function merged(a, b) {
  const both = merge(a, b);
  const lines = both.lines();
  both[Symbol.dispose]();
  return lines;
}

class Counter {
  constructor(start) {
    this.count = start;
  }

  static parse(text) {
    if (!/^[0-9]+$/.test(text)) {
      throw "no number";
    }
    return new Counter(Number(text));
  }

  step(by) {
    this.count += by;
    return this.count;
  }

  value() {
    return this.count;
  }

  close() {
    this.count = 0;
  }
}

export const counters = {
  Counter,

  sum(all) {
    return all.reduce((sum, counter) => sum + counter.value(), 0);
  },

  join({ left, right }) {
    return new Counter(left.value() + (right?.value() ?? 0));
  },

  even(of) {
    return of.value() % 2 === 0 ? of : null;
  },
};
