from typing import Any

import pytest

from segue.core.arbitration.rules.stock import check_stock
from segue.core.arbitration.verdicts import Verdict
from segue.core.shared import compile_shared
from segue.model.decisions import Reason
from segue.model.shared import Shared
from tests.builders import action, workspace

GONE = Verdict(Reason.OUT_OF_STOCK, "all 2 are gone")


@pytest.mark.parametrize(
    ("taken", "declared", "is_booked", "expected"),
    [
        (1.0, {}, False, None),
        (2.0, {}, False, GONE),
        (3.0, {}, False, GONE),
        (2.0, {}, True, GONE),
        (2.0, {"stock_taken_by": "contact"}, False, GONE),
        (2.0, {"stock_taken_by": "contact"}, True, None),
    ],
)
def test_what_is_gone_is_refused_unless_the_message_holds_the_last_one_itself(
    taken: float, declared: dict[str, Any], is_booked: bool, expected: Verdict | None
) -> None:
    whole = workspace(actions=(action(stock=2, converted_by="order", **declared),))
    shared = Shared(stock={"offer": taken})
    assert check_stock("offer", shared, compile_shared(whole), is_booked=is_booked) == expected


def test_what_has_no_stock_is_never_gone() -> None:
    assert check_stock("offer", Shared(), compile_shared(workspace(actions=(action(),))), is_booked=False) is None
