"""Traffic: what came to each step of a journey, and how it left: always ``inflow = waiting + passed + exited``.

The counts begin with the process: those who wait then are the first inflow.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec import Struct

from segue.model.runs import Moved
from segue.runtimes.presence import Place


class StepTraffic(Struct, frozen=True, kw_only=True):
    """The counts of one step; ``exited`` are those who left it before it was over (also by migration)."""

    journey: str
    version: int
    step: str
    inflow: int
    waiting: int
    passed: int
    exited: int


class Traffic:
    """Counts moves.

    Args:
        waiting: runs by place at the beginning.
    """

    def __init__(self, waiting: Mapping[Place, int]) -> None:
        self._inflow: Counter[Place] = Counter(waiting)
        self._passed: Counter[Place] = Counter()
        self._exited: Counter[Place] = Counter()

    def count(self, moves: Iterable[Moved]) -> None:
        """Count what runs did."""
        for move in moves:
            if move.step:
                left = self._passed if move.how == "passed" else self._exited
                left[Place(move.journey, move.version, move.step)] += 1
            if move.to:
                self._inflow[Place(move.journey, move.version, move.to)] += 1

    def steps(self, waiting: Mapping[Place, int]) -> tuple[StepTraffic, ...]:
        """Return the counts of every step that anybody was at, by journey, version and step, with those there now."""
        places = dict.fromkeys((*self._inflow, *waiting))
        return tuple(
            StepTraffic(
                journey=place.journey,
                version=place.version,
                step=place.step,
                inflow=self._inflow[place],
                waiting=waiting.get(place, 0),
                passed=self._passed[place],
                exited=self._exited[place],
            )
            for place in sorted(places)
        )
