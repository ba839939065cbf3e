import pytest

from segue.model.commands import Command
from segue.model.deliveries import DeliveryStatus, Outcome
from segue.model.ids import DeliveryId
from segue.runtimes.embedded.repeating import is_unsure, may_repeat
from tests.runtimes.support import MAIL, SAFE_MAIL, DisplayChannel, MailChannel
from tests.simulation.checkers.breaking import change, deliver

PROMO, RECEIPT, JOIN = deliver(), deliver(is_transactional=True), change(is_member=True)


@pytest.mark.parametrize(
    ("command", "is_safe", "expected"),
    [(PROMO, False, False), (PROMO, True, True), (RECEIPT, False, True)],
)
def test_a_second_copy_is_risked_only_where_it_does_less_harm_than_none(
    command: Command, is_safe: bool, expected: bool
) -> None:
    assert may_repeat(command, MailChannel(SAFE_MAIL if is_safe else MAIL)) is expected
    assert may_repeat(JOIN, DisplayChannel())


@pytest.mark.parametrize(
    ("command", "status", "expected"),
    [
        (PROMO, DeliveryStatus.RETRYABLE, True),
        (PROMO, DeliveryStatus.REJECTED, True),
        (PROMO, DeliveryStatus.ACCEPTED, False),
        (RECEIPT, DeliveryStatus.RETRYABLE, False),
        (RECEIPT, DeliveryStatus.REJECTED, True),
        (JOIN, DeliveryStatus.REJECTED, False),
    ],
)
def test_what_could_not_be_handed_over_again_may_still_have_arrived(
    command: Command, status: DeliveryStatus, expected: bool
) -> None:
    assert is_unsure(command, Outcome(delivery_id=DeliveryId("d1"), status=status)) is expected
