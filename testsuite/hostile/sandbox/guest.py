"""Attacks on request: every function here, and of its modules, is one by its name."""

import ast
import collections
import decimal
import difflib
import fractions
import gc
import itertools
import json
import os
import pickle
import random
import re
import sqlite3
import sys
import threading
import time
import zlib

import bombs
import endings
import machinery
import wit_world
from wit_world.imports import host


class WitWorld(wit_world.WitWorld):
    def attack(self, name: str) -> str:
        if name in vars(endings):
            return vars(endings)[name]()
        found = {**vars(machinery), **vars(bombs), **globals()}
        return str(found[name]())


# What never ends.


def busy_loop():
    while True:
        pass


def busy_generator():
    for _ in itertools.count():
        pass


def loop_inside_a_builtin():
    return sum(range(10**12))


def iterator_inside_a_builtin():
    collections.deque(itertools.repeat(None), maxlen=0)


def search_inside_a_builtin():
    return -1 in itertools.count()


def exponential_calls(n=100):
    return n and exponential_calls(n - 1) + exponential_calls(n - 1)


def regular_expression():
    return re.match(r"(a+)+$", "a" * 64 + "b")


def regular_expression_of_many():
    return re.match(r"(.*,){40}P", ",".join(["1"] * 200))


def sorting_something_large():
    for _ in itertools.count():
        sorted(random.random() for _ in range(300_000))


def sorting_with_a_key_that_loops():
    return sorted([1, 2], key=lambda _: busy_loop())


def power():
    return 10 ** (10**8)


def power_of_powers():
    return eval("9**9**9")


