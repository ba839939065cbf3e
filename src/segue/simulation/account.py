"""Accounts: what came of each resident, counted as it happens, so that nothing of a life has to be kept.

One number for each resident and thing that is counted; things are named by path, such as ``contact/email`` or
``event/ordered``. A thing that has not happened to anybody has no column.
"""

from array import array
from collections.abc import Mapping

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


NO_VALUES: Mapping[str, str] = {}


class Accounts(Struct, frozen=True):
    """What came of some residents.

    Attributes:
        first: the number of the first resident.
        count: how many there are, one after the other.
        columns: (count,) for each thing that was counted.
        weekly: (weeks,) totals over these residents, for the same things.
        seconds: CPU time that their lives took.
    """

    first: int
    count: int
    columns: dict[str, Floats]
    weekly: dict[str, Floats]
    seconds: float = 0.0

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
        self._weekly: dict[str, array[float]] = {}
        self._left = np.full(count, weeks * 7.0)

    def note(self, number: int, passed: Passed, world: World) -> None:
        """Take note of what happened in the life of resident ``number``."""
        row, week = number - self._first, min((passed.now - self._begin) // WEEK, self._weeks - 1)
        event = passed.event
        if isinstance(event, DeliveryReported):
            if event.status in TOLD:
                self._add(row, week, f"report/{event.status}")
        elif isinstance(event, Tracked):
            self._add(row, week, f"event/{event.name}")
            amount = event.properties.get(self._values[event.name]) if event.name in self._values else None
            if isinstance(amount, int | float):
                self._add(row, week, f"sum/{event.name}", float(amount))
            if event.name == self._ending:
                self._left[row] = min(self._left[row], (passed.now - self._begin) / DAY)
        elif isinstance(event, ConsentChanged) and not event.granted:
            self._add(row, week, f"opt_out/{event.channel}")
        for arrival in passed.arrivals:
            self._add(row, week, f"{_ARRIVALS[arrival.kind]}/{arrival.channel}")
            variant = world.variants.get((arrival.action, arrival.channel))
            if variant is not None and arrival.kind in ("message", "task"):
                self._add(row, week, "cost", variant.scored.scores.get("cost", 0.0))
        for transition in passed.transitions:
            for decision in transition.decisions:
                self._note_decision(row, week, decision)
            for reward in transition.rewards:
                self._add(row, week, f"reward/{reward.objective}", reward.amount)
            for ended in transition.ended:
                self._add(row, week, f"ended/{ended.journey}/{ended.reason}")

    def close(self) -> Accounts:
        """Return the accounts."""
        columns, weekly = (
            {name: np.frombuffer(kept) for name, kept in each.items()} for each in (self._columns, self._weekly)
        )
        return Accounts(self._first, self._count, columns | {"days": self._left}, weekly)

    def _note_decision(self, row: int, week: int, decision: Decision) -> None:
        self._add(row, week, "decision")
        if decision.is_ghost:
            self._add(row, week, "ghost")
        elif decision.chosen == SILENCE:
            self._add(row, week, "silence")
        if decision.fallback:
            self._add(row, week, f"fallback/{decision.fallback}")

    def _add(self, row: int, week: int, name: str, amount: float = 1.0) -> None:
        column = self._columns.get(name)
        if column is None:
            column = self._columns[name] = array("d", bytes(8 * self._count))
            self._weekly[name] = array("d", bytes(8 * self._weeks))
        column[row] += amount
        self._weekly[name][week] += amount


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
    weeks = max((len(each) for part in ordered for each in part.weekly.values()), default=0)
    weekly = {
        name: sum((part.weekly.get(name, np.zeros(weeks)) for part in ordered), np.zeros(weeks))
        for name in sorted({name for part in ordered for name in part.weekly})
    }
    columns = {name: np.concatenate([part.column(name) for part in ordered]) for name in names}
    return Accounts(
        ordered[0].first, sum(part.count for part in ordered), columns, weekly, sum(part.seconds for part in ordered)
    )
