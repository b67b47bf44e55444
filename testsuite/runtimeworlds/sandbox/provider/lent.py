"""The resources of the interface lent, in a module of its name."""

from wit_world.exports import lent


class Word(lent.Word):
    def __init__(self, s):
        self.s = f"{s} new"

    def get(self):
        return f"{self.s} read"
