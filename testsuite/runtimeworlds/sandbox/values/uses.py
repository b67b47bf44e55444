"""What the guest makes of what the host provides: a function a behaviour."""

import math

from componentize_py_types import Err, Ok, Some
from wit_world.imports import (
    arguments,
    base,
    common,
    first,
    gated,
    lists,
    nested,
    numbers,
    options,
    records,
    second,
    shadows,
    strings,
    variants,
    wide,
)
from wit_world.imports import flavorful as flavors
from wit_world.imports import results as outcomes


def same(got, want):
    assert got == want, f"got {got!r}, want {want!r}"


def fails(error, function, *arguments):
    try:
        got = function(*arguments)
    except Err as e:
        same(e.value, error)
    else:
        raise AssertionError(f"got {got!r}, want the error {error!r}")


def echoes(function, *values):
    for x in values:
        same(function(x), x)


def plain_numbers():
    echoes(numbers.echo_u8, 1, 0, 255)
    echoes(numbers.echo_s8, 1, -128, 127)
    echoes(numbers.echo_u16, 1, 0, 65535)
    echoes(numbers.echo_s16, 1, -32768, 32767)
    echoes(numbers.echo_u32, 1, 0, 2**31 - 1)
    echoes(numbers.echo_s32, 1, -(2**31), 2**31 - 1)
    echoes(numbers.echo_f32, 1.0, math.inf, -math.inf)
    echoes(numbers.echo_f64, 1.0, math.inf, -math.inf)
    assert math.isnan(numbers.echo_f32(math.nan))
    assert math.isnan(numbers.echo_f64(math.nan))
    echoes(numbers.echo_char, "a", " ", "🚩")
    for x in [2, 4]:
        numbers.keep(x)
        same(numbers.kept(), x)


def high_bit():
    echoes(numbers.echo_u32, 2**31, 2**32 - 2, 2**32 - 1)


def below_53():
    echoes(wide.echo_u64, 0, 1, 2**53 - 1)
    echoes(wide.echo_s64, 1, 2**53 - 1)


def negative():
    echoes(wide.echo_s64, -1, 1 - 2**53)


def widest():
    echoes(wide.echo_u64, 2**64 - 1)
    echoes(wide.echo_s64, -(2**63), 2**63 - 1)


def wide_lists():
    a, b = [0, 2**64 - 1], [-(2**63), 2**63 - 1]
    same(wide.echo_lists(a, b), (a, b))


def plain_strings():
    strings.take("latin utf16")
    same(strings.rockets(), "🚀🚀🚀 𠈄𓀀")
    same(strings.nothing(), "")
    echoes(strings.echo, "🚀🚀🚀 𠈄𓀀")
    strings.take_text("hello")
    same(strings.a_text(), "world")


def plain_lists():
    lists.take_none(b"", "")
    same(lists.none(), b"")
    lists.take_bytes(bytes([1, 2, 3, 4]))
    lists.take_words(["foo", "bar", "baz"])
    lists.take_nested([["foo", "bar"], ["baz"]])
    lists.take_tuples([(1, 2, 3), (4, 5, 6)])
    lists.take_many(["string"] * 1000)
    same(lists.bytes(), bytes([1, 2, 3, 4, 5]))
    same(lists.words(), ["hello,", "world!"])
    echoes(lists.echo_bytes, b"x", b"hello", "hello ⚑ world".encode())
    echoes(
        lists.echo_headers, [("Content-Type", b"text/plain"), ("Content-Length", b"9")]
    )
    lists.take_octets(b"hello")
    same(lists.some_octets(), b"world")


def list_limits():
    largest = (2 - 2**-23) * 2.0**127
    for function, a, b in [
        (lists.echo_8, b"\x00\xff", b"\x80\x7f"),  # list<s8> is bytes too
        (lists.echo_16, [0, 65535], [-32768, 32767]),
        (lists.echo_32, [0, 2**32 - 1], [-(2**31), 2**31 - 1]),
        (
            lists.echo_float,
            [-largest, largest, -math.inf, math.inf],
            [-1.7976931348623157e308, 1.7976931348623157e308, -math.inf, math.inf],
        ),
    ]:
        same(function(a, b), (a, b))


def plain_records():
    two, three = records.Two, records.Three
    same(records.pair(), (4, 5))
    same(records.swap((1, 2)), (2, 1))
    echoes(records.echo_two, two.ONE, two(0), two.OTHER, two.ONE | two.OTHER)
    echoes(
        records.echo_three,
        three.FIRST,
        three(0),
        three.SECOND,
        three.FIRST | three.THIRD,
    )
    echoes(
        records.echo_both, records.Both(8, two(0)), records.Both(0, two.ONE | two.OTHER)
    )
    echoes(records.echo_single, (1,))
    wider = (records.Eight.B0, records.Sixteen.B1, records.ThirtyTwo.B2)
    same(records.echo_wider(*wider), wider)


def last_flags():
    last = (records.Eight.B7, records.Sixteen.B15, records.ThirtyTwo.B31)
    same(records.echo_wider(*last), last)


