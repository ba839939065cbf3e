"""Proposing: the candidate that a step puts to arbitration, and its send key."""

from typing import Any

from msgspec import Struct

from segue.core.journeys.moves import Surroundings
from segue.model.decisions import Candidate
from segue.model.ids import DeliveryId, derive
from segue.model.runs import Run
from segue.model.steps import Propose
from segue.model.time import Instant, parse_duration

SENT = "sent"
CARRIED_OUT = "carried_out"


class Terms(Struct, frozen=True):
    """On which terms a step proposes; durations in microseconds."""

    step: str
    deadline: int
    keep: int = 0
    on_cap: str = "wait"
    on_lost: str = "wait"
    timing: str = "now"

    def candidate(
        self,
        run: Run,
        around: Surroundings,
        action: str,
        channel: str,
        *slot: str,
        is_reported: bool = False,
        facts: dict[str, Any] | None = None,
    ) -> Candidate:
        """Return what ``run`` proposes here.

        Args:
            slot: what is sent once at most: candidates with the same words here share one send key.
            facts: what goes out with it; the run's own by default.
        """
        send_key = self._send_key(run, around, *slot)
        return self._proposed(run, around.view.now, action, channel, send_key, facts, is_reported=is_reported)

    def candidates(
        self, run: Run, around: Surroundings, offered: tuple[tuple[str, str, str], ...]
    ) -> tuple[Candidate, ...]:
        """Return `candidate` of each (action, channel, slot); a slot's send key is derived once for all of it."""
        keys = {slot: self._send_key(run, around, slot) for slot in dict.fromkeys([slot for _, _, slot in offered])}
        now = around.view.now
        return tuple([self._proposed(run, now, action, channel, keys[slot]) for action, channel, slot in offered])

    def _send_key(self, run: Run, around: Surroundings, *slot: str) -> DeliveryId:
        occurrence = (around.workspace, around.customer_id, run.run_id, self.step, run.visits)
        return DeliveryId(derive("send", *occurrence, *slot))

    def _proposed(
        self,
        run: Run,
        now: Instant,
        action: str,
        channel: str,
        send_key: DeliveryId,
        facts: dict[str, Any] | None = None,
        *,
        is_reported: bool = False,
    ) -> Candidate:
        source = f"journey:{run.journey}"
        return Candidate(
            key=f"{source}/{run.run_id}/{action}/{channel}",
            action=action,
            channel=channel,
            source=source,
            delivery_id=send_key,
            deadline=Instant(now + self.deadline),
            proposed_at=now,
            run_id=run.run_id,
            step=self.step,
            occurrence=run.visits,
            on_cap=self.on_cap,
            on_lost=self.on_lost,
            keep=self.keep,
            facts=run.facts if facts is None else facts,
            timing=self.timing,
            stage=run.stage,
            is_reported=is_reported,
        )


def terms_of(step: Propose) -> Terms:
    """Return the terms that ``step`` declares."""
    return Terms(
        step=step.id,
        deadline=parse_duration(step.deadline),
        keep=parse_duration(step.keep),
        on_cap=step.on_cap,
        on_lost=step.on_lost,
        timing=step.timing,
    )
