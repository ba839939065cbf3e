import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.delivery.outcomes import ATTEMPTS_MAX, Absorbed, absorb
from segue.model.customers import InFlight, Outbox
from segue.model.deliveries import RECEIPTS, DeliveryStatus
from segue.model.time import DAY, HOUR, NEVER, SECOND, Instant
from tests.builders import NOW, candidate, flight, held, membership, report

OTHER = flight(candidate(delivery_id="send-2"))


def after(reported: DeliveryStatus, sent: InFlight | None = None, retry_after: int = 0) -> Absorbed:
    outbox = Outbox((held(),), (sent or flight(), OTHER), (membership(),))
    return absorb(outbox, report(reported, retry_after=retry_after, attempt=(sent or flight()).attempt), NOW, "seed")


def with_flights(*flights: InFlight) -> Outbox:
    return Outbox((held(),), flights, (membership(),))


@pytest.mark.parametrize("status", [DeliveryStatus.ACCEPTED, DeliveryStatus.UNKNOWN, *RECEIPTS])
def test_what_may_have_arrived_is_done_and_keeps_its_slot(status: DeliveryStatus) -> None:
    assert after(status) == Absorbed(with_flights(OTHER))


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (DeliveryStatus.ACCEPTED, "carried_out"),
        (DeliveryStatus.UNKNOWN, "carried_out"),
        (DeliveryStatus.REJECTED, "failed"),
        (DeliveryStatus.RETRYABLE, None),
        (DeliveryStatus.WITHDRAWN, None),
    ],
)
def test_a_run_that_waits_for_the_outcome_is_told_when_it_is_final(status: DeliveryStatus, word: str | None) -> None:
    asked = flight(candidate(run_id="run-1", occurrence=3, is_reported=True))
    answers = after(status, asked).answers
    assert [(a.run_id, a.occurrence, a.word) for a in answers] == ([("run-1", 3, word)] if word else [])


def test_a_run_that_waits_for_the_outcome_is_told_when_the_attempts_are_used_up() -> None:
    asked = flight(candidate(run_id="run-1", is_reported=True), attempt=ATTEMPTS_MAX)
    assert [a.word for a in after(DeliveryStatus.RETRYABLE, asked).answers] == ["failed"]


def test_what_was_rejected_is_done_and_its_slot_is_free() -> None:
    assert after(DeliveryStatus.REJECTED) == Absorbed(
        with_flights(OTHER), released=(candidate().delivery_id,), channel=candidate().channel
    )


def test_what_was_withdrawn_is_judged_again() -> None:
    assert after(DeliveryStatus.WITHDRAWN) == Absorbed(with_flights(OTHER), reconsider=(flight(),))


@pytest.mark.parametrize("status", [DeliveryStatus.WITHDRAWN, DeliveryStatus.RETRYABLE])
def test_what_was_interrupted_meanwhile_is_not_tried_again(status: DeliveryStatus) -> None:
    assert after(status, flight(cancelled="exit_event")) == Absorbed(
        with_flights(OTHER), released=(candidate().delivery_id,), channel=candidate().channel
    )


@pytest.mark.parametrize("status", [DeliveryStatus.DECIDED, DeliveryStatus.ATTEMPTING])
def test_what_is_only_on_its_way_stays_in_flight(status: DeliveryStatus) -> None:
    assert after(status) == Absorbed(with_flights(flight(), OTHER))


@pytest.mark.parametrize("status", list(DeliveryStatus))
def test_a_report_about_nothing_in_flight_changes_nothing(status: DeliveryStatus) -> None:
    outbox = with_flights(OTHER)
    assert absorb(outbox, report(status), NOW, "seed") == Absorbed(outbox)


def retried(sent: InFlight, retry_after: int = 0) -> InFlight | None:
    absorbed = after(DeliveryStatus.RETRYABLE, sent, retry_after)
    later = [each for each in absorbed.outbox.in_flight if each.candidate.delivery_id == "send-1"]
    assert absorbed.released == (() if later else ("send-1",))
    return later[0] if later else None


def test_what_may_be_tried_again_is_with_the_next_attempt_s_number() -> None:
    later = retried(flight())
    assert later == flight(attempt=2, retry_at=later.retry_at if later else 0)
    assert NOW + 30 * SECOND <= (later.retry_at if later else 0) < NOW + 38 * SECOND


def backoff(attempt: int, delivery_id: str = "send-1") -> int:
    sent = flight(candidate(delivery_id=delivery_id), attempt=attempt, expires_at=NEVER)
    absorbed = absorb(Outbox((), (sent,)), report(DeliveryStatus.RETRYABLE, delivery_id, attempt=attempt), NOW, "seed")
    return absorbed.outbox.in_flight[0].retry_at - NOW


