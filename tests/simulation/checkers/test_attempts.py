from segue.model.deliveries import DeliveryStatus
from segue.model.ids import DeliveryId
from segue.simulation.checkers.attempts import check_attempts
from segue.simulation.checkers.evidence import Owed
from tests.simulation.checkers.breaking import change, deliver, entry, handed, history, synced

D1 = DeliveryId("d1")
ISSUED = entry(commands=(deliver(),))
MARKED = frozenset({(D1, 1)})
ACCEPTED = (Owed(D1, DeliveryStatus.ACCEPTED),)


def test_a_call_that_was_decided_and_announced_and_ended_is_right() -> None:
    assert list(check_attempts(history(ISSUED, handed=(handed(since=1),), marked=MARKED, owed=ACCEPTED))) == []


def test_a_call_before_its_command_is_durable_is_found() -> None:
    assert len(list(check_attempts(history(ISSUED, handed=(handed(),), marked=MARKED, owed=ACCEPTED)))) == 1


def test_a_call_without_a_durable_attempt_is_found() -> None:
    assert len(list(check_attempts(history(ISSUED, handed=(handed(since=1),), owed=ACCEPTED)))) == 1


def test_a_delivery_that_never_ends_is_found_once_everything_has_come_to_rest() -> None:
    waiting = (Owed(D1, DeliveryStatus.RETRYABLE),)
    assert len(list(check_attempts(history(ISSUED, owed=waiting)))) == 1
    assert len(list(check_attempts(history(ISSUED)))) == 1
    assert list(check_attempts(history(ISSUED, owed=waiting, is_settled=False))) == []


def test_a_delivery_that_the_ledger_has_and_no_provider_is_found() -> None:
    assert len(list(check_attempts(history(ISSUED, owed=ACCEPTED)))) == 1
    joined = entry(commands=(change(is_member=True),))
    owed = (Owed(DeliveryId("a1"), DeliveryStatus.ACCEPTED),)
    assert list(check_attempts(history(joined, synced=(synced(change(is_member=True)),), owed=owed))) == []


def test_a_delivery_that_a_provider_has_and_the_ledger_denies_is_found() -> None:
    for status in (DeliveryStatus.WITHDRAWN, DeliveryStatus.REJECTED):
        denied = history(ISSUED, handed=(handed(since=1),), marked=MARKED, owed=(Owed(D1, status),))
        assert len(list(check_attempts(denied))) == 1
    unknown = history(ISSUED, handed=(handed(since=1),), marked=MARKED, owed=(Owed(D1, DeliveryStatus.UNKNOWN),))
    assert list(check_attempts(unknown)) == []
