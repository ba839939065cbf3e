"""Histories of a log."""

import duckdb
import numpy as np

from segue.measurement.segments import TABLES as COLUMNS
from segue.model.time import NEVER, Instant
from segue.simulation.fitted.history import last_event, read_history, sampled

DAY = 86_400_000_000


def _log(events: list[tuple[str, int, str, str, str]]) -> duckdb.DuckDBPyConnection:
    """Return a log of events: customer, microseconds, kind, name and body."""
    duck = duckdb.connect()
    for table, columns in COLUMNS.items():
        duck.execute(f"CREATE TABLE {table} ({', '.join(f'{chr(34)}{n}{chr(34)} {k}' for n, k in columns.items())})")
    for seq, (customer, at, kind, name, body) in enumerate(events, start=1):
        duck.execute(
            'INSERT INTO events (seq, "at", now, customer_id, kind, name, body) '
            "VALUES ($1, make_timestamp($2), make_timestamp($2), $3, $4, $5, $6)",
            [seq, at, customer, kind, name, body],
        )
    return duck


def test_lines_of_an_order_are_one_event_and_merged_customers_are_one() -> None:
    duck = _log(
        [
            ("a", 100, "tracked", "ordered", '{"properties": {"line": 1}, "traits": {"vip": true}}'),
            ("a", 100, "tracked", "ordered", '{"properties": {"line": 2}, "traits": {}}'),
            ("b", 200, "tracked", "ordered", '{"properties": {"line": 3}, "traits": {}}'),
            ("a", 300, "merged", "", '{"absorbed_id": "b"}'),
        ]
    )

    found = read_history(duck, last_event(duck))

    assert found.customers == ("a",)
    assert found.events.size.tolist() == [2, 1]
    assert sampled(found.events.bodies, 0) == [({"line": 1}, {"vip": True}), ({"line": 2}, {})]
    assert (found.until, found.begin, found.since.tolist()) == (201, 100, [100])


def test_an_opt_out_belongs_to_the_last_contact_within_a_week() -> None:
    withdrawn = '{"granted": false, "channel": "email"}'
    duck = _log(
        [
            ("a", 1, "tracked", "visited", "{}"),
            *(("a", at, "delivery_reported", "", f'{{"delivery_id": "{d}", "status": "accepted"}}') for d, at in _SENT),
            ("a", 3 * DAY + 5, "consent_changed", "", withdrawn),
            ("a", 20 * DAY, "consent_changed", "", withdrawn),
            (
                "a",
                21 * DAY,
                "delivery_reported",
                "",
                '{"delivery_id": "d1", "status": "opened", "detail": "machine: x"}',
            ),
        ]
    )
    for delivery, at in _SENT:
        duck.execute(
            "INSERT INTO deliveries (seq, now, delivery_id, customer_id, kind, channel, action, status) "
            "VALUES (1, make_timestamp($1), $2, 'a', 'deliver', 'email', 'mugs', 'decided')",
            [at, delivery],
        )

    found = read_history(duck, Instant(30 * DAY))

    assert found.contacts.opted_out_at.tolist() == [NEVER, 3 * DAY + 5]
    assert found.withdrawals == ((0, "email", 20 * DAY),)
    assert (found.contacts.opened_at == NEVER).all()
    assert np.array_equal(found.contacts.at, [DAY, 3 * DAY])


_SENT = (("d1", DAY), ("d2", 3 * DAY))


def test_the_steps_that_anybody_came_to_are_known() -> None:
    duck = _log([("a", 100, "tracked", "visited", "{}")])
    for at, step in ((50, "settle"), (60, ""), (500, "late")):
        duck.execute(
            'INSERT INTO steps (seq, "at", customer_id, run_id, journey, to_step) '
            "VALUES (1, make_timestamptz(?), 'a', 'r', 'care', ?)",
            [at, step],
        )
    assert read_history(duck, Instant(201)).reached == {("care", "settle")}
