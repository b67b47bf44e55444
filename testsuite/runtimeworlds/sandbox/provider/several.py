"""The resources of the interface several, in a module of its name."""

from wit_world.exports import several

dropped = 0


class Left(several.Left):
    def __init__(self, a):
        self.a = a

    def get_a(self):
        return self.a

    def set_a(self, a):
        self.a = a

    @classmethod
    def add(cls, x, a):
        return Left(x.a + a)


class Right(several.Right):
    def __init__(self, a):
        self.a = a

    def get_a(self):
        return self.a

    @classmethod
    def num_dropped(cls):
        return dropped

    def __del__(self):
        global dropped
        dropped += 1


class KebabCase(several.KebabCase):
    def __init__(self, a):
        self.a = a

    def get_a(self):
        return self.a

    @classmethod
    def take_owned(cls, k):
        return k.a
