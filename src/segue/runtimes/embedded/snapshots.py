"""Write-behind: the changed customers go to the store in chunks between commits, then the watermark moves.

A chunk holds states as they are when it is built, which may be newer than the watermark it works towards; each state
says which entry it includes, so recovery knows. A chunk is built in the same step as a batch and saved after that
batch's commit: no state is ever saved before the entries it includes are durable.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice

from segue.model.identities import Link
from segue.model.ids import CustomerId, DecisionId
from segue.ports.store import Store
from segue.runtimes.population import Population

Save = Callable[[], None]


class Snapshots:
    """Decides what to save next.

    Attributes:
        watermark: the last one completed, or about to be.
        recent: where the decisions lie that the store does not index yet.
    """

    def __init__(self, population: Population, store: Store, *, chunk: int, seconds: float, watermark: int) -> None:
        self.watermark = watermark
        self.recent: dict[DecisionId, int] = {}
        self._population = population
        self._store = store
        self._chunk = chunk
        self._seconds = seconds
        self._next_at = 0.0
        self._links: list[Link] = []
        self._round: Iterator[Save] | None = None

    def note(self, links: Sequence[Link], decisions: Sequence[tuple[DecisionId, int]]) -> None:
        """Remember what the next round has to bring along."""
        self._links.extend(links)
        self.recent.update(decisions)

    def next_save(self, monotonic: float, *, is_last: bool = False) -> Save | None:
        """Return the next piece of work for the store's thread, None while there is nothing to do.

        Args:
            monotonic: seconds on a clock that never goes back.
            is_last: begin a round now whatever the time.
        """
        if self._round is None:
            has_news = self._population.seq > self.watermark or bool(self._links)
            if not has_news or (monotonic < self._next_at and not is_last):
                return None
            self._next_at = monotonic + self._seconds
            self._round = self._begin()
        save = next(self._round, None)
        if save is None:
            self._round = None
        return save

    def wait_seconds(self, monotonic: float) -> float:
        """Return how long nothing has to be saved: 0 in the middle of a round."""
        if self._round is not None:
            return 0.0
        if self._population.seq == self.watermark and not self._links:
            return 3600.0
        return max(0.0, self._next_at - monotonic)

    def _begin(self) -> Iterator[Save]:
        population = self._population
        target, learned = population.seq, population.learned()
        dirty = iter(population.take_dirty())
        links, self._links = self._links, []
        indexed, self.recent = self.recent, {}
        return self._pieces(target, dirty, links, indexed, learned)

    def _pieces(
        self,
        target: int,
        dirty: Iterator[CustomerId],
        links: list[Link],
        indexed: dict[DecisionId, int],
        learned: bytes,
    ) -> Iterator[Save]:
        behind = self.watermark
        while changed := list(islice(dirty, self._chunk)):
            yield partial(self._store.save, [self._population.snapshot(customer_id) for customer_id in changed])
        places = iter(indexed.items())
        some = list(islice(places, self._chunk * 4))
        while more := list(islice(places, self._chunk * 4)):
            yield partial(self._store.complete, behind, (), some)
            some = more
        self.watermark = target
        yield partial(self._store.complete, target, links, some, learned)
