"""Expressions are found, typed and told at their column."""

from pathlib import Path

import pytest

from tests.workspace.shop import Slip, assert_found

OFFER = "actions/offer.yaml"
REORDER = "journeys/reorder.yaml"

SLIPS = [
    Slip("SG401", OFFER, "spent > 10", "spend > 10", "spend"),
    Slip("SG401", REORDER, "orders_30d > 2", "orders_30d", "orders_30d"),
    Slip("SG401", "features.yaml", "event.amount > 0", "amount > 0", "amount > 0"),
    Slip("SG401", "audiences/buyers.yaml", "orders_30d > 0", "orders_30d > 0 and wip", "wip"),
    Slip("SG401", "audiences/buyers.yaml", "orders_30d > 0", "'orders_30d > 0 and wip'", "wip"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip)
