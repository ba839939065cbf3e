"""A period: its tables are cut to it, and everybody has the name of today."""

from datetime import UTC, datetime

import pytest

from segue.measurement.reports import open_period
from segue.model.errors import SegueError
from segue.model.time import DAY, Instant
from segue.simulation.log import SimulatedLog
from segue.simulation.running import run_arm
from tests.measurement.reports.town import SHOP, entries, log, period
from tests.simulation.shop import BEGIN, learning_shop, setting


def test_the_whole_log_is_the_usual_period() -> None:
    found = period()
    assert found.one("SELECT count(*) FROM events")[0] == len(entries())
    assert (found.begin, found.end) == found.one('SELECT min("at"), max("at") FROM events')


def test_only_what_happened_in_it_counts_begin_included_end_not() -> None:
    cut = (Instant(BEGIN + 7 * DAY), Instant(BEGIN + 14 * DAY))
    found = period(*cut)
    assert found.begin == datetime.fromtimestamp(cut[0] / 1e6, UTC).replace(tzinfo=None)
    inside = [entry for entry in entries() if cut[0] <= entry.event.at < cut[1]]
    assert found.one("SELECT count(*) FROM events")[0] == len(inside) > 100
    decided = sum(cut[0] <= decision.at < cut[1] for entry in entries() for decision in entry.decisions)
    assert found.one("SELECT count(*) FROM decisions")[0] == decided > 0


def test_who_was_absorbed_counts_as_who_they_are() -> None:
    shop, kept = learning_shop("rules"), SimulatedLog()
    run_arm(shop, setting(customers=25, weeks=3), kept)
    merged = [e.event for b in kept.blocks() for e in b.read() if type(e.event).__name__ == "Merged"]
    assert len(merged) > 2
    found = open_period(kept.open(), shop)
    absorbed = {each.absorbed_id for each in merged}
    for table in ("events", "decisions", "deliveries", "rewards"):
        there = {name for (name,) in found.rows(f"SELECT DISTINCT customer_id FROM {table}")}
        assert not there & absorbed, table


def test_where_nothing_happened_there_is_nothing_to_measure() -> None:
    with pytest.raises(SegueError, match="empty"):
        open_period(SimulatedLog().open(), SHOP)
    with pytest.raises(SegueError, match="Nothing happened"):
        open_period(log().open(), SHOP, begin=Instant(BEGIN + 900 * DAY))
