"""The resources of the interface things, in a module of its name."""

from wit_world.exports import things


class Thing(things.Thing):
    def __init__(self, v):
        self.v = v + 1

    def get(self):
        return self.v

    def set(self, v):
        self.v = v

    @classmethod
    def merge(cls, a, b):
        return Thing(a.v + b.v)

    @classmethod
    def consume(cls, it):
        return it.v
