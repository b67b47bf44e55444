"""Hands every value on to the host, and its answer back."""

from wit_world import exports
from wit_world.imports import echo


class Echo(exports.Echo):
    def nothing(self):
        echo.nothing()

    def echo_bool(self, v):
        return echo.echo_bool(v)

    def echo_s8(self, v):
        return echo.echo_s8(v)

    def echo_u8(self, v):
        return echo.echo_u8(v)

    def echo_s16(self, v):
        return echo.echo_s16(v)

    def echo_u16(self, v):
        return echo.echo_u16(v)

    def echo_s32(self, v):
        return echo.echo_s32(v)

    def echo_u32(self, v):
        return echo.echo_u32(v)

    def echo_s64(self, v):
        return echo.echo_s64(v)

    def echo_u64(self, v):
        return echo.echo_u64(v)

    def echo_f32(self, v):
        return echo.echo_f32(v)

    def echo_f64(self, v):
        return echo.echo_f64(v)

    def echo_char(self, v):
        return echo.echo_char(v)

    def echo_string(self, v):
        return echo.echo_string(v)

    def echo_bytes(self, v):
        return echo.echo_bytes(v)

    def echo_strings(self, v):
        return echo.echo_strings(v)

    def echo_lists(self, v):
        return echo.echo_lists(v)

    def echo_floats(self, v):
        return echo.echo_floats(v)

    def echo_chars(self, v):
        return echo.echo_chars(v)

    def echo_point(self, v):
        return echo.echo_point(v)

    def echo_nested(self, v):
        return echo.echo_nested(v)

    def echo_tuple(self, v):
        return echo.echo_tuple(v)

    def echo_shape(self, v):
        return echo.echo_shape(v)

    def echo_shapes(self, v):
        return echo.echo_shapes(v)

    def echo_color(self, v):
        return echo.echo_color(v)

    def echo_option(self, v):
        return echo.echo_option(v)

    def echo_option_string(self, v):
        return echo.echo_option_string(v)

    def echo_option_option(self, v):
        return echo.echo_option_option(v)

    def echo_result(self, v):
        return echo.echo_result(v)

    def echo_result_empty(self, v):
        return echo.echo_result_empty(v)

    def echo_result_ok(self, v):
        return echo.echo_result_ok(v)

    def echo_result_err(self, v):
        return echo.echo_result_err(v)

    def echo_results(self, v):
        return echo.echo_results(v)

    def echo_small(self, v):
        return echo.echo_small(v)

    def echo_medium(self, v):
        return echo.echo_medium(v)

    def echo_large(self, v):
        return echo.echo_large(v)

    def echo_many(self, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q):
        return echo.echo_many(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q)
