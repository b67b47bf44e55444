"""Prints, as JSON, what a Python file on standard input defines. It runs none of it."""

import ast
import json
import sys

source = sys.stdin.buffer.read().decode()
lines = source.splitlines()


def params(function, bound):
    """The parameters by position, without a method's self."""
    a = function.args
    names = [p.arg for p in a.posonlyargs + a.args]
    required = len(names) - len(a.defaults)
    if bound and names:
        names, required = names[1:], max(0, required - 1)
    required += sum(1 for default in a.kw_defaults if default is None)
    return names, required, a.vararg is not None


def function(node, bound):
    decorators = {d.id for d in node.decorator_list if isinstance(d, ast.Name)}
    names, required, rest = params(node, bound and "staticmethod" not in decorators)
    first = min([node.lineno] + [d.lineno for d in node.decorator_list])
    body = node.body[0].lineno
    return {
        "name": node.name,
        "kind": "function",
        "line": node.lineno,
        "text": "\n".join(lines[first - 1 : node.end_lineno]),
        "head": max(1, body - first),
        "async": isinstance(node, ast.AsyncFunctionDef),
        "params": names,
        "required": required,
        "rest": rest,
    }


def from_stub(base, stubs):
    """Whether a base class is a protocol of the generated stub."""
    while isinstance(base, ast.Attribute):
        base = base.value
    return isinstance(base, ast.Name) and base.id in stubs


def klass(node, classes, stubs):
    members, open_ = [], False
    for base in node.bases:
        if isinstance(base, ast.Name) and base.id in classes:
            inherited = klass(
                classes[base.id],
                {k: v for k, v in classes.items() if k != base.id},
                stubs,
            )
            members += [m for m in inherited["members"]]
            open_ |= inherited["open"]
        elif not from_stub(base, stubs):
            open_ = True
    open_ |= bool(node.decorator_list or node.keywords)
    for item in node.body:
        if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found = function(item, True)
        elif isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name):
            found = {"name": item.targets[0].id, "kind": "unknown", "line": item.lineno}
        else:
            continue
        members = [m for m in members if m["name"] != found["name"]] + [found]
    return {
        "name": node.name,
        "kind": "class",
        "line": node.lineno,
        "text": lines[node.lineno - 1],
        "head": 1,
        "members": members,
        "open": open_,
    }


def module(tree):
    classes = {n.name: n for n in tree.body if isinstance(n, ast.ClassDef)}
    stubs = {"Protocol"}
    members, open_ = [], False
    for node in tree.body:
        if isinstance(node, ast.Import):
            stubs |= {
                a.asname or a.name.split(".")[0]
                for a in node.names
                if a.name.split(".")[0] == "wit_world"
            }
        elif isinstance(node, ast.ImportFrom):
            if (node.module or "").split(".")[0] == "wit_world":
                stubs |= {a.asname or a.name for a in node.names}
            open_ |= any(a.name == "*" for a in node.names)
            for a in node.names:
                members.append(
                    {"name": a.asname or a.name, "kind": "unknown", "line": node.lineno}
                )
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            members.append(
                klass(node, {k: v for k, v in classes.items() if v is not node}, stubs)
            )
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            members.append(function(node, False))
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    members.append(
                        {"name": target.id, "kind": "unknown", "line": node.lineno}
                    )
    return {"members": members, "open": open_}


try:
    found = module(ast.parse(source))
except SyntaxError as error:
    found = {"error": error.msg, "line": error.lineno or 0}
except (ValueError, RecursionError) as error:
    found = {"error": str(error), "line": 0}
json.dump(found, sys.stdout)
