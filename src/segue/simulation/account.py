"""Accounts: what came of each resident, counted as it happens, so that nothing of a life has to be kept.

One number for each resident and thing that is counted; things are named by path, such as ``contact/email`` or
``event/ordered``. A thing that has not happened to anybody has no column.
"""

from array import array
from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from segue.core.world import World
from segue.model.decisions import SILENCE, Decision
from segue.model.deliveries import DeliveryStatus
from segue.model.events import ConsentChanged, DeliveryReported, Tracked
from segue.model.time import DAY, WEEK, Instant
from segue.simulation.life import Passed

Floats = NDArray[np.float64]

TOLD = (
    DeliveryStatus.OPENED,
    DeliveryStatus.CLICKED,
    DeliveryStatus.COMPLAINED,
    DeliveryStatus.UNSUBSCRIBED,
    DeliveryStatus.BOUNCED,
)


BLOCKS = 20
"""Residents are dealt into so many blocks, by their numbers: how far these lie apart is how sure a week's mean is."""

NO_VALUES: Mapping[str, str] = {}


class Accounts(Struct, frozen=True):
    """What came of some residents.

    Attributes:
        first: the number of the first resident.
        count: how many there are, one after the other.
        columns: (count,) for each thing that was counted.
        weekly: (weeks,) totals over these residents, for the same things.
        seconds: CPU time that their lives took.
        blocks: (`BLOCKS`, weeks) the same totals by block; a resident's is their number modulo `BLOCKS`.
    """

    first: int
    count: int
    columns: dict[str, Floats]
    weekly: dict[str, Floats]
    seconds: float = 0.0
    blocks: dict[str, Floats] = {}

    def column(self, name: str) -> Floats:
        """Return (count,) how often or how much ``name`` was; zeros for what never happened."""
        found = self.columns.get(name)
        return np.zeros(self.count) if found is None else found

    def total(self, prefix: str) -> Floats:
        """Return (count,) the sum of all things whose path is ``prefix`` or begins with ``prefix/``."""
        total = np.zeros(self.count)
        for name, column in sorted(self.columns.items()):
            if name == prefix or name.startswith(f"{prefix}/"):
                total += column
        return total


class Book:
    """Keeps the accounts of residents ``first`` to ``first + count - 1``.

    Args:
        ending: the event by which a customer leaves for good; "" where none does. The column ``days`` says for how long
            each was there.
        values: for events that are worth something, the property that says how much; summed up as ``sum/EVENT``.
    """

    def __init__(
        self,
        first: int,
        count: int,
        begin: Instant,
        weeks: int,
        ending: str = "",
        values: Mapping[str, str] = NO_VALUES,
    ) -> None:
        self._first, self._count, self._begin, self._weeks, self._ending = first, count, begin, weeks, ending
        self._values = values
        self._columns: dict[str, array[float]] = {}
        self._blocks: dict[str, array[float]] = {}
        self._left = np.full(count, weeks * 7.0)

    def note(self, number: int, passed: Passed, world: World) -> None:
        """Take note of what happened in the life of resident ``number``."""
        row, week = number - self._first, min((passed.now - self._begin) // WEEK, self._weeks - 1)
        place = number % BLOCKS * self._weeks + week
        event = passed.event
        if isinstance(event, DeliveryReported):
            if event.status in TOLD:
                self._add(row, place, f"report/{event.status}")
        elif isinstance(event, Tracked):
            self._add(row, place, f"event/{event.name}")
            amount = event.properties.get(self._values[event.name]) if event.name in self._values else None
            if isinstance(amount, int | float):
                self._add(row, place, f"sum/{event.name}", float(amount))
            if event.name == self._ending:
                self._left[row] = min(self._left[row], (passed.now - self._begin) / DAY)
        elif isinstance(event, ConsentChanged) and not event.granted:
            self._add(row, place, f"opt_out/{event.channel}")
        for arrival in passed.arrivals:
            self._add(row, place, f"{_ARRIVALS[arrival.kind]}/{arrival.channel}")
            variant = world.variants.get((arrival.action, arrival.channel))
            if variant is not None and arrival.kind in ("message", "task"):
                self._add(row, place, "cost", variant.scored.scores.get("cost", 0.0))
        for transition in passed.transitions:
            for decision in transition.decisions:
                self._note_decision(row, place, decision)
            for reward in transition.rewards:
                self._add(row, place, f"reward/{reward.objective}", reward.amount)
            for ended in transition.ended:
                self._add(row, place, f"ended/{ended.journey}/{ended.reason}")

    def close(self) -> Accounts:
        """Return the accounts."""
        columns = {name: np.frombuffer(kept) for name, kept in self._columns.items()}
        blocks = {name: np.frombuffer(kept).reshape(BLOCKS, self._weeks) for name, kept in self._blocks.items()}
        weekly = {name: kept.sum(axis=0) for name, kept in blocks.items()}
        return Accounts(self._first, self._count, columns | {"days": self._left}, weekly, blocks=blocks)

    def _note_decision(self, row: int, place: int, decision: Decision) -> None:
        self._add(row, place, "decision")
        if decision.is_ghost:
            self._add(row, place, "ghost")
        elif decision.chosen == SILENCE:
            self._add(row, place, "silence")
        if decision.fallback:
            self._add(row, place, f"fallback/{decision.fallback}")

    def _add(self, row: int, place: int, name: str, amount: float = 1.0) -> None:
        column = self._columns.get(name)
        if column is None:
            column = self._columns[name] = array("d", bytes(8 * self._count))
            self._blocks[name] = array("d", bytes(8 * self._weeks * BLOCKS))
        column[row] += amount
        self._blocks[name][place] += amount


_ARRIVALS: Mapping[str, str] = {
    "message": "contact",
    "task": "contact",
    "joined": "joined",
    "left": "left",
    "shown": "shown",
}


def gather(parts: list[Accounts]) -> Accounts:
    """Return the accounts of consecutive parts as one, in the order of the residents."""
    ordered = sorted(parts, key=lambda part: part.first)
    names = sorted({name for part in ordered for name in part.columns})
    weekly = _added([part.weekly for part in ordered])
    blocks = _added([part.blocks for part in ordered])
    columns = {name: np.concatenate([part.column(name) for part in ordered]) for name in names}
    count, seconds = sum(part.count for part in ordered), sum(part.seconds for part in ordered)
    return Accounts(ordered[0].first, count, columns, weekly, seconds, blocks)


def _added(parts: Sequence[Mapping[str, Floats]]) -> dict[str, Floats]:
    """Return the sums by name, in the order of the parts."""
    total: dict[str, Floats] = {}
    for name in sorted({name for part in parts for name in part}):
        found = [part[name] for part in parts if name in part]
        total[name] = sum(found[1:], found[0].copy())
    return total
