// Compares JavaScript stubs with the guest types that jco makes itself.
//
// The first argument is the folder of jco, the second that of the typescript
// package; where the third is "names", types don't matter. Standard input is a JSON list of jobs: the WIT, the world, the folder
// of our stubs. Standard output is a JSON list with, for each job, the lines
// that only one side has, or the error that jco ended with.
//
// A line is a module, a type, a field, or a function with its parameters, each
// with types.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [jco, typescript, mode] = process.argv.slice(2);
const namesOnly = mode === "names";
const { typesComponent } = await import(pathToFileURL(path.join(jco, "src/cmd/types.js")));
const ts = createRequire(import.meta.url)(typescript);

// lines returns the lines of some declaration files.
function lines(texts) {
  const all = new Set();
  const sources = texts.map((text) => {
    const source = ts.createSourceFile("types.d.ts", text, ts.ScriptTarget.ES2023, true);
    if (source.parseDiagnostics.length > 0) {
      throw new Error(`no TypeScript: ${source.parseDiagnostics[0].messageText}`);
    }
    return source;
  });
  otherNames = new Map(sources.flatMap((source) => source.statements.filter(ts.isModuleDeclaration).flatMap(renames)));
  for (const source of sources) {
    for (const node of source.statements) {
      if (!ts.isModuleDeclaration(node)) {
        declaration(node, new Map(), (line) => all.add(line));
        continue;
      }
      here = node.name.text;
      const outside = exportedAs(node.body.statements);
      all.add(`${node.name.text}: module`);
      for (const inner of node.body.statements) {
        declaration(inner, outside, (line) => all.add(`${node.name.text}: ${line}`));
      }
    }
  }
  return all;
}

// The module that is being looked at, and the types that are another one under
// another name: which one, by module and name.
let here = "";
let otherNames = new Map();

// renames returns those of otherNames that a module declares.
function renames(module) {
  const name = module.name.text;
  const found = [];
  for (const node of module.body.statements) {
    if (!ts.isTypeAliasDeclaration(node) || node.typeParameters) {
      continue;
    }
    if (ts.isImportTypeNode(node.type)) {
      found.push([`${name}#${node.name.text}`, `${node.type.argument.literal.text}#${node.type.qualifier.text}`]);
    } else if (ts.isTypeReferenceNode(node.type) && !node.type.typeArguments && !isCase(module, node.type.typeName.text)) {
      found.push([`${name}#${node.name.text}`, `${name}#${node.type.typeName.text}`]);
    }
  }
  return found;
}

// isCase reports whether a type of a module is a variant's case: a variant of one
// case isn't another name of that.
function isCase(module, name) {
  return module.body.statements.some(
    (node) => ts.isInterfaceDeclaration(node) && node.name.text === name && node.members[0]?.name.text === "tag",
  );
}

// declared returns the first name of a type.
function declared(module, name) {
  let found = `${module}#${name}`;
  while (otherNames.has(found)) {
    found = otherNames.get(found);
  }
  return found;
}

// exportedAs returns the names under which a module exports what can't be
// declared under them, because they are reserved words.
function exportedAs(statements) {
  const clauses = statements.map((node) => node.exportClause).filter((clause) => clause && ts.isNamedExports(clause));
  return new Map(clauses.flatMap((clause) => clause.elements.map((e) => [e.propertyName?.text, e.name.text])));
}

