"""Uses an interface that the world declares itself."""

import wit_world
from wit_world.imports import outer


class WitWorld(wit_world.WitWorld):
    def run(self) -> None:
        assert outer.name() == "outer"
