// Type-checks each folder that is given on standard input, one a line, as a
// strict TypeScript project of its own, and prints what is wrong.
// The first argument is the folder of the typescript package.
const ts = require(process.argv[2]);
const fs = require("node:fs");
const path = require("node:path");

const options = {
  strict: true,
  allowJs: true,
  checkJs: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2023,
  lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
  module: ts.ModuleKind.ES2022,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  types: [],
};
const host = ts.createCompilerHost(options);
const read = host.getSourceFile;
const libraries = new Map(); // the same for all
host.getSourceFile = (name, ...rest) => {
  if (!path.basename(name).startsWith("lib.")) {
    return read.call(host, name, ...rest);
  }
  if (!libraries.has(name)) {
    libraries.set(name, read.call(host, name, ...rest));
  }
  return libraries.get(name);
};

let failed = false;
for (const folder of fs.readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const files = fs.readdirSync(folder).map((name) => path.join(folder, name));
  const program = ts.createProgram(files, options, host);
  for (const d of ts.getPreEmitDiagnostics(program)) {
    failed = true;
    const at = d.file ? `${d.file.fileName}:${d.file.getLineAndCharacterOfPosition(d.start).line + 1}` : folder;
    console.log(`${at}: ${ts.flattenDiagnosticMessageText(d.messageText, " ")}`);
  }
}
process.exit(failed ? 1 : 0);
