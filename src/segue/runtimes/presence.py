"""Presence: how many runs are at which step, and how many entries wait; kept up with every transition."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple, Protocol, TypeVar

from segue.model.customers import Enrollments

Key = TypeVar("Key")


class Place(NamedTuple):
    """A step of a version of a journey."""

    journey: str
    version: int
    step: str


class _Run(Protocol):
    @property
    def journey(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def step(self) -> str: ...


class _Pending(Protocol):
    @property
    def journey(self) -> str: ...


class Present(Protocol):
    """Where one customer is: `segue.model.customers.Enrollments`, or a glance at them."""

    @property
    def runs(self) -> Iterable[_Run]: ...
    @property
    def pending(self) -> Iterable[_Pending]: ...


class Presence:
    """How many are where.

    Attributes:
        waiting: runs by place.
        pending: entries that wait (debounce, rate, pause), by journey.
    """

    def __init__(self) -> None:
        self.waiting: Counter[Place] = Counter()
        self.pending: Counter[str] = Counter()

    def change(self, before: Enrollments, after: Enrollments) -> None:
        """Take note that a customer's enrollments are ``after``, no longer ``before``."""
        if before is not after:
            self._count(before, -1)
            self._count(after, 1)

    def arrive(self, someone: Present) -> None:
        """Count a customer who was not known before."""
        self._count(someone, 1)

    def _count(self, someone: Present, weight: int) -> None:
        for run in someone.runs:
            _add(self.waiting, Place(run.journey, run.version, run.step), weight)
        for entry in someone.pending:
            _add(self.pending, entry.journey, weight)


def _add(counter: "Counter[Key]", key: Key, weight: int) -> None:
    counter[key] += weight
    if not counter[key]:
        del counter[key]
