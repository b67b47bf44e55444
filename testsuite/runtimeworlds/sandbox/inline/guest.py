"""What the world declares itself."""

import wit_world


class WitWorld(wit_world.WitWorld):
    def answer(self) -> str:
        return "answer"

    def run(self) -> None:
        assert wit_world.ask() == "asked"


class Inner:
    def name(self) -> str:
        return "inner"