// declaration gives add the lines of one statement of a module.
function declaration(node, outside, add) {
  const name = outside.get(node.name?.text) ?? node.name?.text;
  if (ts.isFunctionDeclaration(node)) {
    add(`function ${name}${signature(node)}`);
  } else if (ts.isTypeAliasDeclaration(node)) {
    if (node.typeParameters) {
      return; // Option and Result, which are no types of the WIT
    }
    add(`type ${name} = ${type(node.type)}`);
  } else if (ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node)) {
    const head = ts.isClassDeclaration(node) ? `class ${name}` : name;
    add(head);
    for (const m of node.members) {
      add(`${head}.${member(m)}`);
    }
  } else if (ts.isExportDeclaration(node) && ts.isNamespaceExport(node.exportClause ?? node)) {
    const kind = node.isTypeOnly ? "types" : "interface";
    add(`${kind} ${node.exportClause.name.text} from ${node.moduleSpecifier.text}`);
  } else if (ts.isVariableStatement(node)) {
    for (const d of node.declarationList.declarations) {
      add(`const ${d.name.text}: ${type(d.type)}`);
    }
  } else if (ts.isExportAssignment(node)) {
    add(`default ${node.expression.text}`);
  } else if (!ts.isExportDeclaration(node)) {
    throw new Error(`a statement of kind ${ts.SyntaxKind[node.kind]}: ${node.getText()}`);
  }
}

function member(m) {
  const modifiers = (m.modifiers ?? []).map((word) => word.getText() + " ").join("");
  if (ts.isConstructorDeclaration(m)) {
    return `${modifiers}constructor${signature(m)}`;
  }
  const name = modifiers + (m.name.text ?? m.name.getText());
  return ts.isPropertySignature(m) ? name + annotation(m) : name + signature(m);
}

function signature(f) {
  const params = f.parameters.map((p) => p.name.text + annotation(p)).join(", ");
  return `(${params})${f.type ? ": " + type(f.type) : ""}`;
}

// annotation returns what follows a name. What may be left out may be undefined.
function annotation(node) {
  if (!node.questionToken) {
    return `: ${type(node.type)}`;
  }
  if (node.type.kind === ts.SyntaxKind.UndefinedKeyword) {
    return ": void";
  }
  return `?: ${type(node.type).replace(/ \| undefined$/, "")}`;
}

// type returns a type in one spelling of the several that mean it.
function type(node) {
  if (namesOnly) {
    return "_";
  }
  const all = (nodes, separator) => nodes.map(type).join(separator);
  if (ts.isParenthesizedTypeNode(node)) {
    return type(node.type);
  }
  if (ts.isUnionTypeNode(node)) {
    return all(node.types, " | ");
  }
  if (ts.isArrayTypeNode(node)) {
    return `Array<${type(node.elementType)}>`;
  }
  if (ts.isTupleTypeNode(node)) {
    return `[${all(node.elements, ", ")}]`;
  }
  if (ts.isTypeLiteralNode(node)) {
    return `{ ${node.members.map(member).join(", ")} }`;
  }
  if (ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal)) {
    return JSON.stringify(node.literal.text);
  }
  if (ts.isImportTypeNode(node)) {
    return declared(node.argument.literal.text, node.qualifier.text);
  }
  if (ts.isTypeReferenceNode(node) && node.typeName.text === "Result") {
    const [ok, err] = node.typeArguments.map(type);
    return `{ tag: "ok", val: ${ok} } | { tag: "err", val: ${err} }`;
  }
  if (ts.isTypeReferenceNode(node) && node.typeArguments) {
    return `${node.typeName.text}<${all(node.typeArguments, ", ")}>`;
  }
  if (ts.isTypeReferenceNode(node) && !node.typeName.text.endsWith("Array")) {
    return declared(here, node.typeName.text);
  }
  return node.getText();
}

async function compare({ wit, world, ours }) {
  let theirs;
  try {
    const files = await typesComponent(wit, { worldName: world, guest: true });
    const decoder = new TextDecoder();
    theirs = lines(Object.values(files).map((data) => decoder.decode(data)));
  } catch (e) {
    return { error: String(e.message ?? e).split("\n")[0] };
  }
  const mine = lines([readFileSync(path.join(ours, "wit-world.d.ts"), "utf8")]);
  const only = (a, b) => [...a].filter((line) => !b.has(line)).sort();
  return { ours: only(mine, theirs), theirs: only(theirs, mine) };
}

const verdicts = [];
for (const job of JSON.parse(readFileSync(0, "utf8"))) {
  verdicts.push(await compare(job));
}
process.stdout.write(JSON.stringify(verdicts));
