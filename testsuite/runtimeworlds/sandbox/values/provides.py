"""What the guest provides."""

import math

from componentize_py_types import Err, Ok
from wit_world import exports
from wit_world.imports import base, flavorful, nested, results, variants

__all__ = [
    "Arguments",
    "Common",
    "First",
    "Flavorful",
    "Gated",
    "Lists",
    "Nested",
    "Numbers",
    "Options",
    "Records",
    "Results",
    "Second",
    "Shadows",
    "Strings",
    "Variants",
    "Wide",
]

kept = 0
called = False


def echo(self, x):
    return x


def echo_all(self, *all):
    return all


class Numbers(exports.Numbers):
    echo_u8 = echo_s8 = echo_u16 = echo_s16 = echo_u32 = echo_s32 = echo
    echo_f32 = echo_f64 = echo_char = echo

    def keep(self, x):
        global kept
        kept = x

    def kept(self):
        return kept


class Wide(exports.Wide):
    echo_u64 = echo_s64 = echo
    echo_lists = echo_all


class Strings(exports.Strings):
    echo = echo

    def take(self, x):
        assert x == "latin utf16"

    def rockets(self):
        return "🚀🚀🚀 𠈄𓀀"

    def nothing(self):
        return ""

    def take_text(self, x):
        assert x == "hello"

    def a_text(self):
        return "world"


class Lists(exports.Lists):
    echo_8 = echo_16 = echo_32 = echo_float = echo_all
    echo_bytes = echo_headers = echo

    def take_none(self, x, y):
        assert x == b"" and y == ""

    def none(self):
        return b""

    def take_bytes(self, x):
        assert x == bytes([1, 2, 3, 4])

    def take_words(self, x):
        assert x == ["foo", "bar", "baz"]

    def take_nested(self, x):
        assert x == [["foo", "bar"], ["baz"]]

    def take_tuples(self, x):
        assert x == [(1, 2, 3), (4, 5, 6)]

    def take_many(self, x):
        assert x == ["string"] * 1000

    def bytes(self):
        return bytes([1, 2, 3, 4, 5])

    def words(self):
        return ["hello,", "world!"]

    def take_octets(self, x):
        assert x == b"hello"

    def some_octets(self):
        return b"world"


class Records(exports.Records):
    echo_two = echo_three = echo_both = echo_single = echo
    echo_wider = echo_all

    def pair(self):
        return 4, 5

    def swap(self, x):
        return x[1], x[0]


class Variants(exports.Variants):
    echo_letter = echo_joined = echo_maybes = echo
    echo_enums = echo_all

    def cut(self, x):
        return None if x is None else math.trunc(x)

    def cut_either(self, x):
        if isinstance(x, Err):
            raise Err(math.trunc(x.value))
        return float(x.value)

    def negate(self, x):
        return not x

    def take_aliases(self, a, b, c):
        assert a is None and b is False and c == Err(None)

    def pick(self, which):
        return [
            variants.Data_Bytes(bytes([1, 2])),
            variants.Data_Number(7),
            variants.Data_Text("text"),
        ][which]


class Options(exports.Options):
    echo = echo_nested = echo

    def take_none(self, x):
        assert x is None

    def take_some(self, x):
        assert x == "foo"

    def none(self):
        return None

    def some(self):
        return "foo"


class Results(exports.Results):
    def or_string(self, x):
        if x == 0:
            raise Err("zero")
        return x

    def or_kind(self, x):
        if x == 0:
            raise Err(results.Kind.A)
        return x

    def or_place(self, x):
        if x == 0:
            raise Err(results.Place(420, 0))
        if x == 1:
            raise Err(results.Place(77, 2))
        return x

    def or_cause(self, x):
        if x == 0:
            raise Err(results.Cause_Place(results.Place(420, 0)))
        if x == 1:
            raise Err(results.Cause_Kind(results.Kind.B))
        if x == 2:
            raise Err(results.Cause_Kind(results.Kind.C))
        return x

    def or_nothing(self, x):
        if x == 0:
            raise Err(None)
        return 42 if x == 1 else x

    def twice(self, x):
        if x == 2:
            raise Err("two")
        return Ok(None) if x == 0 else Err("one")


class Flavorful(exports.Flavorful):
    def take(self, x):
        assert x == flavorful.Taken("taken")

    def give(self):
        return flavorful.Given("given")

    def change(self, x):
        assert x == flavorful.Changed("changed input")
        return flavorful.Changed("changed output")

    def change_renamed(self, x):
        assert x == flavorful.Changed("input4")
        return flavorful.Changed("result4")

    def take_variants(self, a, b):
        assert a == "foo" and b == Err("bar")

    def give_variant(self):
        return "variant"

    def change_variant(self, x):
        assert x == "input3"
        return "output3"

    def once(self):
        global called
        if not called:
            called = True
            raise Err(flavorful.Errno.B)

    def aliases(self, a, b):
        assert a == "typedef1" and b == ["typedef2"]
        return b"typedef3", ["typedef4"]

    def list_variants(self, a, b, c):
        errno = flavorful.Errno
        assert a == [True, False] and b == [Ok(None), Err(None)]
        assert c == [errno.SUCCESS, errno.A]
        return [False, True], [Err(None), Ok(None)], [errno.A, errno.B]


def joined(words):
    return "none" if words is None else ",".join(words)


class Nested(exports.Nested):
    def in_option(self, x):
        return joined(x)

    def in_variant(self, x):
        return "empty" if isinstance(x, nested.Load_Empty) else joined(x.value)

    def in_result(self, x):
        return f"err:{x.value}" if isinstance(x, Err) else joined(x.value)

    def summarize(self, x):
        return nested.Summary(len(x or []), joined(x))

    def join(self, x):
        return joined(x)


class Arguments(exports.Arguments):
    def sixteen(self, *all):
        assert all == tuple(range(1, 17))

    def seventeen(self, *all):
        assert all == tuple(range(1, 18))
        return sum(all)


class Common(exports.Common):
    def wrap(self, x):
        return base.Whole(4, x)

    def choose(self):
        return base.Either_Number(5)


class First(exports.First):
    def name(self):
        return "first"


class Second(exports.Second):
    def name(self):
        return "second"


class Shadows(exports.Shadows):
    def shadowed(self, a, b):
        if b:
            raise Err(True if a else None)


class Gated(exports.Gated):
    def shown(self):
        return 7
