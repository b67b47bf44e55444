"""Compares Python stubs with the bindings that componentize-py makes itself.

The first argument is the folder with componentize-py. Standard input is a JSON
list of jobs: the WIT, the world, the folder of our stubs. Standard output is a
JSON list with, for each job, the lines that only one side has, or the error that
componentize-py ended with.

A line is a module, a class with its fields in order, an enumeration with its
members in order, a union, or a function with its parameters, each with types.
"""

import ast
import contextlib
import json
import os
import pathlib
import re
import sys
import tempfile
import typing

sys.path.insert(0, sys.argv[1])
from componentize_py import script

GENERIC = {"Tuple": "tuple", "List": "list"}


class Module:
    """The declarations of one file."""

    def __init__(self, root: pathlib.Path, path: pathlib.Path) -> None:
        parts = list(path.relative_to(root).with_suffix("").parts)
        package = parts[:-1]
        if parts[-1] == "__init__":
            parts = package
        self.name = ".".join(parts)
        # componentize-py leaves the body of a class without methods out, which
        # is no Python.
        source = re.sub(
            r"^(class \w+(\(Protocol\))?:)\n\s*\n(?! )",
            r"\1 pass\n\n",
            path.read_text(),
            flags=re.MULTILINE,
        )
        self.body = ast.parse(source).body
        self.names: dict[str, str] = {}
        for node in self.body:
            match node:
                case ast.ImportFrom(module=module, names=names, level=level):
                    base = package[: len(package) - level + 1] if level else []
                    base = [*base, module] if module else base
                    for alias in names:
                        full = ".".join([*base, alias.name])
                        self.names[alias.asname or alias.name] = full
                # A function of this name is no type: componentize-py goes on to
                # write int below a function that is called so.
                case ast.ClassDef(name=name) | ast.Assign(targets=[ast.Name(id=name)]):
                    self.names[name] = f"{self.name}.{name}"

    def type(self, node: ast.expr | None) -> str:
        """Returns an annotation as the newest Python spells it, with full names."""
        match node:
            case None:
                return "unannotated"
            case ast.Constant(value=None):
                return "None"
            case ast.Name(id=name):
                full = self.names.get(name, name)
                return full.removeprefix("builtins.").removeprefix("typing.")
            case ast.Attribute(value=value, attr=attr):
                return f"{self.type(value)}.{attr}"
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return f"{self.type(left)} | {self.type(right)}"
            case ast.Subscript(value=value, slice=index):
                of = self.type(value)
                elements = index.elts if isinstance(index, ast.Tuple) else [index]
                args = [self.type(e) for e in elements]
                if of == "Optional":
                    return f"{args[0]} | None"
                if of == "Union":
                    return " | ".join(args)
                return f"{GENERIC.get(of, of)}[{', '.join(args)}]"
            case ast.Tuple(elts=[]):
                return "()"
        raise ValueError(f"{self.name}: {ast.unparse(node)}")

    def function(self, f: ast.FunctionDef, owner: str = "") -> str:
        params: list[str] = []
        for a in f.args.args:
            bound = not params and owner and a.annotation is None
            params.append(a.arg if bound else f"{a.arg}: {self.type(a.annotation)}")
        decorators = "".join(f" @{self.type(d)}" for d in f.decorator_list)
        head = f"{owner}{f.name}({', '.join(params)})"
        return f"{head} -> {self.type(f.returns)}{decorators}"

    def lines(self) -> typing.Iterator[str]:
        for node in self.body:
            match node:
                case ast.FunctionDef():
                    yield f"{self.name}: {self.function(node)}"
                case ast.ClassDef():
                    for line in self.class_lines(node):
                        yield f"{self.name}: {line}"
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    yield f"{self.name}: {name} = {self.type(value)}"

    def class_lines(self, node: ast.ClassDef) -> typing.Iterator[str]:
        fields: list[str] = []
        for item in node.body:
            match item:
                case ast.FunctionDef():
                    yield self.function(item, node.name + ".")
                case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                    fields.append(f"{name}: {self.type(annotation)}")
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    fields.append(f"{name} = {ast.unparse(value)}")
        decorators = "".join(f" @{self.type(d)}" for d in node.decorator_list)
        bases = ", ".join(self.type(b) for b in node.bases)
        yield f"class {node.name}({bases}){decorators} {{{', '.join(fields)}}}"


def shape(folder: str) -> set[str]:
    root = pathlib.Path(folder)
    lines: set[str] = set()
    for path in (root / "wit_world").rglob("*.py"):
        module = Module(root, path)
        lines.add(f"{module.name}: module")
        lines.update(module.lines())
    return lines


def make(job: dict[str, str], folder: str) -> str:
    """Has componentize-py make its bindings, and returns what stopped it."""
    sys.argv = ["componentize-py", "--quiet", "--wit-path", job["wit"]]
    sys.argv += ["--world", job["world"], "bindings", folder]
    try:
        status = script()
    except SystemExit as e:
        status = e.code
    except BaseException as e:  # noqa: BLE001 - a panic is no Exception
        return str(e) or type(e).__name__
    return f"exit status {status}" if status else ""


def compare(job: dict[str, str]) -> dict[str, typing.Any]:
    with tempfile.TemporaryDirectory() as folder:
        if error := make(job, folder):
            return {"error": error.splitlines()[0]}
        ours, theirs = shape(job["ours"]), shape(folder)
    return {"ours": sorted(ours - theirs), "theirs": sorted(theirs - ours)}


# What componentize-py prints goes where errors do.
out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
with contextlib.redirect_stdout(sys.stderr):
    json.dump([compare(job) for job in json.load(sys.stdin)], out)
out.close()
