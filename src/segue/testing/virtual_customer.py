"""A customer in virtual time: the production engine, a scripted outside world, and a record of all that happened."""

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

from msgspec import Struct

from segue.core.catalogue import is_webhook
from segue.core.engine import settle
from segue.core.handover import recheck
from segue.core.world import World
from segue.model.commands import Command, CreateTask, Deliver, SyncAudience
from segue.model.customers import Customer
from segue.model.decisions import SILENCE, Candidate, Considered, Decision
from segue.model.deliveries import DeliveryStatus
from segue.model.events import DecisionRequested, DeliveryReported, Event, Tick
from segue.model.ids import DeliveryId, EventId, derive
from segue.model.runs import Ended
from segue.model.time import NEVER, Instant
from segue.model.transitions import Transition
from segue.testing.outside import Answer


class Message(Struct, frozen=True):
    """A message that was handed over, or for a held-out customer (``is_ghost``) decided and not sent.

    A task, too. ``says`` is what the customer reads.
    """

    at: Instant
    delivery_id: DeliveryId
    action: str
    channel: str
    is_ghost: bool = False
    says: str = ""


class Call(Struct, frozen=True):
    """A call of a webhook step that was carried out."""

    at: Instant
    delivery_id: DeliveryId
    channel: str
    payload: dict[str, Any]


class Shown(Struct, frozen=True):
    """What a placement was told to show; for silence the action is "", and ``why_not`` says what lost."""

    action: str
    channel: str
    why_not: str


class Suppression(Struct, frozen=True):
    """A candidate that lost."""

    at: Instant
    action: str
    channel: str
    reason: str
    detail: str


class Happening(Struct, frozen=True):
    """A line of the timeline."""

    at: Instant
    text: str


