"""webhook: call a channel with a payload, and wait until it has been carried out or has failed."""

from collections.abc import Mapping

from msgspec.structs import replace

from segue.core.catalogue import ActionPlan, webhook_action
from segue.core.journeys.moves import Go, Move, Offer, StepPlan, Surroundings
from segue.core.journeys.proposing import CARRIED_OUT, SENT, Terms
from segue.core.view import Condition
from segue.model.errors import SegueError
from segue.model.runs import Run
from segue.model.steps import Webhook
from segue.model.time import parse_duration

_DONE, _FAILED = 1, 2


class WebhookPlan(StepPlan, frozen=True):
    """A compiled call. `Run.best` holds the outcome heard while standing still."""

    terms: Terms
    action: str
    channel: str
    payload: tuple[tuple[str, Condition], ...]
    following: str | None
    on_failure: str | None

    def arrive(self, run: Run, around: Surroundings) -> Move:
        """Propose the call, with the payload's values as they are now."""
        payload = {name: around.view.value(value, run.facts) for name, value in self.payload}
        return Offer(
            (
                self.terms.candidate(
                    run, around, self.action, self.channel, self.action, is_reported=True, facts=payload
                ),
            )
        )

    def resume(self, run: Run, around: Surroundings) -> Move | None:
        """Go on once the call has been carried out, has failed, or was not let through."""
        best = self.hear(run, around).best
        if not best:
            return None
        return Go(self.following if best == _DONE else self.on_failure)

    def hear(self, run: Run, around: Surroundings) -> Run:
        """Note the outcome; that it is on its way is none."""
        word = around.answers.get((run.run_id, run.visits))
        if word is None or word == SENT:
            return run
        return replace(run, best=_DONE if word == CARRIED_OUT else _FAILED, wake_at=around.view.now)

    def rejoin(self, run: Run, around: Surroundings) -> Run:
        """Wait for the outcome."""
        return run


def compile_webhook(
    step: Webhook,
    following: str | None,
    actions: Mapping[str, ActionPlan],
    conditions: Mapping[str, Condition],
    journey: str,
    key: str,
) -> WebhookPlan:
    """Return the plan of ``step``.

    Raises:
        SegueError: its channel has no variant to call.
    """
    action = webhook_action(journey, step.id)
    if action not in actions or step.channel not in actions[action].variants:
        reason = f"Step {step.id!r} calls {step.channel!r}, which is no channel of the workspace."
        raise SegueError(reason, "Declare it in segue.yaml.")
    return WebhookPlan(
        terms=Terms(step.id, parse_duration(step.deadline)),
        action=action,
        channel=step.channel,
        payload=tuple((name, conditions[f"{key}.payload.{name}"]) for name in step.payload),
        following=following,
        on_failure=step.on_failure or following,
    )
