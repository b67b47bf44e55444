"""Evaluates Python source that a model wrote. It sees nothing but its text."""

import ast
import contextlib
import io
import itertools  # noqa: F401  only what is imported here can be imported there
import json  # noqa: F401
import math  # noqa: F401
import os  # noqa: F401
import statistics  # noqa: F401
import traceback

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.evaluator import Problem_Raised


class Evaluator(exports.Evaluator):
    def evaluate(self, source: str) -> str:
        printed = io.StringIO()
        try:
            with contextlib.redirect_stdout(printed):
                value = run(ast.parse(source), {"__name__": "__main__"})
                return printed.getvalue() + ("" if value is None else repr(value))
        except BaseException as e:  # noqa: BLE001
            text = "".join(traceback.format_exception_only(e)).rstrip()
            raise Err(Problem_Raised(text)) from None


def run(program: ast.Module, scope: dict[str, object]) -> object:
    """Runs a program and returns the value of its last expression."""
    last = None
    if program.body and isinstance(program.body[-1], ast.Expr):
        last = ast.Expression(program.body.pop().value)
    exec(compile(program, "<program>", "exec"), scope)  # noqa: S102
    return last and eval(compile(last, "<program>", "eval"), scope)
