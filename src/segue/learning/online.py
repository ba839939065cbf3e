"""The online learner: what decisions led to, learnt as it happens. A deterministic fold over the entries of the log.

Every decision is booked with a reward of nothing at once, which teaches how much is known; what happens within its
window corrects it (research: about half the regret of waiting until windows close). Doing nothing is learnt from as
well, and so is what was decided for those held out: for them nothing was done.

What was learnt is published when the log's time enters another period (`Learning.publish_every`), and decides from
there on. So which model made a decision follows from its place in the log, and a replay publishes at the same places.
"""

from collections.abc import Iterator
from copy import copy
from heapq import heappop, heappush

import numpy as np
from msgspec import Raw, Struct, msgpack
from numpy.typing import NDArray

from segue.core.decisioning.models.blocks import apart
from segue.core.decisioning.models.factored import Factored, FactoredLearner, Lesson
from segue.core.decisioning.models.shape import SILENCE as SILENT
from segue.core.decisioning.models.shape import Arm, Head, Prior, Shape
from segue.core.decisioning.rewards import RewardPlan, options_of, window_of
from segue.core.world import World
from segue.model.decisions import SILENCE, Decision
from segue.model.events import Merged
from segue.model.ids import CustomerId
from segue.model.time import DAY, Instant, parse_duration
from segue.model.workspace import Workspace
from segue.ports.store import Entry


class Open(Struct, array_like=True, gc=False):
    """A decision whose window is open, and the lesson that it was: encoded, in a fifth of the memory."""

    at: Instant
    closes_at: Instant
    packed: Raw

    @classmethod
    def of(cls, at: Instant, closes_at: Instant, lesson: Lesson) -> "Open":
        """Return what is kept of ``lesson``."""
        return cls(at, closes_at, Raw(msgpack.encode(lesson)))

    @property
    def lesson(self) -> Lesson:
        """The lesson as it stands."""
        return msgpack.decode(self.packed, type=Lesson)


class _Published(Struct, frozen=True, array_like=True):
    """What was published, encoded."""

    shape: Shape
    prior: Prior
    names: tuple[str, ...]
    means: bytes
    covariances: bytes
    counts: bytes
    noise: bytes
    lessons: int

    @classmethod
    def of(cls, model: Factored) -> "_Published":
        means, covariances = _packed(model.means), _packed(model.covariances)
        counts, noise = _packed(model.counts), _packed(model.noise)
        return cls(model.shape, model.prior, tuple(model.rows), means, covariances, counts, noise, model.lessons)

    def model(self) -> Factored:
        blocks, size, heads = len(self.names), len(self.shape.inputs), len(self.shape.heads)
        return Factored(
            self.shape,
            self.prior,
            {name: row for row, name in enumerate(self.names)},
            _floats(self.means).reshape(blocks, heads, size),
            apart(_floats(self.covariances).reshape(-1, blocks, size, size)),
            _floats(self.counts),
            _floats(self.noise),
            self.lessons,
        )


class _Saved(Struct, array_like=True):
    """The learner's whole state, encoded."""

    working: bytes
    published: _Published | None
    pending: int
    period: int
    day: int
    open: dict[CustomerId, list[Open]]


