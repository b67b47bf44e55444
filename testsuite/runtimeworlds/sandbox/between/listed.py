"""The resources of the interface listed, in a module of its name."""

from wit_world.exports import listed as exported
from wit_world.imports import listed as imported


class Buffer(exported.Buffer):
    def __init__(self, x):
        self.inner = imported.Buffer(x + b" outer")

    def read(self):
        return self.inner.read() + b" outer"

    def write(self, x):
        self.inner.write(x + b" outer")

    @classmethod
    def twice(cls, x):
        return imported.Buffer.twice(x + b" outer") + b" outer"
