"""Gives maps back."""


class Dictionaries:
    def counts(self, m: dict[str, int]) -> dict[str, int]:
        return m

    def names(self, m: dict[int, list[str]]) -> dict[int, list[str]]:
        return m

    def nested(self, m: dict[str, dict[str, bool]]) -> dict[str, dict[str, bool]]:
        return m
