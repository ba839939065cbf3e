"""Counters of the embedded runtime, for /metrics and reports."""

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Mapping
from typing import get_args

from msgspec import Struct

from segue.core.decisioning.choose import failures_of
from segue.model.decisions import SILENCE, Decision
from segue.model.deliveries import DeliveryStatus
from segue.model.events import Event
from segue.model.transitions import Transition
from segue.runtimes.contests import Contest, Contests
from segue.runtimes.population import Population
from segue.runtimes.presence import Place
from segue.runtimes.traffic import StepTraffic, Traffic

LATENCY_BOUNDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Upper bounds of the commit latency's buckets, in seconds; one more bucket holds what is slower."""

_KINDS = {kind: str(kind.__struct_config__.tag) for kind in get_args(Event)}  # asking a struct each time is slow


class Stats(Struct, frozen=True, kw_only=True):
    """The counters at one moment.

    Attributes:
        events: advanced since the start, by kind.
        suppressed: candidates that lost, by reason.
        fallbacks: policies that could not decide, by name and reason; ``placement`` where no decision came in time.
        ended: journey runs that ended, by reason.
        deliveries: by channel, then by status: what channels said, and ``unknown`` for each message that was given up
            and may have arrived.
        queue_depth: events that wait for a commit.
        backlog: commands that wait for a worker, by channel.
        resting: channels that are not called for a while because their calls failed.
        commit_buckets: commits by latency, one number for each of `LATENCY_BOUNDS` and one for the slower ones.
        commit_p50_seconds, commit_p99_seconds: of the last thousand commits.
        watermark_lag: entries that a restart would replay.
        steps: what came to each step of each journey since the start, and how it left.
        contests: how each action fared against its rivals.
    """

    events: dict[str, int]
    duplicates: int
    dead_letters: dict[str, int]
    chosen: dict[str, int]
    ghosts: int
    silences: int
    suppressed: dict[str, int]
    fallbacks: dict[str, dict[str, int]]
    ended: dict[str, int]
    deliveries: dict[str, dict[str, int]]
    customers: int
    queue_depth: int
    backlog: dict[str, int]
    resting: tuple[str, ...]
    commits: int
    commit_seconds: float
    commit_buckets: tuple[int, ...]
    commit_p50_seconds: float
    commit_p99_seconds: float
    last_seq: int
    watermark_lag: int
    steps: tuple[StepTraffic, ...]
    contests: dict[str, Contest]

    @property
    def events_total(self) -> int:
        """All events advanced since the start."""
        return sum(self.events.values())


class Counters:
    """What `Stats` is read from; changed by the writer and the dispatcher only.

    Args:
        waiting: runs by place at the beginning.
    """

    def __init__(self, waiting: Mapping[Place, int] | None = None) -> None:
        self.traffic = Traffic(waiting or {})
        self.contests = Contests()
        self.events: Counter[str] = Counter()
        self.duplicates = 0
        self.dead_letters: Counter[str] = Counter()
        self.chosen: Counter[str] = Counter()
        self.ghosts = 0
        self.silences = 0
        self.suppressed: Counter[str] = Counter()
        self.fallbacks: Counter[tuple[str, str]] = Counter()
        self.ended: Counter[str] = Counter()
        self.deliveries: Counter[tuple[str, str]] = Counter()
        self.commits = 0
        self.commit_seconds = 0.0
        self.commit_buckets = [0] * (len(LATENCY_BOUNDS) + 1)
        self._latest: deque[float] = deque(maxlen=1000)

    def count_event(self, event: Event, transitions: tuple[Transition, ...]) -> None:
        """Count one advanced event and what its transitions did."""
        self.events[_KINDS[type(event)]] += 1
        for transition in transitions:
            if transition.abandoned:
                self._count_abandoned(transition)
            if not (transition.decisions or transition.moved or transition.ended or transition.blocked):
                continue  # nearly every event
            self.traffic.count(transition.moved)
            for decision in transition.decisions:
                self._count_decision(decision)
            for ended in transition.ended:
                self.ended[ended.reason] += 1
            for blocked in transition.blocked:
                self.suppressed[blocked.reason.value] += 1

    def count_commit(self, seconds: float) -> None:
        """Count one commit."""
        self.commits += 1
        self.commit_seconds += seconds
        self.commit_buckets[bisect_left(LATENCY_BOUNDS, seconds)] += 1
        self._latest.append(seconds)

    def latency(self, quantile: float) -> float:
        """Return a quantile of the latest commits' seconds, 0 while there was none."""
        ordered = sorted(self._latest)
        return ordered[min(len(ordered) - 1, int(quantile * len(ordered)))] if ordered else 0.0

    def read(
        self,
        population: Population,
        *,
        queue_depth: int,
        backlog: dict[str, int],
        resting: tuple[str, ...],
        watermark: int,
    ) -> Stats:
        """Return all counts at this moment."""
        return Stats(
            events=dict(self.events),
            duplicates=self.duplicates,
            dead_letters=dict(self.dead_letters),
            chosen=dict(self.chosen),
            ghosts=self.ghosts,
            silences=self.silences,
            suppressed=dict(self.suppressed),
            fallbacks=_nested(self.fallbacks),
            ended=dict(self.ended),
            deliveries=self.deliveries_by_channel(),
            customers=len(population),
            queue_depth=queue_depth,
            backlog=backlog,
            resting=resting,
            commits=self.commits,
            commit_seconds=self.commit_seconds,
            commit_buckets=tuple(self.commit_buckets),
            commit_p50_seconds=self.latency(0.5),
            commit_p99_seconds=self.latency(0.99),
            last_seq=population.seq,
            watermark_lag=population.seq - watermark,
            steps=self.traffic.steps(population.presence.waiting),
            contests=self.contests.by_action(),
        )

    def deliveries_by_channel(self) -> dict[str, dict[str, int]]:
        """Return the delivery counts, by channel, then by status."""
        return _nested(self.deliveries)

    def _count_abandoned(self, transition: Transition) -> None:
        """Count as unknown what was given up although it may have arrived, as the ledger does."""
        for each in transition.abandoned:
            if each.may_have_arrived:
                self.deliveries[each.channel, DeliveryStatus.UNKNOWN.value] += 1

    def _count_decision(self, decision: Decision) -> None:
        self.contests.count(decision)
        for failure in failures_of(decision.fallback):
            self.fallbacks[failure] += 1
        if decision.chosen == SILENCE:
            self.silences += 1
        elif decision.is_ghost:
            self.ghosts += 1
        for considered in decision.considered:
            if considered.suppressed is not None:
                self.suppressed[considered.suppressed.value] += 1
            elif considered.key == decision.chosen and considered.key != SILENCE:
                self.chosen[considered.channel] += 1


def _nested(counts: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    nested: dict[str, dict[str, int]] = {}
    for (outer, inner), count in sorted(counts.items()):
        nested.setdefault(outer, {})[inner] = count
    return nested
