"""The sources of attribution, from tables with the columns of a log."""

from datetime import UTC, datetime

import duckdb
import msgspec
import pytest

from segue.measurement.attribution.contribution import contributions
from segue.measurement.attribution.logged import (
    LOGGED_CONTACTS,
    decided_in_journeys,
    decided_on_channels,
    logged_conversions,
)
from segue.measurement.attribution.paths import collect_paths
from segue.measurement.segments import TABLES
from segue.model.decisions import Considered, Reason

BEGIN, END = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)


def log() -> duckdb.DuckDBPyConnection:
    duck = duckdb.connect()
    for table in ("decisions", "rewards"):
        columns = ", ".join(f'"{name}" {kind}' for name, kind in TABLES[table].items())
        duck.execute(f"CREATE TABLE {table} ({columns})")
    return duck


def decide(
    duck: duckdb.DuckDBPyConnection,
    customer: str,
    day: str,
    channel: str,
    kept_by: str | None = None,
    group: str = "agent",
) -> None:
    """Write a decision; ``kept_by`` names the holdout that made it a ghost, "" that of everything."""
    verdict = Reason.HOLDOUT if kept_by is not None else None
    considered = [
        Considered(key="k", action="a", channel=channel, source="r", suppressed=verdict, detail=kept_by or ""),
        Considered(key="silence", action="", channel="", source=""),
    ]
    row = {
        "at": f"2026-{day}",
        "customer_id": customer,
        "slot": "message",
        "group": group,
        "chosen": "k",
        "channel": channel,
        "is_ghost": kept_by is not None,
        "considered": msgspec.json.encode([msgspec.structs.asdict(each) for each in considered]).decode(),
    }
    names = ", ".join(f'"{name}"' for name in row)
    duck.execute(f"INSERT INTO decisions ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values()))


def reward(duck: duckdb.DuckDBPyConnection, customer: str, day: str, amount: float, objective: str = "sales") -> None:
    duck.execute(
        'INSERT INTO rewards (customer_id, "at", amount, objective) VALUES (?, ?, ?, ?)',
        [customer, f"2026-{day}", amount, objective],
    )


def rows(duck: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    source = decided_on_channels({"push": ("no_push",), "sms": ("no_sms", "it's quiet")}, "sales", BEGIN, END)
    return duck.execute(
        f"SELECT channel, customer_id, is_ghost, conversions, value FROM {source} ORDER BY ALL"
    ).fetchall()


def test_a_customer_counts_once_from_the_first_decision() -> None:
    duck = log()
    for day, amount in (("02-02", 1.0), ("02-10", 20.0), ("02-12", 5.0), ("03-02", 9.0)):
        reward(duck, "c", day, amount)
    reward(duck, "c", "02-11", 7.0, objective="clicks")
    decide(duck, "c", "01-20", "push", "no_push")
    decide(duck, "c", "02-05", "push")
    decide(duck, "c", "02-11", "push")
    decide(duck, "d", "02-05", "push", "no_push")

    assert rows(duck) == [("push", "c", False, 2.0, 25.0), ("push", "d", True, 0.0, 0.0)]


def test_only_the_channels_own_holdouts_make_its_ghosts() -> None:
    duck = log()
    decide(duck, "own", "02-05", "sms", "it's quiet")
    decide(duck, "journey", "02-05", "sms", "no_welcome")
    decide(duck, "everything", "02-05", "sms", "", group="holdout")
    decide(duck, "crossed", "02-05", "sms")
    decide(duck, "crossed", "02-06", "push", "no_push")
    decide(duck, "unasked", "02-06", "email")

    assert rows(duck) == [
        ("push", "crossed", True, 0.0, 0.0),
        ("sms", "crossed", False, 0.0, 0.0),
        ("sms", "own", True, 0.0, 0.0),
    ]


def test_contributions_and_paths_read_a_log() -> None:
    duck = log()
    for number in range(20):
        decide(duck, f"s{number}", "02-05", "push")
        decide(duck, f"g{number}", "02-05", "push", "no_push")
        if number < 8:
            reward(duck, f"s{number}", "02-08", 30.0)
        if number < 2:
            reward(duck, f"g{number}", "02-08", 30.0)
    source = decided_on_channels({"push": ("no_push",)}, "sales", BEGIN, END)

    push, _ = contributions(duck, source, outcome="value")
    paths = collect_paths(duck, LOGGED_CONTACTS, logged_conversions("sales"))
    found = duck.execute(f"SELECT path, count(*) FROM {paths.table} WHERE conversions > 0 GROUP BY path ORDER BY 2")

    assert push.incremental.estimate == pytest.approx((8 - 2) * 30.0)
    assert found.fetchall() == [([], 2), (["push"], 8)]


def test_a_journey_is_what_proposed_what_won() -> None:
    duck = log()
    for customer, kept_by in (("c", None), ("d", "half"), ("e", "other")):
        decide(duck, customer, "02-03", "push", kept_by)
    duck.execute(
        'UPDATE decisions SET considered = replace(considered::VARCHAR, \'"source":"r"\', \'"source":"journey:care"\')'
    )
    reward(duck, "c", "02-05", 7.0)
    found = duck.execute(f"FROM {decided_in_journeys({'care': ['half']}, 'sales', BEGIN, END)} ORDER BY ALL").fetchall()
    assert found == [("care", "c", False, 1.0, 7.0), ("care", "d", True, 0.0, 0.0)]
