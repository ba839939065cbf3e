"""The generated page of capabilities, and the guide whose steps it follows."""

import re
from pathlib import Path

from segue.channels.manifest import CAPABILITIES, Gap, Manifest, manifests, problems
from segue.channels.matrix import capability_matrix

ROOT = Path(__file__).parents[2]


def test_the_page_in_docs_is_up_to_date() -> None:
    page = (ROOT / "docs/reference/channels.md").read_text(encoding="utf-8")
    assert page == capability_matrix(), "run: python -m segue.channels.matrix > docs/reference/channels.md"


def test_every_gap_has_its_reason_on_the_page() -> None:
    page = capability_matrix()
    gaps = [gap for manifest in manifests() for gap in manifest.capabilities.values() if isinstance(gap, Gap)]
    assert gaps
    assert [gap.reason for gap in gaps if gap.reason not in page] == []


def test_an_incomplete_manifest_is_found_out() -> None:
    manifest = Manifest(
        type="x",
        family="placement",
        summary="X.",
        latency="seconds",
        capabilities={"media": ["a"], "max_length": Gap(gap="never", reason=" "), "telepathy": True},
    )
    assert list(problems(manifest)) == [
        "it says nothing about 'receipts'",
        "the gap 'max_length' has no reason",
        "'telepathy' is not a capability of family 'placement'",
    ]
    assert set(CAPABILITIES) == {"message", "placement", "audience", "task"}


async def test_the_guide_s_harness_passes_its_kit(tmp_path: Path) -> None:
    guide = (ROOT / "docs/guides/add-a-channel.md").read_text(encoding="utf-8")
    [snippet] = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(snippet, "add-a-channel.md", "exec"), names)  # noqa: S102 - our own page
    passed = await names["run_the_kit"](tmp_path)  # type: ignore[operator]
    assert passed[0] == "PL-01"
    assert len(passed) > 10
