"""Templates."""

from pathlib import Path

import pytest

from tests.workspace.shop import Slip, assert_found

SLIPS = [
    Slip("SG801", "templates/offer.html", "subject:", "subjekt:", "---"),
    Slip("SG306", "templates/offer.html", "Shop, 1 High", "{% render 'foot.html' %} Shop, 1 High", "<p>{%"),
    Slip("SG802", "templates/offer.html", "{{ unsubscribe_url }}", "https://shop.example/out", "---"),
    Slip("SG803", "templates/offer.html", "Shop, 1 High Street, London N1 9GU.", "Shop.", "---"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip)
