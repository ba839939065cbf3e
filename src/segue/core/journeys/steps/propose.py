"""propose: put an action to arbitration, on one or several channels, and wait for its word.

Channels that compete for one slot (e-mail or SMS) share a send key: one of them is sent at most. Channels of different
slots (e-mail and a display audience) are proposed side by side, so that one message can be reinforced by another.
"""

from collections.abc import Mapping

from msgspec import Struct

from segue.core.catalogue import ActionPlan
from segue.core.journeys.moves import Finish, Go, Move, Offer, Surroundings
from segue.model.decisions import Candidate, Reason
from segue.model.errors import SegueError
from segue.model.ids import DeliveryId, derive
from segue.model.journeys import Propose, Run
from segue.model.time import Instant, parse_duration

SENT = "sent"


class ProposePlan(Struct, frozen=True):
    """A compiled proposal: (channel, slot) pairs; durations in microseconds."""

    step: str
    action: str
    channels: tuple[tuple[str, str], ...]
    deadline: int
    keep: int
    on_cap: str
    on_lost: str
    following: str | None
    on_skip: str | None

    def arrive(self, run: Run, around: Surroundings) -> Move:
        """Propose one candidate for each channel."""
        now = around.view.now
        occurrence = (around.workspace, around.customer_id, run.run_id, self.step, run.visits)
        source = f"journey:{run.journey}"
        return Offer(
            tuple(
                Candidate(
                    key=f"{source}/{run.run_id}/{self.action}/{channel}",
                    action=self.action,
                    channel=channel,
                    source=source,
                    delivery_id=DeliveryId(derive("send", *occurrence, slot)),
                    deadline=Instant(now + self.deadline),
                    proposed_at=now,
                    run_id=run.run_id,
                    step=self.step,
                    occurrence=run.visits,
                    on_cap=self.on_cap,
                    on_lost=self.on_lost,
                    keep=self.keep,
                    facts=run.facts,
                )
                for channel, slot in self.channels
            )
        )

    def resume(self, run: Run, around: Surroundings) -> Move | None:
        """Go on once arbitration has spoken."""
        word = around.answers.get((run.run_id, run.visits))
        if word is None:
            return None
        if word == SENT:
            return Go(self.following)
        if word == Reason.CAPPED and self.on_cap == "exit":
            return Finish(word)
        return Go(self.on_skip)


def compile_propose(step: Propose, following: str | None, actions: Mapping[str, ActionPlan]) -> ProposePlan:
    """Return the plan of ``step``.

    Raises:
        SegueError: the action is unknown, or has no variant on a channel that the step names.
    """
    if step.action not in actions:
        raise SegueError(f"Step {step.id!r} proposes {step.action!r}, which is no action.", "Declare it in actions/.")
    offered = actions[step.action].variants
    missing = [channel for channel in step.channels if channel not in offered]
    if missing or not offered:
        reason = f"Action {step.action!r} has no variant on {', '.join(missing) or 'any channel'}."
        raise SegueError(reason, "Add the variant to the action, or name other channels in the step.")
    return ProposePlan(
        step=step.id,
        action=step.action,
        channels=tuple((channel, offered[channel].slot) for channel in step.channels or offered),
        deadline=parse_duration(step.deadline),
        keep=parse_duration(step.keep),
        on_cap=step.on_cap,
        on_lost=step.on_lost,
        following=following,
        on_skip=step.on_skip or following,
    )
