from segue.model.deliveries import DeliveryStatus
from segue.model.events import ConsentChanged, DeliveryReported
from segue.model.ids import CustomerId, DeliveryId, EventId
from segue.model.time import HOUR, Instant
from segue.simulation.checkers.consent import check_consent
from tests.simulation.checkers.breaking import ANN, BOB, NOON, deliver, entry, handed, history, merged


def said(granted: bool, channel: str = "email", *, at: int = NOON, who: CustomerId = ANN) -> ConsentChanged:
    return ConsentChanged(
        event_id=EventId(f"{who}{at}{granted}"), customer_id=who, at=Instant(at), channel=channel, granted=granted
    )


def test_a_message_after_a_withdrawal_is_found_and_one_after_a_later_grant_is_not() -> None:
    withdrawn, granted = entry(said(False, "*")), entry(said(True, at=NOON + HOUR))
    assert len(list(check_consent(history(withdrawn, handed=(handed(since=1),))))) == 1
    assert list(check_consent(history(withdrawn, granted, handed=(handed(since=2),)))) == []
    told_late = history(granted, withdrawn, handed=(handed(since=2),))
    assert list(check_consent(told_late)) == [], "it was said before"


def test_of_two_words_at_one_instant_the_withdrawal_counts() -> None:
    words = entry(said(False)), entry(said(True))
    assert len(list(check_consent(history(*words, handed=(handed(since=2),))))) == 1


def test_what_may_have_been_known_excuses_and_what_was_durable_does_not() -> None:
    withdrawn, granted = entry(said(False)), entry(said(True, at=NOON + HOUR))
    assert list(check_consent(history(withdrawn, granted, handed=(handed(since=1, until=2),)))) == []
    assert list(check_consent(history(withdrawn, handed=(handed(since=0, until=1),)))) == []
    assert len(list(check_consent(history(withdrawn, entry(), handed=(handed(since=1, until=2),))))) == 1


def test_a_channel_that_needs_a_grant_needs_one() -> None:
    texted = handed(deliver(channel="sms"))
    assert len(list(check_consent(history(handed=(texted,))))) == 1
    assert list(check_consent(history(entry(said(True, "sms")), handed=(handed(texted.command, since=1),)))) == []


def test_an_unsubscribe_is_a_word_about_the_channel_of_its_message() -> None:
    told = DeliveryReported(
        event_id=EventId("r"),
        customer_id=ANN,
        at=NOON,
        delivery_id=DeliveryId("d1"),
        status=DeliveryStatus.UNSUBSCRIBED,
    )
    log = entry(commands=(deliver("d1"),)), entry(told)
    assert len(list(check_consent(history(*log, handed=(handed(deliver("d2"), since=2),))))) == 1
    assert list(check_consent(history(*log, handed=(handed(deliver("d2", channel="push"), since=2),)))) == []


def test_a_withdrawal_by_either_of_two_who_are_one_stands() -> None:
    log = entry(said(False, who=BOB)), entry(said(True, at=NOON + HOUR)), entry(merged())
    assert len(list(check_consent(history(*log, handed=(handed(since=3),))))) == 1
    assert len(list(check_consent(history(*log, handed=(handed(deliver(who=BOB), since=3),))))) == 1
    assert list(check_consent(history(*log, handed=(handed(since=2),)))) == []


def test_a_transactional_message_asks_nobody() -> None:
    receipt = deliver(category="transactional", is_transactional=True)
    assert list(check_consent(history(entry(said(False)), handed=(handed(receipt, since=1),)))) == []
