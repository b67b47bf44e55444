// What the world declares itself. The function it imports is a global.

export const inner = { name: () => "inner" };

export const answer = () => "answer";

export function run() {
  const got = ask();
  if (got !== "asked") {
    throw new Error(`got ${got}`);
  }
}
