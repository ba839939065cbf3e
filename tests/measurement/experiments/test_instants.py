"""Instants in every form are the same moment; where day and month could be changed about, nothing is read."""

import pytest

from segue.measurement.experiments.files import open_tables
from segue.measurement.experiments.instants import microseconds_sql, read_instants
from segue.model.errors import SegueError


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("TIMESTAMP '2026-03-01 10:00:00'", "TIMESTAMP"),
        ("'2026-03-01T12:00:00+02:00'", "VARCHAR"),
        ("'2026-03-01T12:00:00+02:00'::TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE"),
        ("1772359200", "BIGINT"),
        ("1772359200000", "BIGINT"),
        ("1772359200000000", "BIGINT"),
    ],
)
def test_instants_in_every_form_are_the_same_microseconds(value: str, kind: str) -> None:
    with open_tables() as duck:
        found = duck.execute(f"SELECT {microseconds_sql('x', kind)} FROM (SELECT {value} AS x)").fetchall()

    assert found == [(1_772_359_200_000_000,)]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["31.03.2026", "31.03.2026 00:00", "31.03.2026 00:00:00"], ["at is written day.month.year"]),
        (["31/03/2026 00:00", "31/03/2026"], ["at is written day/month/year"]),
        (["03/31/2026 12:00 AM", "03/31/2026"], ["at is written month/day/year"]),
        (["2026-03-31 00:00", "2026-03-31T01:00+01:00", None], []),
    ],
)
def test_moments_are_read_as_people_write_them(cells: list, told: list[str]) -> None:
    with open_tables() as duck:
        duck.execute('CREATE TABLE t ("at" VARCHAR)')
        duck.executemany("INSERT INTO t VALUES (?)", [[cell] for cell in cells])

        assert read_instants(duck, "t", "at") == told
        assert duck.execute('SELECT DISTINCT epoch_us("at") FROM t WHERE "at" IS NOT NULL').fetchall() == [
            (1_774_915_200_000_000,)
        ]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["03/04/2026"], "could be day/month/year or month/day/year"),
        (["soon"], "no column of instants: it holds 'soon'"),
    ],
)
def test_what_could_be_another_day_is_a_question(cells: list, words: str) -> None:
    with open_tables() as duck:
        duck.execute('CREATE TABLE t ("at" VARCHAR)')
        duck.executemany("INSERT INTO t VALUES (?)", [[cell] for cell in cells])
        with pytest.raises(SegueError, match=words):
            read_instants(duck, "t", "at")
        duck.execute('CREATE TABLE known AS SELECT 1 AS "at"')
        assert read_instants(duck, "known", "at") == []
