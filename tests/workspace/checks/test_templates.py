"""Templates."""

from pathlib import Path

import pytest

from segue.workspace import check
from tests.workspace.shop import Slip, assert_found, spoil

SLIPS = [
    Slip("SG801", "templates/offer.html", "subject:", "subjekt:", "---"),
    Slip("SG306", "templates/offer.html", "Shop, 1 High", "{% render 'foot.html' %} Shop, 1 High", "<p>{%"),
    Slip("SG802", "templates/offer.html", "{{ unsubscribe_url }}", "https://shop.example/out", "---"),
    Slip("SG803", "templates/offer.html", "Shop, 1 High Street, London N1 9GU.", "Shop.", "---"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip)


def test_links_to_unsubscribe_need_a_public_address(tmp_path: Path) -> None:
    spoil(tmp_path, "segue.yaml", "https://segue.shop.example", "")

    assert [(each.code, each.place.file) for each in check(tmp_path)] == [("SG806", "templates/offer.html")]
