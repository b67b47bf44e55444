"""Uses two versions of one interface."""

import wit_world
from wit_world.imports import mirror_dep_test_0_1_0 as old
from wit_world.imports import mirror_dep_test_0_2_0 as new


class WitWorld(wit_world.WitWorld):
    def run(self) -> None:
        assert (old.x(), old.y(1.0)) == (1.0, 2.0)
        assert (new.x(), new.z(1.0, 1.0)) == (2.0, 4.0)
