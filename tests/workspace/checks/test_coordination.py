"""Themes, capacities and reach targets."""

from pathlib import Path

import pytest

from segue.workspace import check
from tests.workspace.club import FILES as CLUB
from tests.workspace.shop import Slip, assert_found, write_shop

THEMES, CAPACITIES, REACH = "themes.yaml", "capacities.yaml", "reach.yaml"
FILES = {
    **CLUB,
    REACH: """\
reach:
  taught:
    at_least: 700
    per: 7d
    actions: [hello]
    channels: [sms]
  fair: {share: 0.4, who: not vip}
  new: {share: 0.5, who: orders_30d == 0}
""",
}

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
    Slip("SG301", REACH, "actions: [hello]", "actions: [hullo]", "hullo"),
    Slip("SG302", REACH, "channels: [sms]", "channels: [fax]", "fax"),
    Slip("SG401", REACH, "not vip", "not wip", "wip"),
    Slip("SG405", REACH, "per: 7d", "per: 0d", "0d"),
    Slip("SG628", REACH, "{share: 0.4, who", "{who", "fair"),
    Slip("SG628", REACH, "at_least: 700", "at_least: 700\n    share: 0.1", "taught"),
    Slip("SG629", REACH, "channels: [sms]", "channels: [hero]", "taught"),
    Slip("SG630", REACH, "at_least: 700", "at_least: 701", "701"),
    Slip("SG631", REACH, "share: 0.5", "share: 0.7", "0.7"),
    Slip("SG632", REACH, ", who: not vip", "", "fair"),
    Slip("SG610", THEMES, "    exclusive: line\n    order", "    order", "line"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip, FILES)


def test_targets_that_can_be_reached_have_no_findings(tmp_path: Path) -> None:
    assert check(write_shop(tmp_path, files=FILES)) == ()
