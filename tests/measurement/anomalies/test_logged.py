"""The sources of series, from tables with the columns of a log."""

import duckdb
import msgspec

from segue.measurement.anomalies.logged import LOGGED_DECISIONS, LOGGED_ENTRIES, LOGGED_GHOSTS, logged_outcomes
from segue.measurement.anomalies.series import read_rates, read_series
from segue.measurement.segments import TABLES
from segue.model.decisions import Considered


def log() -> duckdb.DuckDBPyConnection:
    duck = duckdb.connect()
    for table, columns in TABLES.items():
        named = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        duck.execute(f"CREATE TABLE {table} ({named})")
    return duck


def write(duck: duckdb.DuckDBPyConnection, table: str, **row: object) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    duck.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values()))


def decide(duck: duckdb.DuckDBPyConnection, day: int, source: str, channel: str, *, is_ghost: bool = False) -> None:
    considered = [
        Considered(key="other", action="b", channel="web", source="rule_b"),
        Considered(key="k", action="a", channel=channel, source=source),
    ]
    coded = msgspec.json.encode([msgspec.structs.asdict(each) for each in considered]).decode()
    common = {"group": "agent", "policy": "rules", "slot": "message", "revision": "r1", "action": "a", "chosen": "k"}
    write(
        *(duck, "decisions"),
        **{"at": f"2026-01-0{day}", "channel": channel, "is_ghost": is_ghost, "considered": coded, **common},
    )


def test_decisions_have_the_dimensions_of_causes() -> None:
    duck = log()
    decide(duck, 1, "journey:welcome", "email")
    decide(duck, 2, "reminders", "")

    rows = duck.execute(f"SELECT channel, journey, rule, value FROM {LOGGED_DECISIONS} ORDER BY ALL").fetchall()

    assert rows == [("email", "welcome", "", 1), ("silence", "", "reminders", 1)]
    assert read_series(duck, LOGGED_DECISIONS).values.tolist() == [[1.0, 1.0]]


def test_ghosts_are_a_rate_of_decisions() -> None:
    duck = log()
    for is_ghost in (True, False, False, False):
        decide(duck, 1, "r", "push", is_ghost=is_ghost)

    assert read_rates(duck, LOGGED_GHOSTS).values.tolist() == [[0.25]]


def test_outcomes_are_rates_of_reports_by_channel() -> None:
    duck = log()
    for number, status in enumerate(("bounced", "delivered", "delivered")):
        name = f"d{number}"
        for attempt in (1, 2):
            write(
                duck, "deliveries", now="2026-01-01", delivery_id=name, kind="deliver", channel="sms", attempt=attempt
            )
        write(duck, "deliveries", now="2026-01-02", delivery_id=name, kind="reported", channel="", status=status)

    rates = read_rates(duck, logged_outcomes("bounced"))

    assert rates.names == ("sms",)
    assert rates.trials is not None
    assert rates.trials.tolist() == [[3.0]]
    assert rates.values.tolist() == [[1 / 3]]


def test_entries_are_counted_by_journey() -> None:
    duck = log()
    for how in ("entered", "passed"):
        write(duck, "steps", at="2026-01-01", journey="welcome", how=how)

    assert read_series(duck, LOGGED_ENTRIES).values.tolist() == [[1.0]]
