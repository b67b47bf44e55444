// What the world declares itself. QuickJS has the world's imports as globals,
// StarlingMonkey as modules: esbuild leaves the name as it is.

export const inner = { name: () => "inner" };

export const answer = () => "answer";

export function run() {
  const got = ask();
  if (got !== "asked") {
    throw new Error(`got ${got}`);
  }
}
