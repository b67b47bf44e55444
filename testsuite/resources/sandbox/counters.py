"""The counters themselves."""

from componentize_py_types import Err
from wit_world.exports import counters


class Counter(counters.Counter):
    def __init__(self, start: int) -> None:
        self.count = start

    @classmethod
    def parse(cls, text: str) -> counters.Counter:
        if not text.isdecimal():
            raise Err("no number")
        return cls(int(text))

    def step(self, by: int) -> int:
        self.count += by
        return self.count

    def value(self) -> int:
        return self.count

    def close(self) -> None:
        self.count = 0
