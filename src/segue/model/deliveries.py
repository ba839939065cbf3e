"""Deliveries: one attempt after another to carry one Deliver command out, exactly as promised."""

from enum import StrEnum

from msgspec import Struct

from segue.model.ids import DeliveryId


class DeliveryStatus(StrEnum):
    """The ledger's states, in order, and the receipts that may follow.

    decided -> attempting -> accepted | rejected | retryable | unknown -> delivered | bounced | complained
    """

    DECIDED = "decided"
    ATTEMPTING = "attempting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    RETRYABLE = "retryable"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    OPENED = "opened"
    CLICKED = "clicked"
    UNSUBSCRIBED = "unsubscribed"


OUTCOMES = (
    DeliveryStatus.ACCEPTED,
    DeliveryStatus.REJECTED,
    DeliveryStatus.RETRYABLE,
    DeliveryStatus.UNKNOWN,
    DeliveryStatus.WITHDRAWN,
)
"""What a channel (or the hand-over gate, for ``withdrawn``) says at once."""

RECEIPTS = (
    DeliveryStatus.DELIVERED,
    DeliveryStatus.BOUNCED,
    DeliveryStatus.COMPLAINED,
    DeliveryStatus.OPENED,
    DeliveryStatus.CLICKED,
    DeliveryStatus.UNSUBSCRIBED,
)
"""What a channel says later."""


class Outcome(Struct, frozen=True, kw_only=True):
    """What a channel answers when it is handed a command.

    Attributes:
        status: one of `OUTCOMES` except ``withdrawn``. ``unknown`` means: the provider may have it, nobody can tell.
        detail: a short cause for people and metrics; never an address or a message body.
        provider_id: the provider's own id of the message, where it gives one.
        retry_after: for ``retryable``: microseconds the provider asked us to wait; 0 when it did not say.
        may_have_arrived: for ``retryable``: the provider may have it all the same (it fell silent, it broke down), and
            drops a second one. So it is tried again; where it cannot be, it counts as sent.
    """

    delivery_id: DeliveryId
    status: DeliveryStatus
    detail: str = ""
    provider_id: str = ""
    retry_after: int = 0
    may_have_arrived: bool = False
