"""The resources of the interface aggregates, in a module of its name."""

from wit_world.exports import aggregates


class Part(aggregates.Part):
    def __init__(self, v):
        self.v = v + 1
