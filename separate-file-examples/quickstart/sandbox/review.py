"""Reviews earthquakes. This file runs in the sandbox, and nothing else does."""

from collections import Counter

import wit_world
from componentize_py_types import Err
from wit_world.imports import progress
from wit_world.imports.catalog import (
    Problem_BadQuake,
    Problem_BadWindow,
    Problem_NoData,
    Quake,
    Summary,
    Window,
    Window_Between,
    Window_Since,
)


class WitWorld(wit_world.WitWorld):
    def summarize(self, quakes: list[Quake], window: Window) -> Summary:
        if isinstance(window, Window_Between):
            start, end = window.value.start_ms, window.value.end_ms
            if end < start:
                raise Err(
                    Problem_BadWindow(f"it ends {start - end} ms before it starts")
                )
        elif isinstance(window, Window_Since):
            start, end = window.value, None
        else:
            start, end = None, None

        chosen: list[Quake] = []
        for index, quake in enumerate(quakes):
            if not -2.0 <= quake.magnitude <= 10.0:
                raise Err(
                    Problem_BadQuake(
                        (index, f"magnitude {quake.magnitude:g} is impossible")
                    )
                )
            if (start is None or quake.time_ms >= start) and (
                end is None or quake.time_ms < end
            ):
                chosen.append(quake)
            if (index + 1) % 500 == 0 or index + 1 == len(quakes):
                progress.report(index + 1, len(quakes))
        if not chosen:
            raise Err(Problem_NoData())

        magnitudes = energy = 0.0
        for quake in chosen:
            magnitudes += quake.magnitude
            energy += 10 ** (4.8 + 1.5 * quake.magnitude)
        regions = Counter(region_of(quake.place) for quake in chosen)
        ranked = sorted(regions.items(), key=lambda item: (-item[1], item[0]))
        return Summary(
            count=len(chosen),
            strongest=max(chosen, key=lambda quake: (quake.magnitude, -quake.time_ms)),
            mean_magnitude=magnitudes / len(chosen),
            energy_joules=energy,
            regions=ranked[:5],
        )


def region_of(place: str) -> str:
    """The last part of `22km NNE of Hualian, Taiwan`: Taiwan."""
    return place.split(", ")[-1]
