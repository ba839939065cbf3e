"""Ways through a journey."""

from pathlib import Path

import pytest

from tests.workspace.club import FILES
from tests.workspace.shop import Slip, assert_found

NURTURE, REORDER = "journeys/nurture.yaml", "journeys/reorder.yaml"
ROUND_AND_ROUND = """\
steps:
  - {id: mail, kind: propose, action: offer, on_skip: listen}
  - id: listen
    kind: wait_for
    within: 2d
    events: [{event: cart_abandoned, next: listen}]
    next: mail
"""

SLIPS = [
    Slip("SG304", NURTURE, "{arm: cool, next: mark}", "{arm: cool, next: park}", "park"),
    Slip("SG304", NURTURE, "{option: more, next: round", "{option: more, next: rond", "rond"),
    Slip("SG304", NURTURE, "to: breathe", "to: breath", "breath\n"),
    Slip("SG304", NURTURE, "on_failure: pick", "on_failure: pic", "pic\n"),
    Slip("SG304", NURTURE, "    next: end\n", "    next: end\n    on_converted: ende\n", "ende\n"),
    Slip("SG501", NURTURE, "    next: end\n", "    next: end\n  - {id: lost, kind: goal, next: end}\n", "lost"),
    Slip("SG502", NURTURE, "    next: end\n", "    next: nudge\n", "nudge\n    kind: propose"),
    Slip("SG511", REORDER, FILES[REORDER].partition("reentry: after 30d\n")[2], ROUND_AND_ROUND, "mail, kind"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip, FILES)
