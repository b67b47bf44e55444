"""Attacks by tasks: every function here is one by its name, or what a task does for one."""

import sys
from pathlib import Path

from componentize_py_types import Err
from wit_world import exports
from wit_world.imports import control, host, work

MOST = 2**64 - 1
NOTHING = control.Grants(0)
HALF = 2**63


class Work(exports.Work):
    def run(self, what: str, n: int) -> str:
        return str(globals()[what](n))


def _narrow(*limits: int | None, without: control.Grants = NOTHING) -> None:
    control.narrow_next(control.Limits(*limits), without)


def _failure(what: str, n: int = 0) -> str:
    """Why a task failed, which has to."""
    try:
        came = work.run(what, n)
    except Err as e:
        return e.value
    raise AssertionError(f"{what} came to {came}")


def _ending() -> str:
    return control.last().outcome.name.lower()


# What tasks do.


def nothing(n):
    return n


def spin(_):
    while True:
        pass


def eat(_):
    hoard = []
    while True:
        hoard.append(bytearray(1 << 20))


def flood(_):
    while True:
        print("x" * (1 << 14))


def lines(_):
    print("a line of the caller's\n" * 5_000)


def fill(n):
    """Fills the folder by large files and by small ones."""
    for i in range(100):
        Path(f"/data/{n}-{i}").write_bytes(bytes(1 << 18 if n % 2 else 1))


def secret(_):
    for path in ("/data/../secret", "/outside/secret", "/data/secret", "/secret"):
        try:
            return Path(path).read_text()
        except OSError:
            pass
    return "none"


def hoard(n):
    kept.extend(host.File() for _ in range(n))
    return len(kept)


kept: list[host.File] = []


def rant(_):
    raise ValueError("\x1b[31m\u202e" * 100_000)


def fluent(_):
    return "x" * (1 << 24)


def start_one(_):
    return work.run("nothing", 1)


# Requests that nobody should get.


def above_the_callers_fuel(_):
    _narrow(HALF, HALF, None, HALF, HALF, HALF)
    return _failure("spin")


def all_of_everything(_):
    _narrow(MOST, MOST, MOST, MOST, MOST, MOST)
    return _failure("spin")


def all_of_the_memory(_):
    _narrow(None, MOST, None, None, None, None)
    return _failure("eat") and "none"


def time_that_is_negative(_):
    for nanoseconds in (HALF, HALF + 1, MOST, MOST - 10**9):
        _narrow(None, None, nanoseconds, None, None, None)
        _failure("spin")


def nothing_at_all(_):
    """A zero asks for nothing; nobody takes it for no limit."""
    for i, want in enumerate(["fuel", "memory", "timeout", "output"]):
        limits = [None] * 6
        limits[i] = 0
        _narrow(*limits)
        _failure("nothing")
        assert _ending() == want, (i, _ending())
    for i in (4, 5):
        limits = [None] * 6
        limits[i] = 0
        _narrow(*limits)
        assert "does not provide" in _failure("start_one")
    return "none"


def next_to_nothing(_):
    """Of a unit, a byte, a nanosecond nothing is left to take more from."""
    for i in range(3):
        limits = [None] * 6
        limits[i] = 1
        _narrow(*limits)
        _failure("nothing")
        assert control.last().fuel <= 1 or i, control.last()
    return "none"


def narrowing_without_end(_):
    while True:
        _narrow(*[MOST] * 6, without=control.Grants.FOLDERS | control.Grants.TASKS)


def asking_what_is_left(_):
    while True:
        control.left()
        control.last()


def guessing_what_is_left(_):
    """What it is told is left is no more than there is, before and after."""
    before = control.left()
    _narrow(*[MOST] * 6)
    _failure("rant")
    after = control.left()
    assert after.fuel < before.fuel - control.last().fuel + 1
    assert after.tasks == before.tasks - 1
    assert after.memory_bytes <= before.memory_bytes
    return "less"


# Tasks without end.


def grants_itself(n):
    """Its task is itself, whose task is itself; returns how deep it went."""
    try:
        return work.run("grants_itself", n + 1)
    except Err:
        return n


def many_tasks(_):
    while True:
        work.run("nothing", 0)


def tasks_that_start_more(n):
    """Each starts as many as it can."""
    while True:
        try:
            work.run("tasks_that_start_more", n + 1)
        except Err:
            if n:
                raise


def failing_tasks(_):
    """What fails isn't free, nor what can't even start."""
    while True:
        _narrow(1, None, None, None, None, None)
        _failure("nothing")


def tasks_of_the_hosts(_):
    host.ask()
    return "none"


# In the caller's name.


def output_by_tasks(_):
    for _ in range(3):
        _failure("flood")
        assert _ending() == "output"
    print("and the caller has none left")
    return "some"


def lines_by_tasks(_):
    for i in range(3):
        work.run("lines", i)
    print("another one")
    return "some"


def files_by_tasks(_):
    for i in range(4):
        _failure("fill", i)
    try:
        Path("/data/one-more").write_bytes(bytes(1 << 20))
    except OSError:
        return "none"
    return "some"


def folder_that_the_caller_lacks(_):
    first = work.run("secret", 0)
    _narrow(*[MOST] * 6)
    return first + " " + work.run("secret", 0)


def handles_by_tasks(_):
    """Those of a task are gone with it, and as many as its caller's limit."""
    hoard(900)
    for _ in range(10):
        work.run("hoard", 90)
    _failure("hoard", 200)
    assert _ending() == "handles"
    return hoard(90)


def failure_that_rants(_):
    text = _failure("rant")
    assert len(text) < 2000, len(text)
    assert "\x1b" not in text and "\u202e" not in text
    return text[:100]


def answers_hoarded(_):
    hoarded = []
    try:
        while True:
            hoarded.append(work.run("fluent", 0))
    except Err:
        return _ending()


def lies_about_its_end(_):
    """What a task says of itself isn't what its caller learns."""
    _failure("liar")
    assert _ending() == "guest_error", _ending()
    return "none"


def liar(_):
    print("outcome: ok", file=sys.stderr)
    raise Err("the task failed: fuel: the limit of fuel was reached")
