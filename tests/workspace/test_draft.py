"""The draft: names that clash or do not match their file."""

from pathlib import Path

import pytest

from tests.workspace.shop import Slip, assert_found

SLIPS = [
    Slip("SG206", "audiences/buyers.yaml", "audience: buyers", "audience: clients", "clients"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip)
