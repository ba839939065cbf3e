import asyncio
from collections.abc import Coroutine
from random import Random
from typing import Any, cast

from segue.model.errors import EventError, StoreError
from segue.runtimes.embedded import Embedded
from segue.simulation.faults.agenda import Agenda
from segue.simulation.faults.errands import Errand, Errands

SOMEBODY = cast(Embedded, object())


class Office:
    """Runs attempts at once."""

    def __init__(self) -> None:
        self.agenda = Agenda()
        self.errands = Errands(self.agenda, Random(1))
        self.errands.spawn = self.spawn  # type: ignore[assignment]
        self.asked = 0

    def spawn(self, attempt: Coroutine[Any, Any, None]) -> None:
        asyncio.run(attempt)

    def errand(self, *errors: Exception | None) -> Errand:
        answers = list(errors)

        async def ask(_: Embedded) -> None:
            self.asked += 1
            error = answers.pop(0) if answers else None
            if error is not None:
                raise error

        return Errand(ask)


def test_nobody_gives_up_until_there_is_an_answer() -> None:
    office = Office()
    office.errands.begin(office.errand(StoreError("a", "b"), StoreError("a", "b")))
    assert office.asked == 0, "nobody is there to be asked"
    office.errands.runtime = SOMEBODY
    for _ in range(3):
        office.agenda.pass_time(None)
    assert office.asked == 3


def test_a_no_is_an_answer() -> None:
    office = Office()
    office.errands.runtime = SOMEBODY
    office.errands.begin(office.errand(EventError("code", "a", "b")))
    assert office.asked == 1
    office.agenda.pass_time(10**9)
    assert office.asked == 1


def test_whoever_was_not_answered_before_a_crash_asks_again() -> None:
    office = Office()
    office.errands.runtime = SOMEBODY
    office.errands.spawn = lambda attempt: attempt.send(None)  # type: ignore[attr-defined]

    async def ask(_: Embedded) -> None:
        office.asked += 1
        await asyncio.sleep(0)

    office.errands.begin(Errand(ask))
    office.errands.lose()
    assert office.asked == 1
    office.errands.runtime = SOMEBODY
    office.agenda.pass_time(None)
    assert office.asked == 2


def test_whoever_asked_in_the_instant_of_a_crash_asks_again() -> None:
    office = Office()
    office.errands.runtime = SOMEBODY
    office.errands.spawn = lambda attempt: attempt.close()  # type: ignore[attr-defined]
    office.errands.begin(office.errand())
    office.errands.lose()
    office.errands.runtime, office.errands.spawn = SOMEBODY, office.spawn  # type: ignore[assignment]
    office.agenda.pass_time(None)
    assert office.asked == 1
