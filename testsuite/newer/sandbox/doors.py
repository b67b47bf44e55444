"""The classes of the doors."""

from componentize_py_types import Err
from wit_world.exports import doors


class Door(doors.Door):
    def __init__(self, key: str) -> None:
        if key != "right":
            raise Err(f"{key} doesn't fit")
        self._key = key

    def key(self) -> str:
        return self._key


class Hatch(doors.Hatch):
    def __init__(self, number: int) -> None:
        if number == 0:
            raise Err(None)
        self._number = number

    def number(self) -> int:
        return self._number
