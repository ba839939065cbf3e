"""propose, as a message group: the action on one channel after another, in order and with a gap.

The next part is proposed only when the one before it has been carried out, or has failed or been suppressed for good.
So neither retries nor quiet hours can turn the order round: what has not gone out yet holds up what comes after it.
"""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from segue.core.catalogue import ActionPlan
from segue.core.journeys.matching import Awaited, compile_match
from segue.core.journeys.moves import Finish, Go, Move, Offer, Stay, StepPlan, Surroundings
from segue.core.journeys.proposing import CARRIED_OUT, SENT, Terms, terms_of
from segue.core.journeys.steps.propose import proposed_actions
from segue.core.view import Condition
from segue.model.decisions import Reason
from segue.model.errors import SegueError
from segue.model.runs import Run
from segue.model.steps import Propose
from segue.model.time import NEVER, Instant, parse_duration


class Part(Struct, frozen=True):
    """One message of the group; one that is not reported is carried out as soon as it is decided."""

    channel: str
    slot: str
    is_reported: bool


class ProposeGroupPlan(StepPlan, frozen=True):
    """A compiled message group.

    Where a run stands is in two of its fields. `Run.best` is 1 + the index of the part proposed last, negative once any
    part has gone out; one more than there are parts for a group that is over: positive because of a cap, negative
    because it was cancelled. `Run.wake_at` is `NEVER` while there is no word on that part, else when the next one is
    due.
    """

    terms: Terms
    action: str
    parts: tuple[Part, ...]
    gap: int
    cancel_on: tuple[Awaited, ...]
    following: str | None
    on_skip: str | None

    def arrive(self, run: Run, around: Surroundings) -> Move:
        """Propose the first part."""
        return self._offer(run, around, 0, best=1)

    def resume(self, run: Run, around: Surroundings) -> Move | None:
        """Propose the next part when it is its turn; go on after the last."""
        heard = self.hear(run, around)
        count, proposed = len(self.parts), abs(heard.best)
        if proposed > count:
            return Finish(Reason.CAPPED) if heard.best > 0 else Go(self.following, is_withdrawn=True)
        if around.view.now < heard.wake_at:
            return None if heard is run else Stay(heard.wake_at, heard.best)
        if proposed == count:
            return Go(self.following if heard.best < 0 else self.on_skip)
        return self._offer(run, around, proposed, best=proposed + 1 if heard.best > 0 else -proposed - 1)

    def hear(self, run: Run, around: Surroundings) -> Run:
        """Note that the group was cancelled, or what became of the part proposed last."""
        now, count = around.view.now, len(self.parts)
        if any(awaited.matches(run, around.view) for awaited in self.cancel_on):
            return replace(run, best=-count - 1, wake_at=now)
        word = around.answers.get((run.run_id, run.visits))
        if word is None or run.wake_at != NEVER or abs(run.best) > count:
            return run
        proposed = abs(run.best)
        if word == CARRIED_OUT or (word == SENT and not self.parts[proposed - 1].is_reported):
            return replace(run, best=-proposed, wake_at=now if proposed == count else Instant(now + self.gap))
        if word == SENT:
            return run
        if word == Reason.CAPPED and self.terms.on_cap == "exit":
            return replace(run, best=count + 1, wake_at=now)
        return replace(run, wake_at=now)

    def adopt(self, run: Run, earlier: "ProposeGroupPlan") -> Run:
        """Go on where the group stood; one that begins otherwise now has no further part: no channel comes twice."""
        proposed = abs(run.best)
        known = min(proposed, len(self.parts))
        if proposed <= len(earlier.parts) and self.parts[:known] == earlier.parts[:known]:
            return run
        count = len(self.parts)
        return replace(run, best=count if run.best > 0 else -count)

    def rejoin(self, run: Run, around: Surroundings) -> Run:
        """Go on where the group stood; of one that has become shorter nothing may be left."""
        count = len(self.parts)
        return run if abs(run.best) <= count else replace(run, best=count if run.best > 0 else -count)

    @property
    def listens(self) -> tuple[str, ...]:
        """The events that cancel the group."""
        return tuple(awaited.event for awaited in self.cancel_on)

    def _offer(self, run: Run, around: Surroundings, index: int, best: int) -> Offer:
        part = self.parts[index]
        candidate = self.terms.candidate(
            run, around, self.action, part.channel, part.slot, f"part {index}", is_reported=part.is_reported
        )
        return Offer((candidate,), best)


def compile_propose_group(
    step: Propose,
    following: str | None,
    actions: Mapping[str, ActionPlan],
    conditions: Mapping[str, Condition],
    key: str,
) -> ProposeGroupPlan:
    """Return the plan of ``step``, which declares a group.

    Raises:
        SegueError: as `proposed_actions`; or it has several actions, no order, or a channel that the action lacks.
    """
    assert step.group is not None, "the caller has looked"
    proposed_actions(step, actions)
    if step.action is None or not step.group.order:
        reason = f"Step {step.id!r} is a message group: it needs one action and an order of channels."
        raise SegueError(reason, "Name `action`, and the channels in `group.order`.")
    offered = actions[step.action].variants
    missing = [channel for channel in step.group.order if channel not in offered]
    if missing:
        reason = f"Action {step.action!r} has no variant on {', '.join(missing)}."
        raise SegueError(reason, "Add the variant to the action, or leave the channel out of the order.")
    return ProposeGroupPlan(
        terms=terms_of(step),
        action=step.action,
        parts=tuple(
            Part(channel, offered[channel].slot, is_reported=offered[channel].channel.family == "message")
            for channel in step.group.order
        ),
        gap=parse_duration(step.group.gap),
        cancel_on=tuple(
            compile_match(match, conditions, f"{key}.group.cancel_on.{index}", None)
            for index, match in enumerate(step.group.cancel_on)
        ),
        following=following,
        on_skip=step.on_skip or following,
    )
