from typing import Any

import pytest

from segue.core.arbitration.rules.pooling import check_pooling
from segue.core.arbitration.verdicts import Verdict
from segue.model.decisions import Reason
from segue.model.time import HOUR, MINUTE, Instant
from tests.builders import NOW, candidate

WINDOW = 30 * MINUTE


@pytest.mark.parametrize(
    ("window", "category", "changes", "until"),
    [
        (WINDOW, "promo", {}, NOW + WINDOW),
        (WINDOW, "service", {}, NOW + WINDOW),
        (WINDOW, "mandatory", {}, None),
        (WINDOW, "transactional", {}, None),
        (0, "promo", {}, None),
        (WINDOW, "promo", {"pooled_until": NOW}, None),
        (WINDOW, "promo", {"proposed_at": NOW - 20 * MINUTE}, NOW + 10 * MINUTE),
        (WINDOW, "promo", {"proposed_at": NOW - WINDOW}, None),
        (WINDOW, "promo", {"proposed_at": NOW - HOUR}, None),
        (WINDOW, "promo", {"deadline": NOW + 5 * MINUTE}, NOW + 5 * MINUTE),
        (WINDOW, "promo", {"deadline": NOW}, None),
    ],
)
def test_a_message_waits_once_for_rivals_from_its_proposal_on_and_never_past_its_deadline(
    window: int, category: str, changes: dict[str, Any], until: int | None
) -> None:
    verdict = check_pooling(candidate(**changes), category, window, NOW)
    assert verdict == (None if until is None else Verdict(Reason.POOLED, "", Instant(until)))


def test_a_pool_closes_exactly_when_it_says() -> None:
    assert check_pooling(candidate(), "promo", WINDOW, Instant(NOW + WINDOW)) is None
    assert check_pooling(candidate(), "promo", WINDOW, Instant(NOW + WINDOW - 1)) is not None
