"""Attacks on and with the interpreter's own machinery."""

import array
import atexit
import builtins
import collections
import copy
import functools
import gc
import importlib.machinery
import importlib.util
import itertools
import operator
import os
import signal
import subprocess
import sys
import threading
import traceback
import types
import weakref

from wit_world.imports import host


def busy_loop(*_):
    while True:
        pass


# Hooks that the interpreter calls.


def audit_hook():
    sys.addaudithook(busy_loop)
    return open("/data/x", "w")


def collector_callback():
    gc.callbacks.append(busy_loop)
    return gc.collect()


def weak_reference_callback():
    ref = weakref.ref(set(), busy_loop)
    return ref() is None


def profiler():
    sys.setprofile(busy_loop)
    return len("")


def monitoring():
    events = sys.monitoring
    events.use_tool_id(0, "tool")
    events.register_callback(0, events.events.PY_START, busy_loop)
    events.set_events(0, events.events.PY_START)
    return operator.index(5) and traceback.format_stack()


def display_hook():
    sys.displayhook = busy_loop
    exec(compile("1", "", "single"))  # noqa: S102


def exception_hook():
    sys.excepthook = busy_loop
    raise ValueError("hook")


def unraisable_hook():
    sys.unraisablehook = busy_loop

    class Raises:
        def __del__(self):
            raise ValueError

    Raises()


def at_exit():
    atexit.register(busy_loop)
    return "not yet"


def import_hook():
    builtins.__import__ = busy_loop
    import json

    return json


def path_hook():
    sys.meta_path.insert(0, types.SimpleNamespace(find_spec=busy_loop))
    return importlib.util.find_spec("nothing")


# Methods that builtins call.


def index_method():
    class Endless:
        __index__ = busy_loop

    return [1][Endless()]


def hash_method():
    class Endless:
        __hash__ = busy_loop

    return {Endless(): 1}


def instance_check():
    class Meta(type):
        __instancecheck__ = busy_loop

    return isinstance(1, Meta("C", (), {}))


def length_that_lies():
    class Liar:
        def __length_hint__(self):
            return 2**62

        def __iter__(self):
            return iter(())

    return list(Liar())


def equality_that_changes_the_set():
    class Changes:
        def __hash__(self):
            return 1

        def __eq__(self, other):
            kept.clear()
            kept.update(Changes() for _ in range(2))
            return False

    kept = set()
    kept.update(Changes() for _ in range(4))


def sorting_that_changes_the_list():
    kept = [3, 1, 2] * 100
    kept.sort(key=lambda _: kept.clear())


def buffer_that_shrinks():
    data = bytearray(1 << 20)

    class Shrinks:
        def __index__(self):
            data.clear()
            return 1

    data[1 << 19 : Shrinks()] = b"x"
    data[1 << 19] = Shrinks()


def view_of_what_is_gone():
    data = bytearray(100)
    view = memoryview(data)
    data.clear()
    return view[50]


def view_of_an_impossible_shape():
    return memoryview(b"x").cast("B", shape=[2**31, 2**31])


def partial_that_contains_itself():
    f = functools.partial(print)
    f.__setstate__((f, (), {}, {}))
    return f()


def deep_copy():
    sys.setrecursionlimit(10**9)
    nested = []
    for _ in range(10**5):
        nested = [nested]
    return copy.deepcopy(nested)


# Classes and generators.


def classes():
    kept = []
    while True:
        kept.append(type("C", (), {}))


def tower_of_classes():
    c = object
    while True:
        c = type("C", (c,), {})


def attributes():
    class C:
        pass

    for i in itertools.count():
        setattr(C, f"a{i}", i)


def generator_that_stays():
    def generator():
        while True:
            try:
                yield
            except GeneratorExit:
                pass

    g = generator()
    next(g)
    g.close()


def generators_inside_each_other():
    sys.setrecursionlimit(10**9)

    def inner(of):
        yield from of

    g = iter([1])
    for _ in range(10**6):
        g = inner(g)
    return next(g)


def tee():
    first, second = itertools.tee(itertools.count())
    collections.deque(second, maxlen=0)
    return next(first)


def coroutine():
    async def waits():
        while True:
            await Ready()

    class Ready:
        def __await__(self):
            return iter([1])

    c = waits()
    while True:
        c.send(None)


# What reaches beneath.


def every_object_cleared():
    for o in gc.get_objects():
        if type(o) in (dict, list, set):
            o.clear()
    return open("/data/x", "w")


def builtins_cleared():
    builtins.__dict__.clear()
    return len("")


def modules_cleared():
    sys.modules.clear()
    import json

    return json.dumps({})


def frames_rewritten():
    frame = sys._getframe()
    while frame:
        frame.f_globals["attack"] = busy_loop
        frame.f_locals["name"] = "busy_loop"
        frame = frame.f_back
    return "mine all along"


def constants_rewritten():
    class Length(int):
        def __len__(self):
            return -1  # noqa: PLE0303

    str.__len__ = Length.__len__


def native_library():
    with open("/data/x.so", "wb") as file:
        file.write(b"\x7fELF" + bytes(1000))
    loader = importlib.machinery.ExtensionFileLoader("x", "/data/x.so")
    return loader.create_module(importlib.machinery.ModuleSpec("x", loader))


def module_from_the_folder():
    with open("/data/mine.py", "w") as file:
        file.write("answer = 42")
    sys.path.append("/data")
    import mine

    return mine.answer


def damaged_byte_code():
    os.mkdir("/data/__pycache__")
    with open("/data/damaged.pyc", "wb") as file:
        file.write(importlib.util.MAGIC_NUMBER + bytes(12) + b"\xe3" + b"\xff" * 100)
    sys.path.append("/data")
    import damaged

    return damaged


def process():
    return subprocess.run(["/bin/sh"], check=False)


def fork():
    return os.fork()


def raised_signal():
    return signal.raise_signal(signal.SIGSEGV)


def abort():
    os.abort()


def exit_beneath_python():
    os._exit(0)


def timer():
    threading.Timer(0, busy_loop).start()


def lock_of_one():
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def event_that_never_comes():
    threading.Event().wait()


# Handles that aren't the guest's.


def handle_from_nothing():
    file = object.__new__(host.File)
    return host.File.__exit__(file, None, None, None)


def _taken(file):
    """The function that drops a file's handle, and its arguments."""
    _, drop, args, _ = file.finalizer.detach()
    return drop, args


def handle_guessed():
    drop, (kind, handle) = _taken(host.File())
    drop(kind, handle + 1)


def handle_closed_twice():
    drop, args = _taken(host.File())
    drop(*args)
    drop(*args)


def argument_of_another_type():
    host.tell(12)


def argument_with_a_lone_surrogate():
    host.tell("\ud800")


def argument_that_lies():
    class Text(str):
        __slots__ = ()

        def __len__(self):
            return 2**40

        def encode(self, *_):
            return bytes(10)

    host.tell(Text("x"))
    return "taken"


def arrays():
    kept = array.array("d")
    while True:
        kept.extend(kept or [0.0])
