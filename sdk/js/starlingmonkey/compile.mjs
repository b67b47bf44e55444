// Compiles one guest with componentize-js:
//
//     node compile.mjs GUEST.js ENTRY.js WIT WORLD OUT.wasm
//
// ENTRY.js is the module to compile: the guest's own, or one that passes on
// what that exports. componentize-js has a command line too, but it answers a
// syntax error with the number of errors only, and every other failure with a
// stack of its own files. This one prints what the guest's author needs.
import { readFile, writeFile } from "node:fs/promises";
import { componentize } from "@bytecodealliance/componentize-js";
import oxc from "oxc-parser";

const [guest, entry, wit, world, out] = process.argv.slice(2);

/** The line and column, both from 1, of an offset in UTF-16 units. */
function position(source, offset) {
  const before = source.slice(0, offset).split("\n");
  return `${before.length}:${before.at(-1).length + 1}`;
}

/** Whether a parsed module exports a name itself. */
function exports(module, name) {
  return module.staticExports.some(({ entries }) =>
    entries.some((entry) => entry.exportName.name === name));
}

async function main() {
  const source = await readFile(guest, "utf8");
  const { errors, module } = await oxc.parseAsync(guest, source, { sourceType: "module" });
  if (errors.length > 0) {
    for (const { message, labels } of errors) {
      const start = labels?.[0]?.start;
      const at = start === undefined ? "" : `${position(source, start)} `;
      console.error(`${guest}:${at}SyntaxError: ${message}`);
    }
    return 1;
  }
  const { component } = await componentize({
    // Without it, the program that runs the guest's top level keeps a cache in
    // the home folder that the system knows of.
    env: { HOME: process.env.HOME },
    sourcePath: entry,
    // The name that messages give the guest.
    sourceName: guest,
    witPath: wit,
    worldName: world,
    // A guest that handles requests itself does without the event, which
    // componentize-js finds out from the entry module only.
    disableFeatures: exports(module, "incomingHandler") ? ["fetch-event"] : [],
  });
  await writeFile(out, component);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error?.message ?? String(error));
  process.exitCode = 1;
}
