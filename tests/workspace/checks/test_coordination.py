"""Themes and capacities."""

from pathlib import Path

import pytest

from tests.workspace.club import FILES
from tests.workspace.shop import Slip, assert_found

THEMES, CAPACITIES = "themes.yaml", "capacities.yaml"

SLIPS = [
    Slip("SG204", CAPACITIES, "limit: 100", "limit: 99.5", "99.5"),
    Slip("SG301", CAPACITIES, "actions: [hello]", "actions: [hullo]", "hullo"),
    Slip("SG302", CAPACITIES, "channels: [sms]", "channels: [fax]", "fax"),
    Slip("SG302", THEMES, "order: [display, email]", "order: [display, mail]", "mail]"),
    Slip("SG405", CAPACITIES, "    per: 1d\n    channels", "    per: 0d\n    channels", "0d"),
    Slip("SG406", CAPACITIES, "2026-03-01", "the first of March", "the first"),
    Slip("SG611", THEMES, "  hello:", "  spring: {}\n  hello:", "spring"),
    Slip("SG612", THEMES, "order: [display, email]", "order: [email, email]", "email]"),
    Slip("SG613", CAPACITIES, "actions: [hello]", "actions: [hello]\n    channels: [hero]", "budget"),
    Slip("SG614", CAPACITIES, "    ramp: [0.1, 0.5]\n", "", "limit: 100"),
    Slip("SG610", THEMES, "    exclusive: line\n    order", "    order", "line"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip, FILES)
