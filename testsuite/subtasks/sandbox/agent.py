"""Has words counted by a task, and tells what came of it."""

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports import report
from wit_world.imports import control, words


class Report(exports.Report):
    def ask(self, text: str, fuel: int | None) -> report.Answer:
        limits = control.Limits(fuel, None, None, None, None, None)
        control.narrow_next(limits, control.Grants(0))
        found, problem = [], None
        try:
            found = words.count(text)
        except Err as e:
            problem = e.value
        ending = control.last()
        assert ending is not None
        outcome = ending.outcome.name.lower().replace("_", "-")
        return report.Answer(found, problem, outcome, ending.fuel, control.left().fuel)
