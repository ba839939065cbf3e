"""Every formula that a result of an experiment names has an entry in docs/reference/formulas.md, and is used."""

import re
from pathlib import Path

import pytest

from segue.measurement.statistics import formulas

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/reference/formulas.md").read_text(encoding="utf-8")
SOURCES = [
    path.read_text(encoding="utf-8")
    for room in ("statistics", "experiments")
    for path in (ROOT / "src/segue/measurement" / room).glob("*.py")
    if path.name != "formulas.py"
]
NAMES = {name for name, value in vars(formulas).items() if isinstance(value, str) and name.isupper()}


def test_the_list_is_whole() -> None:
    assert {getattr(formulas, name) for name in NAMES} == set(formulas.EXPERIMENTS)


@pytest.mark.parametrize("key", formulas.EXPERIMENTS)
def test_every_formula_is_explained(key: str) -> None:
    entry = re.search(rf"^### {re.escape(key)}\n(.+?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)

    assert entry is not None
    assert "Source: " in entry[1]
    assert "Assumes: " in entry[1]


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_formula_is_named_by_a_result(name: str) -> None:
    assert any(re.search(rf"\b{name}\b", text) for text in SOURCES)


def test_results_name_no_formula_in_their_own_words() -> None:
    assert [text[:60] for text in SOURCES if re.search(r'formula(: str)? ?= ?"', text)] == []
