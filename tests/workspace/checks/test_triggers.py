"""Triggers and rules that refer to nothing."""

from pathlib import Path

import pytest

from tests.workspace.shop import Slip, assert_found

RULE = "rules:\n  - rule: thank\n    trigger: busy\n    action: offer\n    channels: [hero]\n"

SLIPS = [
    Slip("SG205", "triggers.yaml", RULE, RULE + RULE.removeprefix("rules:\n"), "thank"),
    Slip("SG301", "triggers.yaml", "action: offer", "action: ofer", "ofer"),
    Slip("SG303", "triggers.yaml", "trigger: busy", "trigger: buzy", "buzy"),
    Slip("SG310", "triggers.yaml", "at_least: 3", "at_least: 3\n    by: amont", "amont"),
    Slip("SG305", "triggers.yaml", "trait: vip", "trait: wip", "wip"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip)
