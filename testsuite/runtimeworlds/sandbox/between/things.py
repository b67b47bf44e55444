"""The resources of the interface things, in a module of its name."""

from wit_world.exports import things as exported
from wit_world.imports import things as imported


class Thing(exported.Thing):
    def __init__(self, v):
        self.inner = imported.Thing(v + 1)

    def get(self):
        return self.inner.get() + 2

    def set(self, v):
        self.inner.set(v + 3)

    @classmethod
    def merge(cls, a, b):
        with imported.Thing.merge(a.inner, b.inner) as inner:
            return Thing(inner.get())

    @classmethod
    def consume(cls, it):
        return it.get()
