import pytest

from segue.model.deliveries import OUTCOMES, RECEIPTS, DeliveryStatus, Outcome
from segue.model.ids import DeliveryId
from tests.builders import reread


def test_each_status_is_a_state_before_the_call_an_outcome_or_a_receipt() -> None:
    before = (DeliveryStatus.DECIDED, DeliveryStatus.ATTEMPTING)
    assert (*before, *OUTCOMES, *RECEIPTS) == tuple(DeliveryStatus)


@pytest.mark.parametrize("status", OUTCOMES)
def test_an_outcome_is_read_as_it_was_written(status: DeliveryStatus) -> None:
    outcome = Outcome(delivery_id=DeliveryId("send-1"), status=status, detail="busy", provider_id="p", retry_after=9)
    assert reread(outcome) == outcome
