import pytest

from segue.model.commands import Command
from segue.runtimes.embedded.repeating import may_repeat
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
