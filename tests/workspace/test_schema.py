"""The schema check: every difference between a file and its struct, at once, each in words that help."""

from pathlib import Path

import pytest

from tests.workspace.shop import Slip, assert_found

OFFER = "actions/offer.yaml"
REORDER = "journeys/reorder.yaml"
RULES = "contact_rules.yaml"

SLIPS = [
    Slip("SG201", OFFER, "value: 5", "valeu: 5", "valeu"),
    Slip("SG201", "features.yaml", "    half_life: 90d", "    half: 90d", "half"),
    Slip("SG202", REORDER, "    within: 2d\n", "", "id: listen"),
    Slip("SG203", OFFER, "value: 5", "value: five", "five"),
    Slip("SG203", OFFER, "value: 5", "standing: yes", "yes"),
    Slip("SG203", OFFER, "value: 5", "variants: {}", "{}"),
    Slip("SG204", REORDER, "kind: wait_for", "kind: wait_four", "wait_four"),
    Slip("SG204", RULES, "window: 7d", "window: a week", "a week"),
    Slip("SG204", RULES, "21:00", "9pm", '"9pm"'),
    Slip("SG204", "segue.yaml", "holdout: 0.1", "holdout: 1.1", "1.1"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip)
