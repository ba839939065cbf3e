"""Channels of segue.yaml."""

from pathlib import Path

import pytest

from tests.workspace.shop import Slip, assert_found

SLIPS = [
    Slip("SG201", "segue.yaml", "contact_trait: email", "contact_trade: email", "contact_trade"),
    Slip("SG202", "segue.yaml", "    type: website\n", "    contact_trait: phone\n", "hero:"),
    Slip("SG204", "segue.yaml", "type: website", "type: website\n    roles: [buyers]", "buyers"),
    Slip("SG314", "segue.yaml", "type: website", "type: website\n    provider: relay", "relay"),
    Slip("SG606", "segue.yaml", "type: website", "type: wobsite", "wobsite"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip)
