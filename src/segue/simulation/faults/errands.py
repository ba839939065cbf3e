"""Errands: whoever wants something of the process asks until there is an answer, over crashes and restarts."""

from collections.abc import Awaitable, Callable
from random import Random

from msgspec import Struct

from segue.model.errors import EventError, SegueError
from segue.model.time import MINUTE, SECOND
from segue.runtimes.embedded import Embedded
from segue.simulation.faults.agenda import Agenda

Ask = Callable[[Embedded], Awaitable[object]]


class Errand(Struct, frozen=True, eq=False):
    """Something that somebody outside wants; ``ask`` does it, and returns once there is an answer."""

    ask: Ask


class Errands:
    """Everybody's errands.

    Args:
        spawn: runs an attempt inside the process that lives now.
    """

    def __init__(self, agenda: Agenda, chance: Random) -> None:
        self.runtime: Embedded | None = None
        self.spawn: Callable[[Awaitable[None]], object]
        self._agenda = agenda
        self._chance = chance
        self._open: dict[Errand, None] = {}

    def begin(self, errand: Errand) -> None:
        """Ask now, or as soon as somebody is there to be asked."""
        if self.runtime is None:
            self._again(errand)
        else:
            self._open[errand] = None  # at once: the process may die before it takes the first step
            self.spawn(self._attempt(errand, self.runtime))

    def lose(self) -> None:
        """The process died: what nobody was answered about is asked again."""
        self.runtime = None
        unanswered, self._open = self._open, {}
        for errand in unanswered:
            self._again(errand)

    def _again(self, errand: Errand) -> None:
        self._agenda.after(SECOND + int(self._chance.random() ** 2 * 10 * MINUTE), lambda: self.begin(errand))

    async def _attempt(self, errand: Errand, runtime: Embedded) -> None:
        try:
            await errand.ask(runtime)
        except EventError:
            pass  # a "no" is an answer
        except SegueError:
            self._again(errand)
        self._open.pop(errand, None)