@given(st.text(max_size=8))
def test_each_wait_is_longer_than_the_one_before_and_none_much_longer_than_an_hour(delivery_id: str) -> None:
    waits = [backoff(attempt, delivery_id) for attempt in range(1, ATTEMPTS_MAX)]
    assert waits == sorted(set(waits))
    assert waits[0] >= 30 * SECOND
    assert waits[-1] <= 1.25 * HOUR
    assert waits == [backoff(attempt, delivery_id) for attempt in range(1, ATTEMPTS_MAX)]


def test_messages_that_failed_together_are_not_tried_again_together() -> None:
    assert len({backoff(1, f"send-{number}") for number in range(100)}) > 95


@pytest.mark.parametrize(("asked", "waited"), [(2 * HOUR, 2 * HOUR), (DAY, DAY)])
def test_a_provider_that_says_how_long_to_wait_is_obeyed(asked: int, waited: int) -> None:
    later = retried(flight(), retry_after=asked)
    assert later is not None
    assert later.retry_at == NOW + waited


def test_a_report_about_an_attempt_that_another_has_followed_changes_nothing() -> None:
    outbox = with_flights(flight(attempt=2))
    assert absorb(outbox, report(DeliveryStatus.RETRYABLE, attempt=1), NOW, "seed") == Absorbed(outbox)


def test_a_provider_s_shorter_wait_does_not_shorten_ours() -> None:
    assert retried(flight(), retry_after=SECOND) == retried(flight())


@pytest.mark.parametrize(("attempt", "is_tried_again"), [(ATTEMPTS_MAX - 1, True), (ATTEMPTS_MAX, False)])
def test_after_the_last_attempt_the_slot_is_free(attempt: int, is_tried_again: bool) -> None:
    assert (retried(flight(attempt=attempt)) is not None) is is_tried_again


@pytest.mark.parametrize(("late_by", "is_tried_again"), [(0, True), (1, False)])
def test_a_message_is_not_tried_again_after_it_expired(late_by: int, is_tried_again: bool) -> None:
    expires_at = Instant(NOW + 5 * HOUR - late_by)
    assert (retried(flight(expires_at=expires_at), retry_after=5 * HOUR) is not None) is is_tried_again


def unsure(**changes: object) -> InFlight:
    return flight(candidate(run_id="run-1", occurrence=3, is_reported=True), may_have_arrived=True, **changes)


def test_once_an_attempt_may_have_arrived_it_always_may_have() -> None:
    first = report(DeliveryStatus.RETRYABLE, may_have_arrived=True)
    (second,) = absorb(with_flights(flight()), first, NOW, "seed").outbox.in_flight
    assert (second.attempt, second.may_have_arrived) == (2, True)
    again = report(DeliveryStatus.RETRYABLE, attempt=2)
    (third,) = absorb(with_flights(second), again, NOW, "seed").outbox.in_flight
    assert (third.attempt, third.may_have_arrived) == (3, True)


@pytest.mark.parametrize(
    ("status", "changes"),
    [
        (DeliveryStatus.RETRYABLE, {"attempt": ATTEMPTS_MAX}),
        (DeliveryStatus.RETRYABLE, {"expires_at": NOW}),
        (DeliveryStatus.RETRYABLE, {"cancelled": "exit_event"}),
        (DeliveryStatus.WITHDRAWN, {"cancelled": "exit_event"}),
        (DeliveryStatus.REJECTED, {}),
    ],
)
def test_what_may_have_arrived_and_is_given_up_keeps_its_slot_and_goes_out_on_no_other_channel(
    status: DeliveryStatus, changes: dict[str, object]
) -> None:
    absorbed = after(status, unsure(**changes))
    assert (absorbed.unsure, absorbed.released) == (("send-1",), ())
    assert absorbed.outbox == with_flights(OTHER)
    assert [answer.word for answer in absorbed.answers] == ["carried_out"]


def test_the_last_attempt_alone_may_have_arrived() -> None:
    last = report(DeliveryStatus.RETRYABLE, attempt=ATTEMPTS_MAX, may_have_arrived=True)
    assert absorb(with_flights(flight(attempt=ATTEMPTS_MAX)), last, NOW, "seed").unsure == ("send-1",)


def test_a_call_that_nobody_has_confirmed_has_failed_for_its_run() -> None:
    call = candidate(action="_webhook:care/call", run_id="run-1", is_reported=True)
    absorbed = after(DeliveryStatus.RETRYABLE, flight(call, may_have_arrived=True, expires_at=NOW))
    assert (absorbed.unsure, [answer.word for answer in absorbed.answers]) == (("send-1",), ["failed"])


def test_what_may_have_arrived_and_has_to_wait_is_judged_again() -> None:
    assert after(DeliveryStatus.WITHDRAWN, unsure()).reconsider == (unsure(),)
