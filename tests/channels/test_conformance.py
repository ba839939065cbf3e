"""Every channel that the registry finds passes its family's kit, against its real provider."""

from pathlib import Path
from typing import Any

import pytest

from segue.channels.manifest import load_manifest, manifests
from segue.testing.conformance import audience_channel, message_channel, placement_channel
from segue.testing.conformance.channel import Case, Harness, NotApplicable
from tests.channels.harnesses import HARNESSES

KITS: dict[str, tuple[Case[Any], ...]] = {
    "message": message_channel.CASES,
    "audience": audience_channel.CASES,
    "placement": placement_channel.CASES,
}
RUNS = [(harness, case) for harness in HARNESSES for case in KITS[load_manifest(harness.type).family]]


def test_every_channel_of_the_registry_is_put_to_the_test() -> None:
    assert sorted(harness.type for harness in HARNESSES) == sorted(manifest.type for manifest in manifests())


def test_case_numbers_are_unique_and_in_order() -> None:
    for cases in KITS.values():
        prefix = cases[0].number[:3]
        assert [case.number for case in cases] == [f"{prefix}{number:02}" for number in range(1, len(cases) + 1)]


@pytest.mark.parametrize(("harness_type", "case"), RUNS, ids=lambda value: getattr(value, "type", str(value)))
async def test_conformance(harness_type: type[Harness], case: Case[Any], tmp_path: Path) -> None:
    async with harness_type(tmp_path) as harness:
        try:
            await case.check(harness)
        except NotApplicable as reason:
            pytest.skip(str(reason))
