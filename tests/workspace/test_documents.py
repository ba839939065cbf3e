"""YAML as it is read here: text stays text, every value knows its place, doubtful features are refused."""

from pathlib import Path

import pytest

from tests.workspace.shop import Slip, assert_found

OFFER = "actions/offer.yaml"

SLIPS = [
    Slip("SG101", "events.yaml", "events:\n", "events: [\n", ":"),
    Slip("SG102", OFFER, "value: 5", "value: 5\nvalue: 6", "value: 6"),
    Slip("SG103", OFFER, "value: 5", "value: !!float 5", "!!float"),
    Slip("SG103", OFFER, "value: 5", "value: 5\ndescription: &a x\ntheme: *a", "&a"),
    Slip("SG103", "audiences/buyers.yaml", "when:", "---\nwhen:", "when"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip)
