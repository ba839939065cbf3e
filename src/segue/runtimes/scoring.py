"""Scoring: a model's number for each customer becomes a fact about them, as any source would tell it."""

from collections.abc import Iterator, Mapping

from segue.model.events import Identified
from segue.model.ids import CustomerId, EventId, derive
from segue.model.time import DAY, Instant

AT_ONCE = 1000
"""So many customers are told of at a time."""


def stated(trait: str, version: str, scores: Mapping[str, float], now: Instant) -> Iterator[Identified]:
    """Yield the facts that ``scores`` (by customer) state about ``trait``.

    One a day from each model: told again on the same day they are the same facts, and change nothing.
    """
    day = now // DAY
    for customer_id, value in scores.items():
        yield Identified(
            event_id=EventId(derive("score", version, day, customer_id)),
            customer_id=CustomerId(customer_id),
            at=now,
            traits={trait: value},
        )
