"""Drive one customer through a list of events under virtual time, as a runtime would, and keep what happened.

The provider's log here is the oracle: checkers look at what was sent and when, never at the customer's own state.
"""

from dataclasses import dataclass, field

from hypothesis import strategies as st

from segue.core.engine import settle
from segue.core.handover import recheck
from segue.core.world import World
from segue.model.commands import Deliver, SyncAudience
from segue.model.customers import Customer
from segue.model.deliveries import DeliveryStatus
from segue.model.events import (
    ConsentChanged,
    DecisionRequested,
    DeliveryReported,
    Enroll,
    Event,
    Identified,
    Tick,
    Tracked,
)
from segue.model.ids import CustomerId, EventId
from segue.model.time import DAY, HOUR, MINUTE, SECOND, Instant, parse_instant
from segue.model.transitions import Transition

START = parse_instant("2026-03-27T12:00:00Z")
"""Two days before the clocks of ``Europe/London`` go forward."""


@dataclass
class Sent:
    """One line of the provider's log; ``step`` is how many inputs there were by then."""

    step: int
    at: Instant
    command: Deliver
    status: DeliveryStatus


@dataclass
class History:
    """What happened to one customer.

    Attributes:
        inputs: every (now, event) that was advanced, timers included.
        transitions: with how many inputs there were by then.
        sent: the provider's log.
    """

    customer: Customer
    inputs: list[tuple[Instant, Event]] = field(default_factory=list)
    transitions: list[tuple[int, Transition]] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    audience: list[SyncAudience] = field(default_factory=list)


@dataclass
class Plan:
    """A generated life: (delay since the one before, what happens), and how the provider answers, in turn."""

    events: list[tuple[int, dict[str, object]]]
    answers: list[tuple[DeliveryStatus, int]]
    customer_id: str = "customer-1"


_DELAYS = st.sampled_from([0, SECOND, 5 * MINUTE, 31 * MINUTE, 2 * HOUR, 7 * HOUR, DAY, 2 * DAY + HOUR, 8 * DAY])
_HAPPENINGS = st.one_of(
    st.sampled_from(["signed_up", "page_viewed", "order_completed", "unsubscribed_account"]).map(
        lambda name: {"name": name}
    ),
    st.sampled_from(["a", "b"]).map(lambda cart: {"name": "cart_updated", "cart_id": cart}),
    st.sampled_from(["gold", "silver"]).map(lambda tier: {"tier": tier}),
    st.sampled_from(["Europe/London", "America/New_York", "Asia/Kolkata", "Mars/Base"]).map(lambda z: {"zone": z}),
    st.tuples(st.sampled_from(["email", "sms", "*"]), st.booleans()).map(lambda c: {"consent": c[0], "granted": c[1]}),
    st.just({"placement": "hero"}),
)
_ANSWERS = st.tuples(
    st.sampled_from(
        [
            DeliveryStatus.ACCEPTED,
            DeliveryStatus.ACCEPTED,
            DeliveryStatus.OPENED,
            DeliveryStatus.RETRYABLE,
            DeliveryStatus.REJECTED,
            DeliveryStatus.UNKNOWN,
            DeliveryStatus.UNSUBSCRIBED,
        ]
    ),
    st.sampled_from([0, SECOND, MINUTE, 3 * HOUR]),
)
PLANS = st.builds(
    Plan,
    events=st.lists(st.tuples(_DELAYS, _HAPPENINGS), min_size=1, max_size=25),
    answers=st.lists(_ANSWERS, min_size=1, max_size=6),
    customer_id=st.sampled_from([f"customer-{n}" for n in range(40)]),
)


def live(plan: Plan, world: World) -> History:
    """Return the history of ``plan``: its events, the alarms between them, and three weeks of silence after it."""
    customer_id = CustomerId(plan.customer_id)
    history = History(Customer(customer_id))
    known = {"email": "someone@example.com", "phone": "+447700900000"}
    queue: list[tuple[Instant, Event]] = [
        (START, Identified(event_id=EventId("who"), customer_id=customer_id, at=START, traits=known))
    ]
    at = START
    for number, (delay, happening) in enumerate(plan.events):
        at = Instant(at + delay)
        queue.append((at, event_of(f"e{number}", customer_id, at, happening)))
    _run(history, queue, plan, world, until=Instant(at + 21 * DAY))
    return history


def _run(history: History, queue: list[tuple[Instant, Event]], plan: Plan, world: World, until: Instant) -> None:
    wake_at = Instant(2**62)
    now = START
    while True:
        queue.sort(key=lambda item: item[0])
        moment = min(wake_at, queue[0][0] if queue else until)
        if moment >= until:
            return
        now = max(now, moment)
        if queue and queue[0][0] <= wake_at:
            event = queue.pop(0)[1]
        else:
            event = Tick(event_id=EventId(f"tick-{now}"), customer_id=history.customer.customer_id, at=now)
        history.inputs.append((now, event))
        transitions = settle(history.customer, event, now=now, world=world)
        history.transitions.extend((len(history.inputs), transition) for transition in transitions)
        history.customer = transitions[-1].customer
        wake_at = transitions[-1].wake_at
        for transition in transitions:
            for command in transition.commands:
                queue += _carry_out(history, command, now, plan, world)


def _carry_out(
    history: History, command: object, now: Instant, plan: Plan, world: World
) -> list[tuple[Instant, Event]]:
    if isinstance(command, SyncAudience):
        history.audience.append(command)
        return []
    assert isinstance(command, Deliver)
    refusal = recheck(history.customer, command, now=now, world=world)
    if refusal is not None:
        return [(now, report_on(command, DeliveryStatus.WITHDRAWN, now, refusal))]
    status, delay = plan.answers[len(history.sent) % len(plan.answers)]
    history.sent.append(Sent(len(history.inputs), now, command, status))
    later = Instant(now + delay)
    if status in (DeliveryStatus.OPENED, DeliveryStatus.UNSUBSCRIBED):
        return [(now, report_on(command, DeliveryStatus.ACCEPTED, now)), (later, report_on(command, status, later))]
    return [(later, report_on(command, status, later))]


def report_on(command: Deliver, status: DeliveryStatus, at: Instant, detail: str = "") -> DeliveryReported:
    """Return what a channel says of ``command``."""
    return DeliveryReported(
        event_id=EventId(f"{command.delivery_id}-{command.attempt}-{status}"),
        customer_id=command.customer_id,
        at=at,
        delivery_id=command.delivery_id,
        status=status,
        attempt=command.attempt,
        detail=detail,
    )


def event_of(event_id: str, customer_id: CustomerId, at: Instant, happening: dict[str, object]) -> Event:
    """Return the event that ``happening`` describes."""
    base = {"event_id": EventId(event_id), "customer_id": customer_id, "at": at}
    match happening:
        case {"name": str(name), **properties}:
            return Tracked(name=name, properties=properties, **base)  # type: ignore[arg-type]
        case {"consent": str(channel), "granted": bool(granted)}:
            return ConsentChanged(channel=channel, granted=granted, **base)  # type: ignore[arg-type]
        case {"placement": str(placement)}:
            return DecisionRequested(placement=placement, **base)  # type: ignore[arg-type]
        case {"enroll": str(journey)}:
            return Enroll(journey=journey, **base)  # type: ignore[arg-type]
        case _:
            return Identified(traits=happening, **base)  # type: ignore[arg-type]