def plain_variants():
    v = variants
    same([v.cut(1.0), v.cut(None), v.cut(2.0)], [1, None, 2])
    same([v.cut_either(Ok(2)), v.cut_either(Ok(4))], [2.0, 4.0])
    fails(5, v.cut_either, Err(5.3))
    echoes(v.echo_letter, v.Letter.A, v.Letter.B)
    same([v.negate(True), v.negate(False)], [False, True])
    v.take_aliases(None, False, Err(None))
    for x in [
        (True, Ok(None), v.Failure.SUCCESS),
        (False, Err(None), v.Failure.SECOND),
    ]:
        same(v.echo_enums(*x), x)
    same(
        [v.pick(0), v.pick(1), v.pick(2)],
        [v.Data_Bytes(b"\x01\x02"), v.Data_Number(7), v.Data_Text("text")],
    )
    echoes(
        v.echo_maybes,
        (
            v.MaybeInt_Nothing(),
            v.MaybeLong_Nothing(),
            v.MaybeFloat_Nothing(),
            v.MaybeDouble_Nothing(),
        ),
        (
            v.MaybeInt_Some(1),
            v.MaybeLong_Some(2),
            v.MaybeFloat_Some(3.0),
            v.MaybeDouble_Some(4.0),
        ),
    )


def joined_variants():
    v = variants
    echoes(
        v.echo_joined,
        (
            v.Ints_A(1),
            v.IntFloat_A(2),
            v.IntDouble_A(3),
            v.LongFloat_A(4),
            v.LongDouble_A(5),
            v.Floats_A(6.0),
        ),
        (
            v.Ints_B(1),
            v.IntFloat_B(2.0),
            v.IntDouble_B(3.0),
            v.LongFloat_B(4.0),
            v.LongDouble_B(5.0),
            v.Floats_B(6.0),
        ),
    )


def plain_options():
    options.take_none(None)
    options.take_some("foo")
    same([options.none(), options.some()], [None, "foo"])
    echoes(options.echo, "foo")
    echoes(options.echo_nested, Some(42), Some(None), None)


def results():
    o = outcomes
    fails("zero", o.or_string, 0.0)
    same(o.or_string(1.0), 1.0)
    fails(o.Kind.A, o.or_kind, 0.0)
    same(o.or_kind(1.0), 1.0)
    fails(o.Place(420, 0), o.or_place, 0.0)
    fails(o.Place(77, 2), o.or_place, 1.0)
    same(o.or_place(2.0), 2.0)
    fails(o.Cause_Place(o.Place(420, 0)), o.or_cause, 0.0)
    fails(o.Cause_Kind(o.Kind.B), o.or_cause, 1.0)
    fails(o.Cause_Kind(o.Kind.C), o.or_cause, 2.0)
    same(o.or_cause(3.0), 3.0)
    fails(None, o.or_nothing, 0)
    same([o.or_nothing(1), o.or_nothing(2)], [42, 2])
    same([o.twice(0), o.twice(1)], [Ok(None), Err("one")])
    fails("two", o.twice, 2)


def flavorful():
    f = flavors
    f.take(f.Taken("taken"))
    same(f.give(), f.Given("given"))
    same(f.change(f.Changed("changed input")), f.Changed("changed output"))
    same(f.change_renamed(f.Changed("input4")), f.Changed("result4"))
    f.take_variants("foo", Err("bar"))
    same(f.give_variant(), "variant")
    same(f.change_variant("input3"), "output3")
    fails(f.Errno.B, f.once)
    f.once()
    same(f.aliases("typedef1", ["typedef2"]), (b"typedef3", ["typedef4"]))
    same(
        f.list_variants(
            [True, False], [Ok(None), Err(None)], [f.Errno.SUCCESS, f.Errno.A]
        ),
        ([False, True], [Err(None), Ok(None)], [f.Errno.A, f.Errno.B]),
    )


def plain_nested():
    n = nested
    same([n.in_option(["hello", "world"]), n.in_option(None)], ["hello,world", "none"])
    same(n.in_variant(n.Load_Words(["foo", "bar", "baz"])), "foo,bar,baz")
    same(n.in_variant(n.Load_Empty()), "empty")
    same(
        [n.in_result(Ok(["a", "b", "c"])), n.in_result(Err("oops"))],
        ["a,b,c", "err:oops"],
    )
    same(n.summarize(["hello", "world"]), n.Summary(2, "hello,world"))
    same(n.summarize(None), n.Summary(0, "none"))
    same(n.join(["x", "y", "z"]), "x,y,z")


def sixteen():
    arguments.sixteen(*range(1, 17))


def seventeen():
    same(arguments.seventeen(*range(1, 18)), 153)


def common_types():
    same(common.wrap(base.Bits.A), base.Whole(4, base.Bits.A))
    same(common.choose(), base.Either_Number(5))


def same_names():
    same([first.name(), second.name()], ["first", "second"])


def shadowed():
    fails(None, shadows.shadowed, False, True)
    fails(True, shadows.shadowed, True, True)
    shadows.shadowed(True, False)


def features():
    assert not hasattr(gated, "hidden")
    same(gated.shown(), 7)
