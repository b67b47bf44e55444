// Compiles one guest with componentize-js:
//
//     node compile.mjs GUEST.js WIT WORLD OUT.wasm
//
// componentize-js has a command line too, but it answers a syntax error with
// the number of errors only, and every other failure with a stack of its own
// files. This one prints what the guest's author needs, and nothing else.
import { readFile, writeFile } from "node:fs/promises";
import { componentize } from "@bytecodealliance/componentize-js";
import oxc from "oxc-parser";

const [guest, wit, world, out] = process.argv.slice(2);

/** The line and column, both from 1, of an offset in UTF-16 units. */
function position(source, offset) {
  const before = source.slice(0, offset).split("\n");
  return `${before.length}:${before.at(-1).length + 1}`;
}

async function main() {
  const source = await readFile(guest, "utf8");
  const { errors } = await oxc.parseAsync(guest, source, { sourceType: "module" });
  if (errors.length > 0) {
    for (const { message, labels } of errors) {
      const start = labels?.[0]?.start;
      const at = start === undefined ? "" : `${position(source, start)} `;
      console.error(`${guest}:${at}SyntaxError: ${message}`);
    }
    return 1;
  }
  const { component } = await componentize({
    sourcePath: guest,
    // The name that messages give the guest.
    sourceName: guest,
    witPath: wit,
    worldName: world,
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
