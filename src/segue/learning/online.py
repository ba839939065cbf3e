"""The online learner: what decisions led to, learnt as it happens. A deterministic fold over the entries of the log.

Every decision is booked with a reward of nothing at once, which teaches how much is known; what happens within its
window corrects it (research: about half the regret of waiting until windows close). Doing nothing is learnt from as
well, and so is what was decided for those held out: for them nothing was done.

What was learnt is published when the log's time enters another period (`Learning.publish_every`), and decides from
there on. So which model made a decision follows from its place in the log, and a replay publishes at the same places.
"""

from collections.abc import Iterator
from heapq import heappop, heappush

import numpy as np
from msgspec import Struct, msgpack

from segue.core.decisioning.models.factored import Factored, FactoredLearner, Lesson
from segue.core.decisioning.models.shape import SILENCE as SILENT
from segue.core.decisioning.models.shape import Arm, Head, Shape
from segue.core.decisioning.rewards import RewardPlan, window_of
from segue.core.world import World
from segue.model.decisions import SILENCE, Decision
from segue.model.events import Merged
from segue.model.ids import CustomerId
from segue.model.time import DAY, Instant, parse_duration
from segue.model.workspace import Workspace
from segue.ports.store import Entry


class Open(Struct, array_like=True):
    """A decision whose window is open, and the lesson that it was."""

    at: Instant
    closes_at: Instant
    lesson: Lesson


class _Saved(Struct, array_like=True):
    """The learner's whole state, encoded."""

    working: bytes
    published: bytes
    pending: int
    period: int
    day: int
    open: dict[CustomerId, list[Open]]


class Online:
    """The learner of one log. Entries go in by `take`, in order; `learned` is what decides now.

    Attributes:
        learned: what was published last; None before the first lesson.
    """

    def __init__(self, world: World) -> None:
        self.learned: Factored | None = None
        self._use(world)
        self._learner = FactoredLearner(self._shape())
        self._published = b""
        self._pending = 0
        self._period = 0
        self._day = 0
        self._open: dict[CustomerId, list[Open]] = {}
        self._closing: list[tuple[Instant, CustomerId]] = []

    def look(self, now: Instant, world: World) -> Factored | None:
        """Return what decides at ``now`` in ``world``; publish it where ``now`` is in another period than before.

        Looking for an event that cannot be advanced, and is in no log, changes nothing that a replay would not.
        """
        if world.workspace is not self._workspace:
            self._adapt(world)
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
        saved = _Saved(
            self._learner.pack(),
            self._published,
            self._pending,
            self._period,
            self._day,
            self._open,
        )
        return msgpack.encode(saved)

    @classmethod
    def restore(cls, packed: bytes, world: World) -> "Online":
        """Return the learner that was packed; it adapts to ``world`` when it takes the next entry."""
        saved = msgpack.decode(packed, type=_Saved)
        online = cls(world)
        online._learner = FactoredLearner.unpack(saved.working)
        online._published = saved.published
        if saved.published:
            online.learned = FactoredLearner.unpack(saved.published).publish()
        online._pending, online._period, online._day = saved.pending, saved.period, saved.day
        online._open = saved.open
        online._closing = sorted((each.closes_at, name) for name, opened in saved.open.items() for each in opened)
        online._workspace = None
        return online

    def open_decisions(self) -> int:
        """Return how many decisions wait for what may still happen."""
        return sum(map(len, self._open.values()))

    # -- how ----------------------------------------------------------------------------------------------------

    def _use(self, world: World) -> None:
        learning = world.workspace.learning
        self._workspace: Workspace | None = world.workspace
        self._inputs = learned_inputs(world)
        self._rewards: RewardPlan = world.rewards
        self._heads = {name: index for index, name in enumerate(world.rewards.objectives)}
        self._publish_every = max(parse_duration(learning.publish_every), 1)
        self._half_life = max(parse_duration(learning.half_life), DAY)

    def _shape(self) -> Shape:
        return Shape(self._inputs, tuple(heads_of(self._rewards)))

    def _adapt(self, world: World) -> None:
        """Go over to another workspace: what inputs, objectives and blocks have in common stays known."""
        self._use(world)
        if self._learner.shape != self._shape():
            self._learner = self._learner.reshape(self._shape())
            self._open.clear()  # what they were booked with no longer fits
            self._closing.clear()
            self._publish()

    def _publish(self) -> None:
        self._pending = 0
        self.learned = self._learner.publish()
        self._published = self._learner.pack()

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
        self._open.setdefault(decision.customer_id, []).append(Open(decision.at, closes_at, lesson))
        heappush(self._closing, (closes_at, decision.customer_id))
        self._pending += 1

    def _correct(self, entry: Entry) -> None:
        """Book what happened for every decision of the customer whose window it falls in."""
        at = entry.event.at
        for opened in self._open.get(entry.event.customer_id, ()):
            if not opened.at < at <= opened.closes_at:
                continue
            amounts = [0.0] * len(self._heads)
            for reward in entry.rewards:
                if (index := self._heads.get(reward.objective)) is not None:
                    amounts[index] += self._news(
                        reward.objective, opened.lesson.amounts[index] + amounts[index], reward.amount
                    )
            if any(amounts):
                opened.lesson = self._learner.correct(opened.lesson, np.array(amounts))
                self._pending += 1

    def _news(self, objective: str, booked: float, amount: float) -> float:
        """Return how much of ``amount`` is news: that something happens is so once, however often it does."""
        if self._rewards.objectives[objective].of is not None:
            return amount
        return min(amount, max(1.0 - booked, 0.0))


def learned_inputs(world: World) -> tuple[str, ...]:
    """Return the context's values that the online model sees: all but the plain dose, which is not of like size."""
    return world.context.names[:-1]


def heads_of(rewards: RewardPlan) -> Iterator[Head]:
    """Yield a head for each objective: amounts are linear, whether something happens is a probability."""
    for name, objective in rewards.objectives.items():
        yield Head(name, "logit" if objective.of is None else "identity")


def arm_of(decision: Decision, world: World) -> Arm | None:
    """Return what was done: () for nothing, and for those held out; None where there was nothing to choose."""
    open_to = [each for each in decision.considered if each.probability > 0.0]
    if len(open_to) < 2 or decision.policy.startswith("obligation"):
        return None
    if decision.is_ghost or decision.chosen == SILENCE:
        return SILENT
    chosen = next(each for each in open_to if each.key == decision.chosen)
    return world.arms.of(chosen.action, chosen.channel, decision.slot, chosen.scores)
