// Runs a submission. This file runs in the sandbox, and so does the submission.

import { print } from 'demo:judge/console@0.1.0';

// The engine has no console of its own.
/** @param {unknown[]} parts */
const log = (...parts) => print(`${parts.map(String).join(' ')}\n`);
globalThis.console = { log, info: log, warn: log, error: log, debug: log };

/** @type {(...args: unknown[]) => unknown} The function that is judged. */
let answer;

/** @type {typeof import('demo:judge/submission@0.1.0')} */
export const submission = {
  load(source, name) {
    try {
      // An indirect eval runs in the global scope and sees nothing of this file.
      answer = (0, eval)(`${source}\n;${name}`);
    } catch (error) {
      throw failure(error);
    }
  },
  answer(args) {
    try {
      return JSON.stringify(answer(...JSON.parse(args))) ?? 'null';
    } catch (error) {
      throw failure(error);
    }
  },
};

/**
 * @param {unknown} error
 * @returns {import('demo:judge/submission@0.1.0').Failure}
 */
function failure(error) {
  if (!(error instanceof Error)) {
    return { kind: typeof error, message: String(error), traceback: `uncaught ${error}` };
  }
  const [name, message, stack] = [error.name, error.message, error.stack].map(String);
  return { kind: name, message, traceback: `${name}: ${message}\n${stack}` };
}
