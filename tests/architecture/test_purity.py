"""Model and core are pure: no clock, no output, and nothing that depends on the order of a set."""

import ast
import textwrap

import pytest

from tests.architecture.purity import impurities
from tests.architecture.sources import SOURCE, modules, name, tree

PURE = [path for path in modules() if path.relative_to(SOURCE).parts[0] in ("model", "core")]


def test_pure_rooms_are_pure() -> None:
    found = [f"{name(path)}:{line} {what}" for path in PURE for line, what in impurities(tree(path))]

    assert found == []


@pytest.mark.parametrize(
    ("source", "is_pure"),
    [
        ("datetime.now(UTC)", False),
        ("print(1)", False),
        ("open('f')", False),
        ("hash('a')", False),
        ("for x in {1, 2}: pass", False),
        ("for x in set(y): pass", False),
        ("[x for x in {1, 2}]", False),
        ("tuple({1, 2})", False),
        ("list(set(a) | set(b))", False),
        ("', '.join({a, b})", False),
        ("(*{1, 2},)", False),
        ("def f():\n    s = set(y)\n    for x in s: pass", False),
        ("def f():\n    s: set[int] = set()\n    return [x for x in s]", False),
        ("for x in sorted({1, 2}): pass", True),
        ("any(x for x in {1, 2})", True),
        ("sorted(x for x in {1, 2})", True),
        ("x in {1, 2}", True),
        ("{x for x in {1, 2}}", True),
        ("for x in (1, 2): pass", True),
        ("datetime.fromisoformat(t)", True),
    ],
)
def test_the_walk_tells_pure_from_impure(source: str, is_pure: bool) -> None:
    assert (list(impurities(ast.parse(textwrap.dedent(source)))) == []) == is_pure
