from typing import Any

import msgspec
import pytest

from segue.model.contact_rules import Cap, ContactRules, QuietHours


def test_a_workspace_that_says_nothing_gets_the_shipped_rules() -> None:
    assert msgspec.convert({}, ContactRules) == ContactRules(
        caps=(
            Cap(cap="promo_weekly", limit=4, window="7d"),
            Cap(cap="promo_daily", limit=1, window="1d"),
            Cap(cap="sms_weekly", limit=1, window="7d", scope="channel", only="sms"),
        ),
        quiet_hours=(QuietHours(start="21:00", end="08:00", channels=(), then="hold"),),
        min_gap="2h",
        consent={},
    )


def test_a_cap_counts_promotions_and_stops_promotions_and_service_unless_it_says_otherwise() -> None:
    assert msgspec.convert({"cap": "c", "limit": 1, "window": "1d"}, Cap) == Cap(
        cap="c", limit=1, window="1d", scope="all", only=None, counts=("promo",), obeys=("promo", "service")
    )


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        (Cap, {"cap": "c", "limit": -1, "window": "1d"}),
        (Cap, {"cap": "c", "limit": 1, "window": "a while"}),
        (Cap, {"cap": "c", "limit": 1, "window": "1d", "scope": "planet"}),
        (QuietHours, {"start": "24:00", "end": "08:00"}),
        (QuietHours, {"start": "21:60", "end": "08:00"}),
        (QuietHours, {"start": "9:00", "end": "08:00"}),
        (QuietHours, {"start": "21:00", "end": "08:00", "then": "shout"}),
        (ContactRules, {"consent": {"email": "maybe"}}),
        (ContactRules, {"min_gap": "-2h"}),
    ],
    ids=str,
)
def test_rules_that_make_no_sense_are_refused(kind: Any, document: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(document, kind)
