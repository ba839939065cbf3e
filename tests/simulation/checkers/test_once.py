from msgspec.structs import replace

from segue.model.deliveries import DeliveryStatus
from segue.model.events import DeliveryReported
from segue.model.ids import DeliveryId, EventId
from segue.simulation.checkers.once import FLAG, check_once
from tests.simulation.checkers.breaking import ANN, NOON, deliver, entry, handed, history

RECEIPT = deliver(category="transactional", is_transactional=True)
FLAGGED = DeliveryReported(
    event_id=EventId("r"),
    customer_id=ANN,
    at=NOON,
    delivery_id=DeliveryId("d1"),
    status=DeliveryStatus.ACCEPTED,
    detail=FLAG,
)


def test_a_second_copy_is_found_and_a_second_attempt_is_none() -> None:
    assert len(list(check_once(history(handed=(handed(), handed()))))) == 1
    assert list(check_once(history(handed=(handed(took=False), handed())))) == []


def test_only_what_is_transactional_may_come_again_after_a_crash_and_only_if_the_log_says_so() -> None:
    again = replace(handed(RECEIPT), life=1)
    assert list(check_once(history(entry(FLAGGED), handed=(handed(RECEIPT), again)))) == []
    assert len(list(check_once(history(entry(FLAGGED), handed=(handed(RECEIPT), handed(RECEIPT)))))) == 1
    assert len(list(check_once(history(handed=(handed(RECEIPT), again))))) == 1
    assert len(list(check_once(history(entry(FLAGGED), handed=(handed(), replace(handed(), life=1)))))) == 1
