"""Counts words: what an agent starts as a task."""

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports import words


class Words(exports.Words):
    def count(self, text: str) -> list[words.Word]:
        match text:
            case "":
                raise Err(words.Problem_Empty())
            case "spin":
                while True:
                    pass
            case "raise":
                raise ValueError("no such words")
            case "eat":
                hoard = []
                while True:
                    hoard.append(bytearray(1 << 20))
        times: dict[str, int] = {}
        for word in text.split():
            times[word] = times.get(word, 0) + 1
        return [words.Word(text, n) for text, n in times.items()]