class Online:
    """The learner of one log. Entries go in by `take`, in order; `learned` is what decides now.

    Args:
        learner: what it knows to begin with; it serves no World before it was `adapted` to one.

    Attributes:
        learned: what was published last; None before the first lesson.
    """

    def __init__(self, learner: FactoredLearner) -> None:
        self.learned: Factored | None = None
        self._learner = learner
        self._workspace: Workspace | None = None
        self._pending = 0
        self._period = 0
        self._day = 0
        self._open: dict[CustomerId, list[Open]] = {}
        self._closing: list[tuple[Instant, CustomerId]] = []

    @classmethod
    def begin(cls, world: World) -> "Online":
        """Return a learner for ``world`` that knows nothing."""
        return cls(FactoredLearner(_shape_of(world))).adapted(world)

    def adapted(self, world: World) -> "Online":
        """Return the learner for ``world``: itself, or another that goes on where this one stands.

        What inputs, objectives and blocks have in common stays known. This one is left as it is: it goes on where the
        entry that came with another World cannot be advanced, since such an entry is in no log.
        """
        if world.workspace is self._workspace:
            return self
        other = copy(self)
        other._use(world)
        if self._learner.shape != (shape := _shape_of(world)):
            other._learner = self._learner.reshape(shape)
            other._open, other._closing = {}, []  # what they were booked with no longer fits
            other._publish()
        return other

    def look(self, now: Instant) -> Factored | None:
        """Return what decides at ``now``; publish it where ``now`` is in another period than before.

        Looking for an event that cannot be advanced changes nothing that looking for the next one would not.
        """
        period = now // self._publish_every
        if period != self._period:
            self._period = period
            if self._pending:
                self._publish()
        return self.learned

    def take(self, entry: Entry, world: World) -> None:
        """Learn from an entry that was advanced with ``world``, after it was looked at."""
        if entry.now // DAY != self._day:
            self._begin_day(entry.now // DAY)
        event = entry.event
        if isinstance(event, Merged) and (moved := self._open.pop(event.absorbed_id, None)) is not None:
            for each in moved:
                heappush(self._closing, (each.closes_at, event.customer_id))
            self._open[event.customer_id] = sorted(
                [*self._open.get(event.customer_id, ()), *moved], key=lambda each: each.at
            )
        if entry.rewards:
            self._correct(entry)
        for decision in entry.decisions:
            self._book(decision, world)

    def pack(self) -> bytes:
        """Return the whole state; `restore` goes on from it exactly."""
        published = _Published.of(self.learned) if self.learned is not None else None
        saved = _Saved(self._learner.pack(), published, self._pending, self._period, self._day, self._open)
        return msgpack.encode(saved)

    @classmethod
    def restore(cls, packed: bytes) -> "Online":
        """Return the learner that was packed."""
        saved = msgpack.decode(packed, type=_Saved)
        online = cls(FactoredLearner.unpack(saved.working))
        if saved.published is not None:
            online.learned = saved.published.model()
        online._pending, online._period, online._day = saved.pending, saved.period, saved.day
        online._open = {name: [_own(each) for each in opened] for name, opened in saved.open.items()}
        online._closing = sorted((each.closes_at, name) for name, opened in saved.open.items() for each in opened)
        return online

    def open_decisions(self) -> int:
        """Return how many decisions wait for what may still happen."""
        return sum(map(len, self._open.values()))

    # -- how ----------------------------------------------------------------------------------------------------

    def _use(self, world: World) -> None:
        learning = world.workspace.learning
        self._workspace = world.workspace
        self._rewards: RewardPlan = world.rewards
        self._heads = {name: index for index, name in enumerate(world.rewards.objectives)}
        self._publish_every = max(parse_duration(learning.publish_every), 1)
        self._half_life = max(parse_duration(learning.half_life), DAY)

    def _publish(self) -> None:
        self._pending = 0
        self.learned = self._learner.publish()

    def _begin_day(self, day: int) -> None:
        if self._day:
            self._learner.forget(1.0 - 2.0 ** (-(day - self._day) * DAY / self._half_life))
        self._day = day
        while self._closing and self._closing[0][0] < day * DAY:
            closes_at, customer_id = heappop(self._closing)
            opened = [each for each in self._open.get(customer_id, ()) if each.closes_at > closes_at]
            if opened:
                self._open[customer_id] = opened
            else:
                self._open.pop(customer_id, None)

    def _book(self, decision: Decision, world: World) -> None:
        arm = arm_of(decision, world)
        if arm is None or len(decision.context) != len(world.context.names):
            return
        lesson = self._learner.observe(np.array(decision.context[:-1]), arm)
        closes_at = Instant(decision.at + window_of(decision, world.workspace))
        self._open.setdefault(decision.customer_id, []).append(Open.of(decision.at, closes_at, lesson))
        heappush(self._closing, (closes_at, decision.customer_id))
        self._pending += 1

    def _correct(self, entry: Entry) -> None:
        """Book what happened for every decision of the customer whose window it falls in."""
        at = entry.event.at
        open_to = self._open.get(entry.event.customer_id, [])
        for place, opened in enumerate(open_to):
            if not opened.at < at <= opened.closes_at:
                continue
            lesson, amounts = opened.lesson, [0.0] * len(self._heads)
            for reward in entry.rewards:
                if (index := self._heads.get(reward.objective)) is not None:
                    booked = lesson.amounts[index] + amounts[index]
                    amounts[index] += self._news(reward.objective, booked, reward.amount)
            if any(amounts):
                corrected = self._learner.correct(lesson, np.array(amounts))
                open_to[place] = Open.of(opened.at, opened.closes_at, corrected)
                self._pending += 1

    def _news(self, objective: str, booked: float, amount: float) -> float:
        """Return how much of ``amount`` is news: that something happens is so once, however often it does."""
        if self._rewards.objectives[objective].of is not None:
            return amount
        return min(amount, max(1.0 - booked, 0.0))


def _own(opened: Open) -> Open:
    """Return ``opened`` with a lesson of its own: as decoded it is a view that keeps all bytes it came in."""
    return Open(opened.at, opened.closes_at, opened.packed.copy())


def _shape_of(world: World) -> Shape:
    return Shape(learned_inputs(world), tuple(heads_of(world.rewards)))


def _packed(array: NDArray[np.float64]) -> bytes:
    return array.astype("<f8").tobytes()


def _floats(packed: bytes) -> NDArray[np.float64]:
    return np.frombuffer(packed, dtype="<f8").astype(np.float64)


def learned_inputs(world: World) -> tuple[str, ...]:
    """Return the context's values that the online model sees: all but the plain dose, which is not of like size."""
    return world.context.names[:-1]


def heads_of(rewards: RewardPlan) -> Iterator[Head]:
    """Yield a head for each objective: amounts are linear, whether something happens is a probability."""
    for name, objective in rewards.objectives.items():
        yield Head(name, "logit" if objective.of is None else "identity")


def arm_of(decision: Decision, world: World) -> Arm | None:
    """Return what was done: () for nothing, and for those held out; None where there was nothing to choose."""
    open_to = options_of(decision)
    if len(open_to) < 2 or decision.policy.startswith("obligation"):
        return None
    if decision.is_ghost or decision.chosen == SILENCE:
        return SILENT
    chosen = next(each for each in open_to if each.key == decision.chosen)
    return world.arms.of(chosen.action, chosen.channel, decision.slot, chosen.scores)
