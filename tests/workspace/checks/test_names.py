"""Names that nothing carries, and durations of nothing."""

from pathlib import Path

import pytest

from tests.workspace.club import FILES
from tests.workspace.shop import Slip, assert_found

REORDER = "journeys/reorder.yaml"

SLIPS = [
    Slip("SG309", REORDER, "event: cart_abandoned", "event: cart_abandonned", "cart_abandonned"),
    Slip("SG308", REORDER, "  trigger: lapsed", "  on: {kind: audience, audience: byers}", "byers"),
    Slip("SG311", REORDER, "  trigger: lapsed", "  on: {kind: journey, journey: nurtur}", "nurtur}"),
    Slip("SG401", REORDER, "  trigger: lapsed", '  on: {kind: schedule, at: "09:00", when: wip}', "wip"),
    Slip("SG518", REORDER, "  trigger: lapsed", "  on: {kind: audience, audience: warm}", "warm"),
    Slip("SG405", "features.yaml", "window: 30d", "window: 0d", "0d"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip, FILES)
