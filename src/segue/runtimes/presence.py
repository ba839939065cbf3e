"""Presence: how many runs are at which step of which journey, kept up with every transition."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from segue.model.customers import Enrollments


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


class Presence:
    """Runs by place."""

    def __init__(self) -> None:
        self.waiting: Counter[Place] = Counter()

    def change(self, before: Enrollments, after: Enrollments) -> None:
        """Take note that a customer's enrollments are ``after``, no longer ``before``."""
        if before.runs is not after.runs:
            self.leave(before.runs)
            self.arrive(after.runs)

    def arrive(self, runs: Iterable[_Run]) -> None:
        """Count ``runs`` where they are."""
        for run in runs:
            self.waiting[Place(run.journey, run.version, run.step)] += 1

    def leave(self, runs: Iterable[_Run]) -> None:
        """Count ``runs`` no longer."""
        for run in runs:
            place = Place(run.journey, run.version, run.step)
            self.waiting[place] -= 1
            if not self.waiting[place]:
                del self.waiting[place]
