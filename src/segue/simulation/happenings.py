"""What a resident does, as the events that sources and providers would send of it."""

from segue.model.deliveries import DeliveryStatus
from segue.model.events import ConsentChanged, DecisionRequested, DeliveryReported, Event, Tracked
from segue.model.ids import CustomerId, DeliveryId, EventId
from segue.model.time import Instant
from segue.simulation.market import Came, Consented, Did


def as_event(happening: Did | Consented | Came, event_id: EventId, customer_id: CustomerId, at: Instant) -> Event:
    """Return ``happening`` as the event that tells of it at ``at``."""
    match happening:
        case Did():
            return Tracked(
                event_id=event_id,
                customer_id=customer_id,
                at=at,
                name=happening.name,
                properties=dict(happening.properties),
                traits=dict(happening.traits),
            )
        case Consented():
            return ConsentChanged(
                event_id=event_id,
                customer_id=customer_id,
                at=at,
                channel=happening.channel,
                granted=happening.granted,
                purpose=happening.purpose,
                source=happening.source,
            )
        case Came():
            return DecisionRequested(
                event_id=event_id,
                customer_id=customer_id,
                at=at,
                placement=happening.placement,
                context=dict(happening.context),
            )


def as_report(
    delivery_id: DeliveryId,
    customer_id: CustomerId,
    status: DeliveryStatus,
    at: Instant,
    attempt: int = 1,
    detail: str = "",
) -> DeliveryReported:
    """Return what a provider says of a delivery."""
    return DeliveryReported(
        event_id=EventId(f"{delivery_id}.{attempt}.{status}"),
        customer_id=customer_id,
        at=at,
        delivery_id=delivery_id,
        status=status,
        attempt=attempt,
        detail=detail,
    )
