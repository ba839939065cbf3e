"""Slices: where inputs stand in the contexts of several revisions."""

import duckdb

from segue.learning.frames.slices import Layouts, create_layouts


def test_each_revision_has_its_own_places() -> None:
    with duckdb.connect() as duck:
        layouts = create_layouts(duck, ("one", "age", "vip"), {"r1": ("one", "vip"), "r2": ("one", "age", "vip")})
        rows = duck.sql("SELECT * FROM frame_layouts ORDER BY revision").fetchall()

    assert layouts == Layouts(("one", "age", "vip"), ((1, 0, 2), (1, 2, 3)))
    assert rows == [("r1", 0, 2), ("r2", 1, 3)]


def test_without_revisions_every_context_is_like_the_workspaces() -> None:
    with duckdb.connect() as duck:
        layouts = create_layouts(duck, ("one", "age"), None)
        rows = duck.sql("SELECT * FROM frame_layouts").fetchall()

    assert layouts.places == ((1, 2),)
    assert rows == [("", 0, 2)]
