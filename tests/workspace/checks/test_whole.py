"""Mistakes in segue.yaml itself."""

from pathlib import Path

import pytest

from tests.workspace.shop import Slip, assert_found

SLIPS = [
    Slip("SG305", "segue.yaml", "name: shop", "name: shop\nhours_by: country", "country"),
    Slip("SG402", "segue.yaml", "Europe/London", "Europe/Lodnon", "Europe/Lodnon"),
    Slip("SG701", "segue.yaml", "{holdout: 0.1}", "{holdout: 0.6, random: 0.4}", "groups"),
    Slip("SG702", "segue.yaml", "holdout: 0.1", "holdouts: 0.1", "holdouts"),
    Slip("SG302", "segue.yaml", "zone:", "holdouts: {half: {share: 0.5, channels: [emial]}}\nzone:", "emial"),
    Slip("SG708", "segue.yaml", "zone:", "holdouts: {half: {share: 0.5}}\nzone:", "half"),
    Slip("SG706", "segue.yaml", "zone:", "policy: {name: rule}\nzone:", "rule}"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip)
