"""Features and traits that contradict themselves or compute from nothing."""

from pathlib import Path

import pytest

from tests.workspace.shop import Slip, assert_found

SLIPS = [
    Slip("SG201", "features.yaml", "    window: 30d", "    of: amount", "amount"),
    Slip("SG201", "features.yaml", "    kind: sum", "    kind: last", "90d"),
    Slip("SG202", "features.yaml", "    of: amount\n", "", "kind: sum"),
    Slip("SG204", "features.yaml", "    window: 30d", "    window: 30d\n    half_life: 3d", "3d"),
    Slip("SG205", "features.yaml", "  spent:", "  vip:", "vip:\n    kind"),
    Slip("SG310", "features.yaml", "of: amount", "of: amont", "amont"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip)
