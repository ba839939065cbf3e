"""Every formula key that a measurement names is an entry of docs/reference/formulas.md."""

import re
from pathlib import Path

import pytest

from segue.measurement.attribution.choosing import PATH_MODELS

ROOT = Path(__file__).parents[2]
ENTRIES = set(re.findall(r"^### (\S+)$", (ROOT / "docs/reference/formulas.md").read_text("utf-8"), re.MULTILINE))
NAMED = re.compile(r'formula(?:: str)? ?= ?"([a-z-]+)"')
ROOMS = ("attribution", "paths", "cohorts", "anomalies", "geo")


@pytest.mark.parametrize("room", ROOMS)
def test_formulas_are_explained(room: str) -> None:
    files = (ROOT / "src/segue/measurement" / room).glob("*.py")
    named = {key for path in files for key in NAMED.findall(path.read_text("utf-8"))}

    assert named, "a room of measurement names its formulas"
    assert sorted(named - ENTRIES) == []


def test_path_models_are_explained() -> None:
    assert sorted({f"path-{model.replace('_', '-')}" for model in PATH_MODELS} - ENTRIES) == []
