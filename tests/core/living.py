"""A customer of the test shop, told what happens, one line at a time."""

from typing import Any

from segue.core.engine import settle
from segue.core.world import World
from segue.model.customers import Customer
from segue.model.deliveries import DeliveryStatus
from segue.model.events import ConsentChanged, DecisionRequested, DeliveryReported, Event, Identified, Tick, Tracked
from segue.model.ids import CustomerId, DeliveryId, EventId
from segue.model.time import NEVER, Instant, parse_instant
from segue.model.transitions import Transition

NOON = parse_instant("2026-03-02T12:00:00Z")


class Living:
    """One customer, and every transition so far."""

    def __init__(self, world: World, customer_id: str = "customer-1", now: Instant = NOON) -> None:
        self.world = world
        self.customer = Customer(CustomerId(customer_id))
        self.now = now
        self.wake_at = NEVER
        self.transitions: list[Transition] = []
        self._count = 0

    def after(self, duration: int) -> "Living":
        """Let time pass; alarms ring when they are due."""
        until = Instant(self.now + duration)
        while self.wake_at <= until:
            self.now = max(self.now, self.wake_at)
            self.advance(Tick(**self._base()))
        self.now = until
        return self

    def does(self, name: str, **properties: Any) -> list[Transition]:
        """The customer does something."""
        return self.advance(Tracked(name=name, properties=properties, **self._base()))

    def is_known_as(self, **traits: Any) -> list[Transition]:
        """A source states traits."""
        return self.advance(Identified(traits=traits, **self._base()))

    def says(self, channel: str, *, granted: bool) -> list[Transition]:
        """The customer grants or withdraws consent."""
        return self.advance(ConsentChanged(channel=channel, granted=granted, **self._base()))

    def asks(self, placement: str, count: int = 1) -> list[Transition]:
        """A placement asks."""
        return self.advance(DecisionRequested(placement=placement, count=count, **self._base()))

    def hears(self, delivery_id: str, status: DeliveryStatus, **fields: Any) -> list[Transition]:
        """A channel reports."""
        return self.advance(
            DeliveryReported(delivery_id=DeliveryId(delivery_id), status=status, **fields, **self._base())
        )

    def advance(self, event: Event) -> list[Transition]:
        """Advance by any event; returns the transitions it led to."""
        transitions = settle(self.customer, event, now=self.now, world=self.world)
        self.customer = transitions[-1].customer
        self.wake_at = transitions[-1].wake_at
        self.transitions += transitions
        for transition in transitions:
            self.world = self.world.after(transition.tallies, self.now)
        return list(transitions)

    def commands(self) -> list[Any]:
        """All commands so far."""
        return [command for transition in self.transitions for command in transition.commands]

    def reasons(self, action: str) -> list[str]:
        """The reasons for which ``action`` was suppressed, in order; "" where it was chosen."""
        return [
            str(row.suppressed or "")
            for transition in self.transitions
            for decision in transition.decisions
            for row in decision.considered
            if row.action == action
        ]

    def _base(self) -> dict[str, Any]:
        self._count += 1
        return {
            "event_id": EventId(f"e{self._count}"),
            "customer_id": self.customer.customer_id,
            "at": self.now,
        }
