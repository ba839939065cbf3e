"""Contact rules that cannot mean what they say."""

from pathlib import Path

import pytest

from tests.workspace.shop import Slip, assert_found

RULES = "contact_rules.yaml"

SLIPS = [
    Slip("SG204", RULES, "scope: channel, only: email", "scope: category, only: promos", "promos"),
    Slip("SG205", RULES, "cap: mail_daily", "cap: weekly", "weekly, limit: 1"),
    Slip("SG302", RULES, "channels: [email]", "channels: [mail]", "mail]"),
    Slip("SG311", RULES, "scope: channel, only: email", "scope: journey, only: reorders", "reorders"),
    Slip("SG312", RULES, "scope: channel, only: email", "scope: theme, only: reorders", "reorders"),
    Slip("SG313", RULES, "scope: channel, only: email", "scope: tag, only: news", "news"),
    Slip("SG703", RULES, "scope: channel, ", "", "email}"),
    Slip("SG704", RULES, "window: 7d}", "window: 7d}\n  - {cap: daily, limit: 9, window: 1d}", "9, window"),
    Slip("SG704", RULES, "window: 7d}", "calendar: week}\n  - {cap: week, limit: 9, calendar: week}", "9, calendar"),
    Slip("SG707", RULES, "window: 7d}", "window: 7d, calendar: week}", "{cap: weekly"),
    Slip("SG707", RULES, "limit: 4, window: 7d", "limit: 4", "{cap: weekly"),
    Slip("SG705", RULES, '"08:00"', '"21:00"', '"21:00", channels'),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip)
