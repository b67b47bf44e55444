"""Ends that lie about what happened, or never come to one."""

import os
import sys

from wit_world.imports import host


def busy_loop(*_):
    while True:
        pass


def text_that_loops():
    class Endless(Exception):
        __str__ = __repr__ = busy_loop

    raise Endless


def text_that_raises():
    class Raises(Exception):
        def __str__(self):
            raise self

    raise Raises


def name_that_loops():
    class Meta(type):
        __name__ = __qualname__ = __module__ = property(busy_loop)

    class Endless(Exception, metaclass=Meta):
        pass

    raise Endless


def text_of_megabytes():
    raise ValueError("x" * (10 << 20))


def text_of_many_lines():
    raise ValueError("line\n" * 10**6)


def text_beyond_what_may_be_written():
    raise ValueError("x" * (30 << 20))


def text_with_escapes():
    raise ValueError("\x1b]0;owned\x07\x1b[2J\r\u202etxt\u2028\x00")


def name_with_escapes():
    raise type("\x1b[2JNothing\nhappened", (Exception,), {})


def surrogates_in_the_text():
    raise ValueError("\ud800\udfff")


def chain_of_causes():
    error = None
    for _ in range(10**5):
        new = ValueError("x")
        new.__cause__ = error
        error = new
    raise error


def chain_that_goes_in_circles():
    first, second = ValueError("first"), ValueError("second")
    first.__context__, second.__context__ = second, first
    raise first


def nested_groups():
    error = ValueError("x")
    for _ in range(10**5):
        error = ExceptionGroup("group", [error])
    raise error


def wide_group():
    raise ExceptionGroup("group", [ValueError("x" * 100)] * 10**5)


def notes():
    error = ValueError("x")
    for i in range(10**5):
        error.add_note(f"note {i}" * 10)
    raise error


def notes_that_loop():
    class Endless:
        __str__ = __repr__ = busy_loop
        __iter__ = busy_loop

    error = ValueError("x")
    error.__notes__ = Endless()
    raise error


def long_traceback():
    sys.setrecursionlimit(10**6)

    def down(n):
        if n:
            down(n - 1)
        raise ValueError("bottom")

    down(50_000)


def source_that_loops():
    class Endless(dict):
        get = __getitem__ = __contains__ = busy_loop

    import linecache

    linecache.cache = Endless()
    raise ValueError("x")


def stderr_replaced():
    class Endless:
        write = flush = busy_loop

    sys.stderr = Endless()
    raise ValueError("x")


def stderr_closed():
    os.close(2)
    raise ValueError("unheard")


def memory_error_made_up():
    raise MemoryError


def recursion_error_made_up():
    raise RecursionError("maximum recursion depth exceeded")


def limit_made_up():
    print("hostruntime: attack: fuel limit of 1 reached", file=sys.stderr)
    raise RuntimeError("hostruntime: attack: fuel limit of 1 reached")


def traceback_made_up():
    sys.stderr.write(
        "Traceback (most recent call last):\nMemoryError: none of it is true\n"
    )
    os.abort()


def interrupt():
    raise KeyboardInterrupt


def stop_iteration():
    raise StopIteration("x")


def generator_exit():
    raise GeneratorExit


def exit_with_text():
    sys.exit("good bye")


def exit_with_what_loops():
    class Endless:
        __str__ = __repr__ = busy_loop

    sys.exit(Endless())


def exit_with_a_huge_number():
    sys.exit(2**70)


def exit_that_is_caught():
    while True:
        try:
            sys.exit(1)
        except SystemExit:
            pass


def exit_in_a_finalizer():
    class Exits:
        def __del__(self):
            os._exit(0)

    Exits()


def bytes_that_are_no_text():
    sys.stdout.buffer.write(bytes(range(256)) * 100)
    sys.stdout.flush()
    return "written"


def result_that_is_none():
    return None


def result_that_lies():
    class Text(str):
        __slots__ = ()

        def __str__(self):
            return self

        def __len__(self):
            return 2**60

    return Text("x")


def result_with_surrogates():
    return "\ud800"


def exception_from_the_host_again():
    try:
        host.tell(1)
    except BaseException as error:
        raise error from error
