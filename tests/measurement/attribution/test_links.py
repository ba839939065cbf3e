"""Sankey links of contact paths."""

from collections import Counter

import duckdb
import numpy as np

from segue.measurement.attribution.links import contact_links
from segue.measurement.attribution.paths import Paths, read_paths

NAMES = "path, total_conversions, total_conversion_value, total_null"


def paths_of(*rows: tuple[str, int, int]) -> Paths:
    values = ", ".join(f"('{path}', {conversions}, 0, {nulls})" for path, conversions, nulls in rows)
    return read_paths(duckdb.connect(), f"(VALUES {values}) AS t({NAMES})")


def test_links_end_in_a_conversion_or_in_none() -> None:
    found = contact_links(paths_of(("a > b > a", 2, 3), ("a", 1, 4), ("", 7, 0), ("b > b", 5, 0)), steps=2)

    assert [(link.step, link.source, link.target, link.cases) for link in found] == [
        (1, "a", "b", 5),
        (1, "b", "b", 5),
        (1, "a", "(none)", 4),
        (1, "a", "(conversion)", 1),
        (2, "b", "(conversion)", 5),
        (2, "b", "a", 5),
    ]


def test_as_many_paths_leave_a_contact_as_came_to_it() -> None:
    rng = np.random.default_rng(1)
    words = [" > ".join(rng.choice(list("abcd"), int(rng.integers(1, 9)))) for _ in range(200)]
    into, out = Counter[tuple[int, str]](), Counter[tuple[int, str]]()
    for link in contact_links(paths_of(*((word, 1, 2) for word in words)), steps=8):
        into[link.step + 1, link.target] += link.cases
        out[link.step, link.source] += link.cases

    assert sum(number for (step, _), number in out.items() if step == 1) == 600
    assert all(into[place] == number for place, number in out.items() if place[0] > 1)
