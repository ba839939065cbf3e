"""Source mappings."""

from pathlib import Path

import pytest

from tests.workspace.shop import Slip, assert_found

SOURCE = "sources/orders.yaml"

SLIPS = [
    Slip("SG309", SOURCE, "name: order_completed", "name: order_complete", "order_complete"),
    Slip("SG901", SOURCE, "above: 0", "above: 0, below: 9", "files"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip)