def digits():
    sys.set_int_max_str_digits(0)
    return str((1 << 30_000_000) // 3)


def factorial():
    import math

    return math.factorial(10**7)


def decimals():
    decimal.getcontext().prec = 10**7
    return decimal.Decimal(2).sqrt()


def fraction_growth():
    x = fractions.Fraction(1, 3)
    while True:
        x = x * x + 1


def hash_collisions():
    return len({i * (2**61 - 1): None for i in range(1, 10**6)})


def sequence_matcher():
    return difflib.SequenceMatcher(
        None, "ab" * 20_000, "ba" * 20_000, autojunk=False
    ).ratio()


def sql():
    steps = "with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c"
    return sqlite3.connect(":memory:").execute(steps).fetchall()


def garbage():
    while True:
        a, b = [], []
        a.append(b)
        b.append(a)
        gc.collect()


class Phoenix:
    def __del__(self):
        Phoenix()


def finalizers():
    Phoenix()
    return "nothing rose"


def exceptions():
    while True:
        try:
            raise ValueError
        except BaseException:  # noqa: BLE001, S110
            pass


def swallowed_memory_errors():
    kept = []
    while True:
        try:
            kept.append(bytes(1 << 20))
        except MemoryError:
            kept.clear()


def signal_handlers_and_tracing():
    sys.settrace(lambda *_: busy_loop())
    return exponential_calls(1)


def printing():
    while True:
        print("x" * 10_000)


def printing_errors():
    while True:
        sys.stderr.write("x" * 10_000)


def asking():
    while True:
        host.ask()


def telling():
    text = "x" * (1 << 20)
    while True:
        host.tell(text)


def sleeping():
    time.sleep(3600)


# What grows.


def list_growth():
    kept = []
    while True:
        kept.append(None)


def string_doubling():
    text = "x"
    while True:
        text += text


def many_bytes():
    return bytes(10**10)


def repeated_list():
    return [0] * 10**9


def large_range_as_list():
    return list(range(10**10))


def dictionary_growth():
    return {i: i for i in itertools.count()}


def shifted_number():
    return 1 << (1 << 36)


def padding():
    return f"{1:>9999999999}"


def joined_permutations():
    return list(itertools.permutations(range(12)))


def decompression():
    squeeze = zlib.compressobj(9)
    zeros = bytes(1 << 20)
    packed = b"".join(squeeze.compress(zeros) for _ in range(256)) + squeeze.flush()
    return len(zlib.decompress(packed))


def regular_expression_cache():
    while True:
        re.compile("x" * random.randrange(10**6, 2 * 10**6))


def interned_names():
    for i in itertools.count():
        sys.intern(f"name {i}")


def unpickled():
    # A list of 2^30 references to one object.
    return pickle.loads(b"]" + b"(" + b"N" * (1 << 25) + b"e.")


def returned():
    return "x" * (40 << 20)


def hoarded_handles():
    kept = []
    for _ in range(10_000_000):
        kept.append(host.File())


def handles_one_after_the_other():
    while True:
        with host.File():
            pass


# What nests.


def recursion():
    return recursion()


def recursion_without_a_limit():
    sys.setrecursionlimit(10**9)
    return recursion()


def recursion_inside_builtins():
    sys.setrecursionlimit(10**9)
    nested = []
    for _ in range(10**6):
        nested = [nested]
    return repr(nested)


def recursion_of_comparisons():
    class Endless:
        def __eq__(self, other):
            return self == other

    return Endless() == Endless()


def nested_json():
    return json.loads("[" * 10**6)


def nested_source():
    return eval("(" * 10**5 + ")" * 10**5)


def nested_operators():
    return ast.parse("-" * 10**6 + "1")


def nested_expression():
    return re.compile("(" * 10**5 + ")" * 10**5)


def chained_iterators():
    chain = iter(())
    for _ in range(10**6):
        chain = itertools.chain(chain, ())
    return next(chain)


def dropping_what_is_nested():
    nested = None
    for _ in range(10**6):
        nested = (nested,)
    del nested
    return "dropped"


# What fills or leaves the folder /data.


def sparse_file():
    with open("/data/sparse", "wb") as file:
        file.truncate(1 << 40)


def sparse_file_by_seeking():
    with open("/data/sparse", "wb") as file:
        file.seek(1 << 40)
        file.write(b"x")


def huge_file():
    with open("/data/huge", "wb") as file:
        while True:
            file.write(bytes(1 << 20))


def many_files():
    for i in itertools.count():
        open(f"/data/{i}", "w").close()


def nested_folders():
    path = "/data"
    while True:
        path += "/x"
        os.mkdir(path)


def hoarded_files():
    kept = []
    while True:
        kept.append(open("/data/one", "a"))  # noqa: SIM115


def climbing():
    return open("/data/../secret").read()


def climbing_by_a_link():
    os.symlink("../secret", "/data/link")
    return open("/data/link").read()


def absolute_link():
    os.symlink("/etc/passwd", "/data/link")
    return open("/data/link").read()


def chain_of_links():
    os.mkdir("/data/a")
    os.symlink("..", "/data/a/up")
    os.symlink("a/up/..", "/data/out")
    return open("/data/out/secret").read()


def circle_of_links():
    os.symlink("a", "/data/b")
    os.symlink("b", "/data/a")
    return open("/data/a").read()


def renaming_out():
    open("/data/x", "w").close()
    os.rename("/data/x", "/data/../x")


def hard_link_from_outside():
    os.link("/data/../secret", "/data/mine")
    return open("/data/mine").read()


# What isn't there.


def threads():
    threading.Thread(target=busy_loop).start()


def files():
    return open("/etc/passwd").read()


def files_beyond_the_root():
    return open("../../../../etc/passwd").read()


def devices():
    return open("/dev/zero").read()


def standard_input():
    return input()


def leaving():
    sys.exit(0)


def segmentation_fault():
    import ctypes

    return ctypes.string_at(0)


def made_up_code():
    # Bytecode that the compiler would never make.
    code = busy_loop.__code__.replace(co_code=b"\xff" * 1000, co_stacksize=1)
    return type(busy_loop)(code, {})()


def code_with_a_stack_too_small():
    code = compile("[" + "1," * 10_000 + "x]", "", "eval")
    return eval(code.replace(co_stacksize=1), {"x": 1})
