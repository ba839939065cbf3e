"""Events: past facts about one customer, immutable.

Everything that can change a customer is one of these, whatever sent it: a shop, a provider's receipt, a form, or the
clock. They are stored for years as positional msgpack: fields are only ever appended, with a default.
"""

from typing import Any, Literal, TypeAlias

from msgspec import Struct

from segue.model.deliveries import DeliveryStatus
from segue.model.identities import Identifier
from segue.model.ids import CustomerId, DeliveryId, EventId
from segue.model.time import Instant

Value: TypeAlias = Any
"""A JSON value: null, boolean, number, string, array or object."""


class EventBase(Struct, frozen=True, kw_only=True, array_like=True):
    """What every event has.

    Attributes:
        event_id: unique per workspace; the same id twice is the same fact.
        customer_id: whom it is about, after identity resolution.
        at: when it happened; never later than the ``now`` it is advanced with.
    """

    event_id: EventId
    customer_id: CustomerId
    at: Instant


class Tracked(EventBase, frozen=True, kw_only=True, tag="tracked"):
    """The customer did something; ``traits`` are facts about the customer that came along."""

    name: str
    properties: dict[str, Value] = {}
    traits: dict[str, Value] = {}


class Identified(EventBase, frozen=True, kw_only=True, tag="identified"):
    """A source states traits of the customer."""

    traits: dict[str, Value] = {}


class ConsentChanged(EventBase, frozen=True, kw_only=True, tag="consent_changed"):
    """The customer allowed or forbade contact.

    Attributes:
        channel: a channel's name, or ``*`` for all.
        purpose: such as ``marketing``, or ``*`` for all.
        source: where it was said: ``one_click``, ``preference_centre``, ``api``, ``complaint``.
    """

    channel: str
    granted: bool
    purpose: str = "marketing"
    source: str = "api"


class ContactPointChanged(EventBase, frozen=True, kw_only=True, tag="contact_point_changed"):
    """A contact point was found (un)usable: a hard bounce, or an operator's suppression list.

    Attributes:
        contact_point: `segue.model.identities.contact_point_key` of channel and address, never the address.
    """

    contact_point: str
    usable: bool
    source: str = "api"


class DeliveryReported(EventBase, frozen=True, kw_only=True, tag="delivery_reported"):
    """A channel says what became of a delivery: its outcome at once, or a receipt later.

    Attributes:
        retry_after: for ``retryable``: microseconds the provider asked us to wait, 0 when it did not.
        may_have_arrived: for ``retryable``: nobody can say that this attempt, or an earlier one, did not arrive.
    """

    delivery_id: DeliveryId
    status: DeliveryStatus
    attempt: int = 1
    detail: str = ""
    provider_id: str = ""
    retry_after: int = 0
    may_have_arrived: bool = False


class DecisionRequested(EventBase, frozen=True, kw_only=True, tag="decision_requested"):
    """A placement asks, now, what to show this customer; the answer is the transition's decision."""

    placement: str
    context: dict[str, Value] = {}
    count: int = 1


class Enroll(EventBase, frozen=True, kw_only=True, tag="enroll"):
    """Somebody asks for this customer to enter a journey whose entry is of kind ``api``; ``facts`` go with the run."""

    journey: str
    facts: dict[str, Value] = {}


class Tick(EventBase, frozen=True, kw_only=True, tag="tick"):
    """The moment this customer was waiting for has come (`Transition.wake_at`)."""


class Merged(EventBase, frozen=True, kw_only=True, tag="merged"):
    """Identity found that two customers are one; ``absorbed`` is the other's encoded state at that moment."""

    absorbed_id: CustomerId
    absorbed: bytes


Event: TypeAlias = (
    Tracked
    | Identified
    | ConsentChanged
    | ContactPointChanged
    | DeliveryReported
    | DecisionRequested
    | Enroll
    | Tick
    | Merged
)

EventKind: TypeAlias = Literal[
    "tracked",
    "identified",
    "consent_changed",
    "contact_point_changed",
    "delivery_reported",
    "decision_requested",
    "enroll",
    "tick",
    "merged",
]


class Incoming(Struct, frozen=True, kw_only=True):
    """What a source delivers: a fact whose customer is not resolved yet.

    Attributes:
        identifiers: the keys it came with, strongest first; all of them are evidence that they name one person.
        event: the fact, with an empty ``customer_id``; None where there is only the evidence (an ``alias`` call).
        source: the source's name, for evidence and dead letters.
    """

    identifiers: tuple[Identifier, ...]
    event: Event | None
    event_id: EventId
    at: Instant
    source: str = ""
