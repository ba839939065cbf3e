"""A crowd: many lives in virtual time, one after the other or all at once.

Where customers share nothing, each life is led from begin to end alone, and its place in the crowd makes no difference.
Where they do (capacities, budgets, stock, the outlook on offers, what is learnt), all move together in the order of
time, then of their numbers: as the embedded runtime would, whose log has one order as well.
"""

from collections.abc import Callable, Iterator, Mapping
from heapq import heappop, heappush

from msgspec.structs import replace

from segue.core.decisioning.context import NOTHING_SEEN
from segue.core.decisioning.policies import STANDING
from segue.core.world import World
from segue.model.time import NEVER, WEEK, Instant
from segue.ports.store import Entry
from segue.runtimes.entries import make_entry
from segue.runtimes.lessons import asks, restore_learner, seen_at
from segue.simulation.account import NO_VALUES, Accounts, Book
from segue.simulation.dice import Dice
from segue.simulation.life import Life, Passed
from segue.simulation.market import Market

Sink = Callable[[Entry], None]
Told = Callable[[int], None]
"""Told now and then how many more lives have been led, as shares of lives where all are led at once."""
STEPS = 100
"""It is told so often."""


class Crowd:
    """Residents ``first`` to ``first + count - 1`` of ``market`` under ``world``.

    Args:
        seed: the market's.
        sink: gets an entry of everything that was advanced, in order, as the log would have it.
        ending, values: see `Book`.
        learned: the packed state of the online learner at the beginning, empty for one that knows nothing.
        told: of the progress.
    """

    def __init__(
        self,
        world: World,
        market: Market,
        *,
        seed: str,
        first: int,
        count: int,
        begin: Instant,
        weeks: int,
        ending: str = "",
        values: Mapping[str, str] = NO_VALUES,
        sink: Sink | None = None,
        learned: bytes = b"",
        told: Told | None = None,
    ) -> None:
        self._world, self._market, self._seed = world if sink is not None else _unseen(world), market, seed
        self._numbers, self._begin, self._end = range(first, first + count), begin, Instant(begin + weeks * WEEK)
        self._book = Book(first, count, begin, weeks, ending, values)
        self._sink, self._learned = sink, learned
        self._told, self._lived = told, 0
        self._seq = 0
        self._last: dict[str, int] = {}

    def live_apart(self) -> Accounts:
        """Lead each life from begin to end, one after the other.

        Raises:
            AssertionError: a life has added to something that all share.
        """
        world = self._world
        for number in self._numbers:
            life = self._born(number)
            while life.due < self._end:
                for passed in life.step(world):
                    for transition in passed.transitions:
                        assert not transition.tallies, "something is shared"
                    self._note(number, passed, world)
            self._tell(number + 1 - self._numbers.start)
        self._tell(len(self._numbers), is_last=True)
        return self._book.close()

    def live_together(self) -> Accounts:
        """Lead all lives in the order of time. What nobody asks for is not learnt."""
        born = map(self._born, self._numbers)
        agenda = [(life.due, life.number, life) for life in born if life.due < self._end]
        agenda.sort()
        world, online, is_asked = self._world, restore_learner(self._learned), asks(self._world)
        while agenda:
            now, number, life = heappop(agenda)
            self._tell(len(self._numbers) * (now - self._begin) // (self._end - self._begin))
            seen, online = seen_at(now, world, online) if is_asked else (world, None)
            for passed in life.step(seen):
                for transition in passed.transitions:
                    world = world.after(transition.tallies, now)
                entry = self._note(number, passed, world, wanted=online is not None)
                if online is not None and entry is not None:
                    online.take(entry, world)
            if life.due < min(self._end, NEVER):
                heappush(agenda, (life.due, number, life))
        self._tell(len(self._numbers), is_last=True)
        return self._book.close()

    def _tell(self, lived: int, *, is_last: bool = False) -> None:
        more = lived - self._lived
        if self._told is not None and more and (is_last or more * STEPS >= len(self._numbers)):
            self._lived = lived
            self._told(more)

    def _born(self, number: int) -> Life:
        dice = Dice(self._seed, number)
        resident = self._market.resident(number, dice, self._begin)
        return Life(number, resident, dice, self._market.providers, self._begin)

    def _note(self, number: int, passed: Passed, world: World, *, wanted: bool = False) -> Entry | None:
        self._book.note(number, passed, world)
        if self._sink is None and not wanted:
            return None
        self._seq += 1
        name = passed.event.customer_id
        entry = make_entry(
            self._seq, passed.event, passed.now, passed.transitions, (), previous=self._last.get(name, 0), joined=0
        )
        if self._sink is not None:
            self._last[name] = self._seq
            self._sink(entry)
        return entry


def _unseen(world: World) -> World:
    """Return ``world`` without the context where no policy of it looks at one: it would only stand in the log."""
    return replace(world, context=NOTHING_SEEN) if world.policies.keys() <= STANDING.keys() else world


def parts_of(customers: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield (first, count) of consecutive parts of ``size`` residents, the last one smaller.

    >>> list(parts_of(5, 2))
    [(0, 2), (2, 2), (4, 1)]
    """
    for first in range(0, customers, size):
        yield first, min(size, customers - first)
