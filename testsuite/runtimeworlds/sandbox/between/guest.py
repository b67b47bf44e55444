"""Resources of one name on both sides: the guest's are made of the host's."""

from wit_world import exports


class Things(exports.Things):
    def look(self, it):
        return it.get() + 2


class Listed(exports.Listed):
    pass
