"""Journeys: entries, exits, steps and the ways between them."""

from pathlib import Path

import pytest

from tests.workspace.shop import FILES, Slip, assert_found

REORDER = "journeys/reorder.yaml"
STEP_END = "  - id: end\n    kind: exit\n"

SLIPS = [
    Slip("SG304", REORDER, "otherwise: mail", "otherwise: male", "male"),
    Slip("SG403", REORDER, "after 30d", "sometimes", "sometimes"),
    Slip("SG404", REORDER, '"+1d 09:00"', '"at nine"', '"at nine"'),
    Slip("SG501", REORDER, STEP_END, "    next: end\n  - id: lost\n    kind: goal\n" + STEP_END, "lost"),
    Slip("SG502", REORDER, "    channels: [email]\n", "    channels: [email]\n    next: which\n", "which\n    kind"),
    Slip("SG503", REORDER, "  - id: end", "  - id: mail", "mail\n    kind: exit"),
    Slip("SG504", REORDER, '    at: "+1d 09:00"', '    at: "+1d 09:00"\n    after: 1d', "id: morning"),
    Slip("SG505", REORDER, "  trigger: lapsed", "  when: vip", "when: vip"),
    Slip("SG506", REORDER, "  - event: order_completed\n", "  - {}\n", "{}"),
    Slip("SG507", REORDER, FILES[REORDER].partition("steps:")[2], " []\n", "[]"),
    Slip("SG605", REORDER, "channels: [email]", "channels: [fax]", "fax"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip)
