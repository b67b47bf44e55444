"""Two versions of one interface."""

from wit_world import exports


class MirrorDepTest010(exports.MirrorDepTest010):
    def x(self) -> float:
        return 1.0

    def y(self, a: float) -> float:
        return 1.0 + a


class MirrorDepTest020(exports.MirrorDepTest020):
    def x(self) -> float:
        return 2.0

    def z(self, a: float, b: float) -> float:
        return 2.0 + a + b
