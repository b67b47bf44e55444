"""Resources of one name on both sides; see things.py and listed.py."""

from wit_world import exports


class Things(exports.Things):
    def look(self, it):
        return it.get() + 2


class Listed(exports.Listed):
    pass
