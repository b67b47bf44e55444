"""The resources of the interface wrappers, in a module of its name."""

from wit_world.exports import wrappers
from wit_world.imports import things


class Thing(wrappers.Thing):
    def __init__(self, v):
        self.inner = things.Thing(v + 1)

    def get(self):
        return self.inner.get() + 3

    @classmethod
    def merge(cls, a, by):
        return cls(a.inner.get() + by)

    def __del__(self):
        with self.inner:
            pass