class VirtualCustomer:
    """One customer under the engine, with the time in our hands.

    Attributes:
        messages: handed over, oldest first; ``ghosts`` those that were not because the customer is held out.
        calls, tasks: likewise.
        shown: the answers to placements.
        ended: runs that ended, oldest first.
        joined: the audiences the customer joined, with the moment, oldest first; ``audiences`` those it is in now.
        timeline: everything, in sentences.
    """

    def __init__(self, world: World, customer: Customer, now: Instant, answer: Callable[[Deliver], Answer]) -> None:
        self.customer = customer
        self.now = now
        self.messages: list[Message] = []
        self.ghosts: list[Message] = []
        self.calls: list[Call] = []
        self.tasks: list[Message] = []
        self.shown: list[Shown] = []
        self.ended: list[Ended] = []
        self.suppressions: list[Suppression] = []
        self.joined: list[tuple[Instant, str]] = []
        self.audiences: dict[str, Instant] = {}
        self.timeline: list[Happening] = []
        self._world = world
        self._answer = answer
        self._wake_at: Instant = NEVER
        self._coming: list[tuple[Instant, int, Event]] = []
        self._scheduled = 0

    def schedule(self, event: Event) -> None:
        """Let ``event`` happen at its own moment, not before now."""
        self._scheduled += 1
        heappush(self._coming, (event.at, self._scheduled, event))

    def event_id(self) -> EventId:
        """Return an id for the next event."""
        return EventId(derive("virtual", self.customer.customer_id, self._scheduled))

    def run_until(self, until: Instant, stop: Callable[[], bool] = lambda: False) -> None:
        """Let time pass until ``until``, with all that is due on the way, or until ``stop`` says so."""
        while not stop() and (due := min(self._wake_at, self._coming[0][0] if self._coming else NEVER)) <= until:
            self.now = max(self.now, due)
            self._step()
        if not stop():
            self.now = max(self.now, until)

    def report(
        self, delivery_id: DeliveryId, status: DeliveryStatus, at: Instant, attempt: int = 1, detail: str = ""
    ) -> None:
        """Schedule what is told about a delivery."""
        self.schedule(
            DeliveryReported(
                event_id=EventId(derive("report", delivery_id, attempt, status)),
                customer_id=self.customer.customer_id,
                at=at,
                delivery_id=delivery_id,
                status=status,
                attempt=attempt,
                detail=detail,
            )
        )

    def _step(self) -> None:
        """Take the next event; at the same moment an event comes before a timer, as it would from outside."""
        if self._coming and self._coming[0][0] <= self._wake_at:
            event = heappop(self._coming)[2]
        else:
            tick = EventId(derive("tick", self.customer.customer_id, self._wake_at))
            event = Tick(event_id=tick, customer_id=self.customer.customer_id, at=self._wake_at)
        self._tell_event(event)
        transitions = settle(self.customer, event, now=self.now, world=self._world)
        self.customer, self._wake_at = transitions[-1].customer, transitions[-1].wake_at
        # What is shared, this customer shares with themselves.
        self._world = self._world.after(tuple(tally for one in transitions for tally in one.tallies), self.now)
        for transition in transitions:
            self._record(transition)
        if isinstance(event, DecisionRequested):
            self._show(next(d for d in transitions[0].decisions if d.slot == f"placement:{event.placement}"))
        for transition in transitions:
            for command in transition.commands:
                self._carry_out(command)

    def _record(self, transition: Transition) -> None:
        for ended in transition.ended:
            self.ended.append(ended)
            self._tell(f"journey {ended.journey} ended: {ended.reason}")
        for decision in transition.decisions:
            self._record_decision(decision)

    def _record_decision(self, decision: Decision) -> None:
        for considered in decision.considered:
            if considered.suppressed is not None and considered.key != SILENCE:
                self._suppressed(considered)
        if decision.is_ghost:
            winner = _winner(decision)
            ghost = Message(self.now, decision.delivery_id, winner.action, winner.channel, is_ghost=True)
            self.ghosts.append(ghost)
            self._tell(f"ghost: {winner.action} by {winner.channel} was decided and not carried out")

    def _suppressed(self, considered: Considered) -> None:
        reason, detail = str(considered.suppressed), considered.detail
        self.suppressions.append(Suppression(self.now, considered.action, considered.channel, reason, detail))
        waits = ", waits" if considered.until else ""
        explained = f" ({detail})" if detail else ""
        self._tell(f"{considered.action} by {considered.channel} suppressed: {reason}{explained}{waits}")

    def _carry_out(self, command: Command) -> None:
        match command:
            case Deliver():
                self._deliver(command)
            case SyncAudience():
                self._sync(command)
            case CreateTask():
                self.tasks.append(Message(self.now, command.delivery_id, command.action, command.channel))
                self._tell(f"task {command.action} for {command.channel}")
                self.report(command.delivery_id, DeliveryStatus.ACCEPTED, self.now)

    def _deliver(self, command: Deliver) -> None:
        reason = recheck(self.customer, command, now=self.now, world=self._world)
        if reason is not None:
            self._tell(f"{command.action} by {command.channel} withdrawn at hand-over: {reason}")
            self.report(command.delivery_id, DeliveryStatus.WITHDRAWN, self.now, command.attempt, reason)
            return
        answer = self._answer(command)
        what = "a call" if is_webhook(command.action) else command.action
        why = f" ({answer.detail})" if answer.detail else ""
        self._tell(f"{what} by {command.channel} handed over: {answer.outcome}{why}")
        if answer.outcome == DeliveryStatus.ACCEPTED:
            self._note(command, answer)
        self.report(command.delivery_id, answer.outcome, self.now, command.attempt, answer.detail)
        for delay, status in answer.later:
            self.report(command.delivery_id, status, Instant(self.now + delay), command.attempt)

    def _note(self, command: Deliver, answer: Answer) -> None:
        key, channel = command.delivery_id, command.channel
        if is_webhook(command.action):
            self.calls.append(Call(self.now, key, channel, command.data["payload"]))
        else:
            self.messages.append(Message(self.now, key, command.action, channel, says=answer.says))

    def _show(self, decision: Decision) -> None:
        winner = _winner(decision)
        if winner.key == SILENCE or decision.is_ghost:
            lost = [f"{c.action}: {c.suppressed}" for c in decision.considered if c.suppressed and c.key != SILENCE]
            self.shown.append(Shown("", "", ", ".join(lost)))
        else:
            self.shown.append(Shown(winner.action, winner.channel, ""))
        self._tell(f"{decision.slot.replace(':', ' ')} shows {self.shown[-1].action or 'nothing of ours'}")

    def _sync(self, command: SyncAudience) -> None:
        if command.is_member:
            self.audiences[command.audience] = self.now
            self.joined.append((self.now, command.audience))
        else:
            self.audiences.pop(command.audience, None)
        self._tell(f"{'joined' if command.is_member else 'left'} audience {command.audience} at {command.channel}")
        self.report(command.delivery_id, DeliveryStatus.ACCEPTED, self.now)

    def held(self) -> tuple[tuple[Candidate, Instant, str], ...]:
        """Return what waits now: (candidate, release, reason)."""
        return tuple((held.candidate, held.release_at, held.reason) for held in self.customer.outbox.held)

    def _tell_event(self, event: Event) -> None:
        match event:
            case Tick():
                return
            case DeliveryReported():
                if event.status not in (DeliveryStatus.ACCEPTED, DeliveryStatus.WITHDRAWN):
                    self._tell(f"reported: {event.status}")
            case _:
                name = getattr(event, "name", "") or type(event).__name__
                self._tell(f"event {name}")

    def _tell(self, text: str) -> None:
        self.timeline.append(Happening(self.now, text))


def _winner(decision: Decision) -> Considered:
    return next(considered for considered in decision.considered if considered.key == decision.chosen)
