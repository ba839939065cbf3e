"""CHANGELOG.md: newest first, what changed for users, in known headings."""

import re

from tests.architecture.sources import ROOT

LINES = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
KINDS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]


def test_it_starts_with_what_is_not_released_yet() -> None:
    versions = [line for line in LINES if line.startswith("## ")]

    assert versions[0] == "## Unreleased"
    assert all(re.fullmatch(r"## \d+\.\d+\.\d+ \(\d{4}-\d{2}-\d{2}\)", line) for line in versions[1:])


def test_changes_stand_under_known_headings_as_sentences() -> None:
    headings = [line.removeprefix("### ") for line in LINES if line.startswith("### ")]
    items = [line for line in LINES if line.startswith("- ")]

    assert set(headings) <= set(KINDS)
    assert items
    assert all(re.match(r"- [A-Z`]", line) for line in items)
