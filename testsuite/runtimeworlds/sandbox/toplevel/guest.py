"""Moves things of the host's through functions of the world itself."""

import wit_world
from wit_world import exports
from wit_world.imports import things


class WitWorld(wit_world.WitWorld):
    def forward(self, it: things.Thing) -> things.Thing:
        return wit_world.pass_(it)

    def total(self, a: things.Thing, b: things.Thing) -> things.Thing:
        return things.Thing(a.get() + b.get() + 5)


class Wrappers(exports.Wrappers):
    pass
