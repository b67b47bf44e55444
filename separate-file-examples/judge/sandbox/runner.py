"""Runs a submission. This file runs in the sandbox, and so does the submission."""

import importlib
import io
import json
import linecache
import sys
import traceback
from collections.abc import Callable

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.submission import Failure
from wit_world.imports import console

# What a submission can import is what was imported when this guest was built.
LIBRARY = """
array bisect collections collections.abc copy dataclasses datetime decimal enum
fractions functools heapq itertools math operator queue random re statistics
string typing
"""
for name in LIBRARY.split():
    importlib.import_module(name)

NAME = "submission.py"

# The function that is judged.
answer: Callable[..., object]


class Printer(io.TextIOBase):
    """What the submission prints goes to the host as it is written."""

    def write(self, text: str) -> int:
        if text:
            console.print(text)
        return len(text)


class Submission(exports.Submission):
    def load(self, source: str, function: str) -> None:
        global answer
        # linecache lets tracebacks quote the submission's own lines.
        linecache.cache[NAME] = (len(source), None, source.splitlines(True), NAME)
        sys.stdout = Printer()
        scope = {"__name__": "submission"}
        try:
            exec(compile(source, NAME, "exec"), scope)  # noqa: S102
            answer = scope[function]
        except BaseException as error:  # noqa: BLE001
            raise Err(failure(error)) from None

    def answer(self, arguments: str) -> str:
        try:
            return json.dumps(answer(*json.loads(arguments)), allow_nan=False)
        except BaseException as error:  # noqa: BLE001
            raise Err(failure(error)) from None


def failure(error: BaseException) -> Failure:
    # The first frames are this file's: the submission's begin where it does.
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != NAME:
        trace = trace.tb_next
    lines = traceback.format_exception(type(error), error, trace)
    # The last line holds the message, even where the error's own __str__ fails.
    message = lines[-1].partition(": ")[2].rstrip()
    return Failure(type(error).__name__, message, "".join(lines).rstrip())
