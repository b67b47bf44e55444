import random
import re

import wit_world


class WitWorld(wit_world.WitWorld):
    def run(self, what: str) -> None:
        if what == "sum(range(10**12))":
            sum(range(10**12))
        elif what == "exploding regex":
            re.match(r"(a+)+$", "a" * 60 + "b")
        elif what == "huge sort":
            while True:
                sorted(random.random() for _ in range(1_000_000))
        elif what == "bigint power":
            3 ** (10**8)
        else:
            while True:
                pass
