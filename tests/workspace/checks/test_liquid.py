"""Liquid texts."""

from pathlib import Path

import pytest

from tests.workspace.shop import Slip, assert_found

SLIPS = [
    Slip("SG801", "templates/offer.html", "| default", "| defaults", "<p>Hello"),
    Slip("SG805", "templates/offer.html", "customer.first_name", "customer.frist_name", "<p>Hello"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip)
