"""Sizes, as ratchets: what is large already may shrink, nothing new grows as large.

The guide is in STYLE.md: a module holds one idea in 60 to 250 lines, a function does one thing in 5 to 20.
"""

import json
from pathlib import Path
from statistics import quantiles

from tests.architecture.sources import functions, length, modules, name

FUNCTION_LINES = 45
MODULE_LINES = 300
BASELINE = Path(__file__).with_name("sizes.json")


def measured() -> dict[str, int]:
    """Return what is larger than the guide: modules by name, functions by module and name."""
    large = {name(path): count for path in modules() if (count := len(path.read_text().splitlines())) > MODULE_LINES}
    for path in modules():
        for node in functions(path):
            if (lines := length(node)) > FUNCTION_LINES:
                large[f"{name(path)}:{node.name}"] = lines
    return large


def test_nothing_grows_beyond_what_it_was_allowed() -> None:
    allowed: dict[str, int] = json.loads(BASELINE.read_text(encoding="utf-8"))

    grown = {what: lines for what, lines in measured().items() if lines > allowed.get(what, 0)}

    assert grown == {}, "Make it smaller: keep the branches in the parent, move straight-line work into helpers."


def test_what_has_shrunk_leaves_the_list() -> None:
    allowed: dict[str, int] = json.loads(BASELINE.read_text(encoding="utf-8"))
    now = measured()

    assert [what for what in allowed if what not in now] == [], "Delete these lines from sizes.json."


def test_most_of_the_code_is_small() -> None:
    module_lines = [len(path.read_text().splitlines()) for path in modules()]
    function_lines = [length(node) for path in modules() for node in functions(path)]

    assert quantiles(module_lines, n=10)[-1] < 300
    assert quantiles(function_lines, n=10)[-1] < 30
