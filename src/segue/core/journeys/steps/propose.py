"""propose: put one action or several to arbitration, on one or several channels, and wait for its word.

All that competes for one slot (e-mail or SMS, one offer or another) shares a send key: one of it is sent at most.
Channels of different slots (e-mail and a display audience) are proposed side by side, so that one message can be
reinforced by another.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from segue.core.catalogue import ActionPlan
from segue.core.journeys.moves import Finish, Go, Move, Offer, StepPlan, Surroundings
from segue.core.journeys.proposing import SENT, Terms, terms_of
from segue.model.decisions import Reason
from segue.model.errors import SegueError
from segue.model.runs import Run
from segue.model.steps import Propose
from segue.model.time import NEVER

_SENT, _SKIPPED, _CAPPED = 1, 2, 3


class ProposePlan(StepPlan, frozen=True):
    """A compiled proposal: (action, channel, slot) of each candidate. `Run.best` holds the word, while standing
    still.
    """

    terms: Terms
    offered: tuple[tuple[str, str, str], ...]
    following: str | None
    on_skip: str | None

    def arrive(self, run: Run, around: Surroundings) -> Move:
        """Propose one candidate for each action and channel."""
        return Offer(self.terms.candidates(run, around, self.offered))

    def resume(self, run: Run, around: Surroundings) -> Move | None:
        """Go on once arbitration has spoken."""
        match self.hear(run, around).best:
            case 0:
                return None
            case best if best == _SENT:
                return Go(self.following)
            case best if best == _CAPPED:
                return Finish(Reason.CAPPED)
            case _:
                return Go(self.on_skip)

    def hear(self, run: Run, around: Surroundings) -> Run:
        """Note arbitration's word."""
        word = around.answers.get((run.run_id, run.visits))
        if word is None:
            return run
        best = _SENT if word == SENT else _SKIPPED
        if word == Reason.CAPPED and self.terms.on_cap == "exit":
            best = _CAPPED
        return replace(run, best=best, wake_at=around.view.now)

    def rejoin(self, run: Run, around: Surroundings) -> Run | None:
        """Wait for the word on what was proposed; a run that waited for the clock has proposed nothing."""
        return run if run.best or run.wake_at == NEVER else None


def compile_propose(step: Propose, following: str | None, actions: Mapping[str, ActionPlan]) -> ProposePlan:
    """Return the plan of ``step``.

    Raises:
        SegueError: not exactly one of action and actions; an action is unknown, or has no variant on the channels that
            the step names; no action has one on a channel that it names; one of several obliges.
    """
    offered = tuple(
        (name, channel, actions[name].variants[channel].slot)
        for name in proposed_actions(step, actions)
        for channel in step.channels or actions[name].variants
        if channel in actions[name].variants
    )
    return ProposePlan(terms_of(step), offered, following, step.on_skip or following)


def proposed_actions(step: Propose, actions: Mapping[str, ActionPlan]) -> tuple[str, ...]:
    """Return the names of the actions that ``step`` proposes.

    Raises:
        SegueError: as `compile_propose`.
    """
    if (step.action is None) == (not step.actions):
        raise SegueError(f"Step {step.id!r} needs either `action` or `actions`.", "Keep one of the two.")
    for name in step.proposed:
        if name not in actions:
            raise SegueError(f"Step {step.id!r} proposes {name!r}, which is no action.", "Declare it in actions/.")
        offered = actions[name].variants
        missing = [channel for channel in step.channels if channel not in offered]
        # Of several actions each may have its own channels, as long as it has one of those named.
        if (missing and (len(step.proposed) == 1 or len(missing) == len(step.channels))) or not offered:
            reason = f"Action {name!r} has no variant on {', '.join(missing) or 'any channel'}."
            raise SegueError(reason, "Add the variant to the action, or name other channels in the step.")
        if actions[name].is_obliged and len(step.proposed) > 1:
            reason = f"Step {step.id!r} lets a policy choose {name!r}, which has to be sent whatever else there is."
            raise SegueError(reason, "Propose it alone; a `choose` step before it can pick the way.")
    return step.proposed
