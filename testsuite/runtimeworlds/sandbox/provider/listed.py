"""The resources of the interface listed, in a module of its name."""

from wit_world.exports import listed


class Buffer(listed.Buffer):
    def __init__(self, x):
        self.bytes = x + b" new"

    def read(self):
        return self.bytes + b" read"

    def write(self, x):
        self.bytes = x + b" write"

    @classmethod
    def twice(cls, x):
        return x + b" twice"
