"""What tells the time, or one machine from another: every function here is a look at something that might."""

import array
import collections
import datetime
import email.utils
import gc
import locale
import math
import os
import platform
import random
import secrets
import select
import sqlite3
import sys
import tempfile
import threading
import time
import uuid
import weakref

import wit_world
from wit_world.imports import host


class WitWorld(wit_world.WitWorld):
    def attack(self, name: str) -> str:
        return repr(globals()[name]())


def _each(**looks):
    """What each look shows, or the error that it ends with."""
    seen = {}
    for name, look in looks.items():
        try:
            seen[name] = look()
        except Exception as error:  # noqa: BLE001
            seen[name] = repr(error)
    return seen


def _took(f):
    """How long f takes, in nanoseconds."""
    start = time.perf_counter_ns()
    f()
    return time.perf_counter_ns() - start


# Clocks, and what is made of them.


def clocks():
    names = [name for name in dir(time) if name.startswith("CLOCK_")]
    return _each(
        time=time.time_ns,
        monotonic=time.monotonic_ns,
        counter=time.perf_counter_ns,
        process=time.process_time_ns,
        thread=lambda: time.thread_time_ns(),
        **{
            name: lambda name=name: time.clock_gettime_ns(getattr(time, name))
            for name in names
        },
        **{
            name + "_step": lambda name=name: time.clock_getres(getattr(time, name))
            for name in names
        },
    )


def dates():
    return _each(
        now=datetime.datetime.now,
        zone=lambda: (time.tzname, time.timezone, time.localtime()),
        text=email.utils.formatdate,
        identifier=email.utils.make_msgid,
        times=lambda: os.times(),
        uuid=lambda: uuid.uuid1(node=1),
        database=lambda: (
            sqlite3.connect(":memory:")
            .execute("select julianday('now'), random()")
            .fetchall()
        ),
    )


def sleeping():
    return _each(
        sleep=lambda: _took(lambda: time.sleep(0.003)),
        select=lambda: _took(lambda: select.select([], [], [], 0.003)),
        event=lambda: _took(lambda: threading.Event().wait(0.003)),
        often=lambda: [_took(lambda: time.sleep(0.0001)) for _ in range(10)],
    )


# How long something takes.


def loop():
    def spin():
        for _ in range(20_000):
            pass

    return [_took(spin) for _ in range(5)]


def rounds_until_the_clock_moves():
    def count():
        n, start = 0, time.monotonic_ns()
        while time.monotonic_ns() < start + 200_000:
            n += 1
        return n

    return [count() for _ in range(5)]


def colliding_keys():
    modulus = sys.hash_info.modulus  # the hash of each of its multiples is 0
    keys = [i * modulus for i in range(1, 400)]
    return _took(lambda: dict.fromkeys(keys)), _took(
        lambda: dict.fromkeys(range(1, 400))
    )


def colliding_texts():
    # Texts whose hashes end alike meet in the same places of a small set.
    texts = [str(i) for i in range(20_000)]
    alike = [text for text in texts if hash(text) & 0x3FF == 0x155]
    return alike, _took(lambda: set(alike)), _took(lambda: set(texts[: len(alike)]))


def comparing_texts():
    secret = "x" * 200_000
    return [
        _took(lambda n=n: secret == "x" * n + "y" * (200_000 - n))
        for n in (0, 100_000, 199_999)
    ]


def cached_memory():
    cells = array.array("q", bytes(8 << 20))

    def walk(step):
        at = 0
        for _ in range(5_000):
            at = (at + step) & 0xFFFFF
            cells[at] += 1

    return [_took(lambda step=step: walk(step)) for step in (1, 8, 512, 4099)]


def growing_memory():
    return [_took(lambda: bytearray(1 << 20)) for _ in range(5)]


def collecting():
    class Node:
        pass

    def litter():
        for _ in range(2_000):
            node = Node()
            node.self = node

    return _took(litter), _took(gc.collect), gc.get_stats(), gc.get_count()


def host_calls():
    return _took(host.ask)


def secret_by_its_timing():
    """The host takes the longer to refuse a guess the more of it is right."""
    known = ""
    for _ in range(3):
        known += max(
            "abcd", key=lambda c, right=known: _took(lambda: host.tell(right + c))
        )
    return known


# What chance decides.


def chance():
    return _each(
        urandom=lambda: os.urandom(8),
        random=random.random,
        system=random.SystemRandom().random,
        fresh=lambda: random.Random().random(),
        shuffled=lambda: random.sample(range(100), 10),
        secrets=secrets.token_hex,
        uuid=uuid.uuid4,
        name=lambda: next(tempfile._get_candidate_names()),
        database=lambda: (
            sqlite3.connect(":memory:").execute("select hex(randomblob(8))").fetchall()
        ),
    )


def hashes():
    class Plain:
        pass

    texts = {f"text {i}" for i in range(50)}
    things = {Plain() for _ in range(20)}
    return _each(
        text=lambda: (hash("text"), hash(b"bytes"), hash(datetime.date(2000, 1, 1))),
        nothing=lambda: (hash(None), hash(math.nan), hash(print)),
        order=lambda: list(texts),
        things=lambda: [hash(thing) for thing in things],
        counted=lambda: collections.Counter(texts).most_common(3),
    )


# The machine.


def addresses():
    kept = [object() for _ in range(20)]
    return (
        [id(o) for o in kept],
        repr(kept[3]),
        repr(lambda: 1),
        id(sys.modules),
        weakref.ref(print),
    )


def machine():
    return _each(
        platform=platform.platform,
        uname=lambda: os.uname(),
        node=platform.node,
        pid=lambda: os.getpid(),
        processors=lambda: os.cpu_count(),
        load=lambda: os.getloadavg(),
        page=lambda: os.sysconf("SC_PAGESIZE"),
        folder=os.getcwd,
        environment=lambda: dict(os.environ),
        arguments=lambda: sys.argv,
        stdin=lambda: os.fstat(0),
        terminal=lambda: os.isatty(1),
        locale=locale.getlocale,
        version=lambda: (sys.version, sys.flags, sys.float_info, sys.int_info),
        float=lambda: (math.sin(1e22), math.exp(0.7), 0.1 + 0.2, math.fma(0.1, 10, -1)),
    )


def memory_that_there_is():
    kept = []
    try:
        while True:
            kept.append(bytes(1 << 20))
    except MemoryError:
        n = len(kept)
        kept.clear()
        return n


def depth_that_there_is():
    def down(n):
        try:
            return down(n + 1)
        except RecursionError:
            return n

    return down(0)
