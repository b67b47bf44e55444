"""Counters for the host, and a user of the host's logs."""

import wit_world
from counters import Counter
from wit_world import exports
from wit_world.exports import counters
from wit_world.imports import logs

kept: logs.Log | None = None


class WitWorld(wit_world.WitWorld):
    def note(self, to: logs.Log, line: str) -> None:
        to.write(line)

    def keep(self, it: logs.Log | None) -> None:
        global kept
        if kept is not None:
            with kept:  # drops it at the end
                pass
        kept = it

    def give(self) -> logs.Log | None:
        global kept
        log, kept = kept, None
        return log

    def make(self, name: str) -> logs.Log:
        log = logs.Log(name)
        log.write(name)
        return log

    def find(self, name: str) -> logs.Log:
        return logs.Log.open(name)

    def merged(self, a: logs.Log, b: logs.Log) -> list[str]:
        with logs.merge(a, b) as both:
            return both.lines()


class Counters(exports.Counters):
    def sum(self, all: list[counters.Counter]) -> int:
        return sum(counter.value() for counter in all)

    def join(self, both: counters.Pair) -> counters.Counter:
        right = both.right.value() if both.right else 0
        return Counter(both.left.value() + right)

    def even(self, of: counters.Counter) -> counters.Counter | None:
        return of if of.value() % 2 == 0 else None
