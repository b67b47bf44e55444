"""Every interface, provided to the host and used from it."""

import uses
import wit_world
from provides import *


class WitWorld(wit_world.WitWorld):
    def run(self, behaviour: str) -> None:
        getattr(uses, behaviour)()
