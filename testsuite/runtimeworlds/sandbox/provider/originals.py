"""The resources of the interface originals, in a module of its name."""

from wit_world.exports import originals


class Note(originals.Note):
    def __init__(self, s):
        self.s = f"{s}, noted"

    def get(self):
        return f"{self.s}, read"
