"""Outcomes: what a channel's answer does to a message in flight. Retry is a timer like any other.

Backoff doubles from half a minute to an hour, plus up to a quarter of chance; a provider that says how long to wait is
obeyed.
"""

from msgspec import Struct
from msgspec.structs import replace

from segue.core.catalogue import is_webhook
from segue.core.chance import draw
from segue.model.customers import Answer, InFlight, Outbox
from segue.model.decisions import Candidate
from segue.model.deliveries import DeliveryStatus
from segue.model.events import DeliveryReported
from segue.model.ids import DeliveryId
from segue.model.time import HOUR, SECOND, Instant

ATTEMPTS_MAX = 8
CARRIED_OUT, FAILED = "carried_out", "failed"
"""What a run that waits for the outcome of its proposal is told."""

_ABOUT_ONE_ATTEMPT = (DeliveryStatus.RETRYABLE, DeliveryStatus.WITHDRAWN)
_FIRST_BACKOFF = 30 * SECOND
_BACKOFF_MAX = HOUR


class Absorbed(Struct, frozen=True):
    """The outbox after a report.

    Attributes:
        released: deliveries that failed for good with nothing sent; their slots are free again.
        unsure: deliveries that were given up, and of which nobody can say that they did not arrive; they keep their
            slots.
        channel: of what was released or given up.
        reconsider: a withdrawn message whose gate may only have to wait; it is judged again.
        answers: for the runs that wait for an outcome.
    """

    outbox: Outbox
    released: tuple[DeliveryId, ...] = ()
    unsure: tuple[DeliveryId, ...] = ()
    channel: str = ""
    reconsider: tuple[InFlight, ...] = ()
    answers: tuple[Answer, ...] = ()


def absorb(outbox: Outbox, report: DeliveryReported, now: Instant, seed: str) -> Absorbed:
    """Return the outbox after ``report``.

    A report about nothing in flight (a late receipt), or about an attempt that another has followed, changes nothing.
    """
    flight = next((f for f in outbox.in_flight if f.candidate.delivery_id == report.delivery_id), None)
    if flight is None or (report.attempt < flight.attempt and report.status in _ABOUT_ONE_ATTEMPT):
        return Absorbed(outbox)
    without = replace(outbox, in_flight=tuple(f for f in outbox.in_flight if f is not flight))
    if report.may_have_arrived:
        flight = replace(flight, may_have_arrived=True)
    match report.status:
        case DeliveryStatus.RETRYABLE:
            retry_at = Instant(now + max(_backoff(flight, seed), report.retry_after))
            if flight.cancelled or _is_used_up(flight) or retry_at > flight.expires_at:
                return _given_up(without, flight)
            later = replace(flight, attempt=flight.attempt + 1, retry_at=retry_at)
            return Absorbed(replace(without, in_flight=(*without.in_flight, later)))
        case DeliveryStatus.WITHDRAWN:
            return _given_up(without, flight) if flight.cancelled else Absorbed(without, reconsider=(flight,))
        case DeliveryStatus.REJECTED:
            return _given_up(without, flight)
        case DeliveryStatus.ATTEMPTING | DeliveryStatus.DECIDED:
            return Absorbed(outbox)
        case _:
            return Absorbed(without, answers=answer_to(flight.candidate, CARRIED_OUT))


def answer_to(candidate: Candidate, word: str) -> tuple[Answer, ...]:
    """Return the answer to the run that proposed ``candidate``, if it waits for the outcome."""
    if not candidate.is_reported or not candidate.run_id:
        return ()
    return (Answer(candidate.run_id, candidate.occurrence, word),)


def answer_to_end(flight: InFlight) -> tuple[Answer, ...]:
    """Return the answer to the run of a message that is given up.

    What may have arrived is not said once more on another channel. A call that nobody has confirmed has failed.
    """
    is_sure = not flight.may_have_arrived or is_webhook(flight.candidate.action)
    return answer_to(flight.candidate, FAILED if is_sure else CARRIED_OUT)


def _is_used_up(flight: InFlight) -> bool:
    """Tell whether there were enough attempts; a webhook step says itself how long it goes on."""
    return flight.attempt >= ATTEMPTS_MAX and not is_webhook(flight.candidate.action)


def _given_up(without: Outbox, flight: InFlight) -> Absorbed:
    delivery_ids, answers, channel = (flight.candidate.delivery_id,), answer_to_end(flight), flight.candidate.channel
    if flight.may_have_arrived:
        return Absorbed(without, unsure=delivery_ids, answers=answers, channel=channel)
    return Absorbed(without, released=delivery_ids, answers=answers, channel=channel)


def _backoff(flight: InFlight, seed: str) -> int:
    base = min(_BACKOFF_MAX, _FIRST_BACKOFF << min(flight.attempt - 1, ATTEMPTS_MAX))
    return base + int(base * draw(seed, "backoff", flight.candidate.delivery_id, flight.attempt) / 4)
