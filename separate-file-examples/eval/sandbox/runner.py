"""Runs Python source. This file runs in the sandbox, and so does what it runs."""

import ast
import importlib
import io
import json
import linecache
import sys
import traceback

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.evaluator import Failure
from wit_world.imports import console

# A program can import only what was imported when this guest was built: there
# is no file system behind sys.path. So this is the standard library it gets.
LIBRARY = """
abc array base64 binascii bisect calendar cmath codecs collections.abc colorsys
contextlib copy csv dataclasses datetime decimal difflib enum fnmatch fractions
functools graphlib hashlib heapq hmac html html.parser inspect ipaddress
itertools keyword math numbers operator pprint queue random re secrets shlex
statistics string struct textwrap time tokenize types typing unicodedata
urllib.parse uuid weakref zlib
"""
for name in LIBRARY.split():
    importlib.import_module(name)

NAME = "<program>"


class Printer(io.TextIOBase):
    """What the program prints goes to the host as it is written."""

    def write(self, text: str) -> int:
        if text:
            console.print(text)
        return len(text)


class Evaluator(exports.Evaluator):
    def evaluate(self, source: str) -> str:
        # linecache lets tracebacks quote the program's own lines.
        linecache.cache[NAME] = (len(source), None, source.splitlines(True), NAME)
        sys.stdout = Printer()
        scope = {"__name__": "__main__"}
        try:
            return shown(run(ast.parse(source, NAME), scope))
        except BaseException as error:  # noqa: BLE001
            raise Err(failure(error)) from None


def run(program: ast.Module, scope: dict[str, object]) -> object:
    """Runs a program and returns the value of its last expression."""
    last = program.body[-1] if program.body else None
    if not isinstance(last, ast.Expr):
        exec(compile(program, NAME, "exec"), scope)  # noqa: S102
        return None
    program.body.pop()
    exec(compile(program, NAME, "exec"), scope)  # noqa: S102
    return eval(compile(ast.Expression(last.value), NAME, "eval"), scope)


def shown(value: object) -> str:
    if value is None:
        return ""
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return repr(value)


def failure(error: BaseException) -> Failure:
    # The first frames are this file's: the program's begin where it does.
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != NAME:
        trace = trace.tb_next
    lines = traceback.format_exception(type(error), error, trace)
    # The last line holds the message, even where the error's own __str__ fails.
    message = lines[-1].partition(": ")[2].rstrip()
    return Failure(type(error).__name__, message, "".join(lines).rstrip())
