"""Paths from contacts and conversions, and their transforms."""

import duckdb
import pytest

from segue.measurement.attribution.paths import Paths, collect_paths, read_paths, summarise, transform
from segue.measurement.attribution.transforms import TRANSFORMS
from segue.model.errors import SegueError

CONTACTS = """(VALUES
    (1, TIMESTAMP '2026-01-01 10:00', 'email'), (1, TIMESTAMP '2026-01-20 10:00', 'push'),
    (1, TIMESTAMP '2026-02-10 10:00', 'sms'), (2, TIMESTAMP '2026-01-05 10:00', 'email'),
    (2, TIMESTAMP '2026-03-05 10:00', 'push'), (2, TIMESTAMP '2026-03-06 10:00', 'push')
) AS t(customer_id, "at", channel)"""
CONVERSIONS = """(VALUES
    (1, TIMESTAMP '2026-01-25 10:00', 20.0), (1, TIMESTAMP '2026-02-10 10:00', NULL), (3, TIMESTAMP '2026-02-01', 5.0)
) AS t(customer_id, "at", value)"""


def rows(paths: Paths) -> list[tuple[object, ...]]:
    return paths.duck.execute(
        f"SELECT path, conversions, value, nulls, ages FROM {paths.table} ORDER BY ALL"
    ).fetchall()


def test_one_path_for_each_conversion_and_one_for_who_never_converted() -> None:
    assert rows(collect_paths(duckdb.connect(), CONTACTS, CONVERSIONS, lookback_days=30)) == [
        ([], 1.0, 5.0, 0.0, []),
        (["email", "push"], 1.0, 20.0, 0.0, [24.0, 5.0]),
        (["push", "push"], 0.0, 0.0, 1.0, [1.0, 0.0]),
        (["push", "sms"], 1.0, 0.0, 0.0, [21.0, 0.0]),
    ]


def test_equal_paths_are_added() -> None:
    names = "path, total_conversions, total_conversion_value, total_null"
    table = f"(VALUES ('a > b', 1, 2, 3), ('a > b', 4, 5, 6)) AS t({names})"
    assert rows(summarise(read_paths(duckdb.connect(), table))) == [(["a", "b"], 5.0, 7.0, 9.0, None)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("unique", ["v > d > d", "d > d", "a > a > a > d > a > d > d", "d", "v > d > e"]),
        ("exposure", ["v > d", "d", "a > d > a > d", "d", "v > d > e"]),
        ("first", ["v > d", "d", "a > d", "d", "v > d > e"]),
        ("frequency", ["v(1) > d(2)", "d(2)", "a(4) > d(3)", "d(1)", "v(1) > d(1) > e(1)"]),
        ("remove_if_not_all", ["v", "d > d", "a > a > a > a", "d", "v > e"]),
        ("remove_if_last_and_not_all", ["v", "d > d", "a > a > a > d > a", "d", "v > d > e"]),
        ("trim_long", ["d > d", "d > d", "d > d", "d", "d > e"]),
    ],
)
def test_transforms(name: str, expected: list[str]) -> None:
    before = ["v > d > d", "d > d", "a > a > a > d > a > d > d", "d", "v > d > e"]
    values = ", ".join(f"('{path}', 1, 0, 0)" for path in before)
    paths = read_paths(
        duckdb.connect(), f"(VALUES {values}) AS t(path, total_conversions, total_conversion_value, total_null)"
    )

    changed = transform(paths, name, "2" if name == "trim_long" else "d")

    assert [
        " > ".join(path) for (path,) in paths.duck.execute(f"SELECT path FROM {changed.table}").fetchall()
    ] == expected


def test_mistakes_say_what_to_do() -> None:
    paths = read_paths(
        duckdb.connect(), "(VALUES ('a', 1, 0, 0)) AS t(path, total_conversions, total_conversion_value, total_null)"
    )
    with pytest.raises(SegueError, match="There is no path transform"):
        transform(paths, "shuffle")
    with pytest.raises(SegueError, match="path of no days"):
        collect_paths(duckdb.connect(), CONTACTS, CONVERSIONS, lookback_days=0)


def test_every_transform_is_shown_above() -> None:
    (marked,) = (mark for mark in test_transforms.pytestmark if mark.name == "parametrize")  # type: ignore[attr-defined]
    assert {name for name, _ in marked.args[1]} == set(TRANSFORMS)
