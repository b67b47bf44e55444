"""Resources of every kind, for the host."""

from lent import Word
from several import Right
from wit_world import exports


class Things(exports.Things):
    def look(self, it):
        return it.v + 2


class Aggregates(exports.Aggregates):
    def sum(self, r1, r2, r3, t1, t2, v1, v2, l1, l2, o1, o2, e1, e2):
        parts = [r1.part, r2.part, r3.lent, r3.owned, t1[0], t1[1].part, t2[0]]
        parts += [v1.value, v2.value, *l1, *l2, o1, o2, e1.value, e2.value]
        return sum(part.v for part in parts) + 3


class Originals(exports.Originals):
    def unwrap(self, x):
        return [x.note]


class Renamed(exports.Renamed):
    def unwrap(self, a, b, c):
        assert c.get() == "salut, noted, read"
        return [a.memo, b.note]


class Lent(exports.Lent):
    def copy(self, x):
        copies = []
        for loan in x:
            word = Word("")
            word.s = f"{loan.word.s} copy"
            copies.append(word)
        return copies


class Listed(exports.Listed):
    pass


class Several(exports.Several):
    def add(self, a, b):
        return Right(a.a + b.a)

    def consume(self, x):
        assert x.a == 15
