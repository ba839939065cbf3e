"""What goes round between journeys."""

from pathlib import Path

import pytest

from segue.workspace import check
from tests.workspace.club import FILES
from tests.workspace.shop import Slip, assert_found, spoil, write_shop

REORDER = "journeys/reorder.yaml"
AT_ONCE = """\
journey: reorder
entry:
  on: {kind: journey, journey: reorder}
reentry: after 0d
steps:
  - {id: mail, kind: propose, action: offer}
"""
BACK = "  - id: back\n    kind: sub_journey\n    journey: nurture\n"
SPLIT = """\
  - id: tone
    kind: split
    experiment: tone
    arms: [{arm: warm, next: which}, {arm: cold, next: end}]
  - id: which
"""

SLIPS = [
    Slip("SG514", REORDER, "  - id: which\n", SPLIT, "[{arm: warm"),
    Slip("SG517", REORDER, FILES[REORDER], AT_ONCE, "on: {kind: journey"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip, FILES)


def test_a_circle_of_sub_journeys_is_told_once(tmp_path: Path) -> None:
    spoil(tmp_path, REORDER, "  - id: end\n", BACK + "  - id: end\n", FILES)

    (finding,) = [finding for finding in check(tmp_path) if finding.code == "SG516"]

    assert finding.reason == "nurture → reorder → nurture is a circle."
    assert finding.place.file == "journeys/nurture.yaml"


@pytest.mark.parametrize(
    "reason_to_stop", ["reentry: after 1d", "reentry: never", "steps:\n  - {id: rest, kind: wait, after: 1d}"]
)
def test_a_journey_that_waits_may_begin_itself(tmp_path: Path, reason_to_stop: str) -> None:
    name = reason_to_stop.partition(":")[0]
    there = "reentry: after 0d" if name == "reentry" else "steps:"

    findings = check(write_shop(tmp_path, {REORDER: AT_ONCE.replace(there, reason_to_stop)}, FILES))

    assert [finding.code for finding in findings if finding.code == "SG517"] == []
