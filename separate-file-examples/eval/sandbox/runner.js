// Runs JavaScript source. This file runs in the sandbox, and so does what it runs.

import { print } from 'demo:eval/console@0.1.0';

// The engine has no console of its own.
/** @param {unknown[]} parts */
const log = (...parts) => print(`${parts.map(show).join(' ')}\n`);
globalThis.console = { log, info: log, warn: log, error: log, debug: log };

/** @type {typeof import('demo:eval/evaluator@0.1.0')} */
export const evaluator = {
  evaluate(source) {
    try {
      // An indirect eval runs in the global scope and sees nothing of this file.
      const value = (0, eval)(source);
      return value === undefined ? '' : (json(value) ?? show(value));
    } catch (error) {
      throw failure(error);
    }
  },
};

/**
 * The value as JSON, or undefined where JSON can't hold it.
 *
 * @param {unknown} value
 * @returns {string | undefined}
 */
function json(value) {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined; // a cycle, a bigint
  }
}

/**
 * The value as a person wants to read it.
 *
 * @param {unknown} value
 * @returns {string}
 */
function show(value) {
  if (typeof value === 'object' && value !== null) {
    return json(value) ?? Object.prototype.toString.call(value);
  }
  return String(value);
}

/**
 * @param {unknown} error
 * @returns {import('demo:eval/evaluator@0.1.0').Failure}
 */
function failure(error) {
  if (!(error instanceof Error)) {
    const message = show(error);
    return { kind: typeof error, message, traceback: `uncaught ${message}` };
  }
  const [name, message, stack] = [error.name, error.message, error.stack].map(String);
  // From the call of eval on, the frames are this file's.
  const frames = stack.split('\n');
  const end = frames.findIndex((frame) => frame.includes('at eval (native)'));
  return { kind: name, message, traceback: [`${name}: ${message}`, ...frames.slice(0, end)].join('\n') };
}
