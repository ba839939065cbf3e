"""Paths on sessions of a shop that others published: every figure against a count of its own."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from segue.measurement.paths import Cases, detours, drop_off, follows, funnel, read_cases, sankey_links, shortcuts

DATA = Path(__file__).parents[3] / "../shared/data/retentioneering_ecom.parquet"
pytestmark = pytest.mark.skipif(not DATA.is_file(), reason="the shop's sessions are not here: ../shared/data")
ORDER = ("product_view", "add_to_cart", "cart", "shipping_details", "payment_details", "purchase")


@pytest.fixture(scope="module")
def sessions() -> Cases:
    columns = 'session_id AS case_id, "timestamp"::TIMESTAMP AS "at", event AS activity'
    return read_cases(duckdb.connect(), f"(SELECT {columns} FROM '{DATA}')")


def count(expression: str) -> int:
    ((found,),) = duckdb.connect().execute(f"SELECT {expression} FROM '{DATA}'").fetchall()
    return int(found)


def test_every_event_but_the_last_is_followed_by_one(sessions: Cases) -> None:
    cases, events = count("count(DISTINCT session_id)"), count("count(*)")

    assert (cases, events) == (3_605, 31_106)
    assert sum(each.times for each in follows(sessions)) == events - cases
    assert sum(each.cases for each in sankey_links(sessions) if each.step == 1) == cases


def test_the_funnel_narrows_to_who_bought_in_order(sessions: Cases) -> None:
    steps = funnel(sessions, ORDER, window_days=1)
    bought = count("count(DISTINCT session_id) FILTER (event = 'purchase')")

    assert [step.cases for step in steps] == sorted((step.cases for step in steps), reverse=True)
    assert steps[0].cases == count("count(DISTINCT session_id) FILTER (event = 'product_view')")
    assert 0 < steps[-1].cases <= bought


def test_everybody_bought_left_or_is_open(sessions: Cases) -> None:
    found = drop_off(sessions, ("purchase",), now=datetime(2024, 7, 30, tzinfo=UTC), quiet_days=1)

    assert found.reached_goal == count("count(DISTINCT session_id) FILTER (event = 'purchase')")
    assert found.reached_goal + found.open + sum(each.left for each in found.by_activity) == found.cases == 3_605
    assert sum(each.left for each in found.by_time) == sum(each.left for each in found.by_activity)


def test_shortcuts_and_detours_are_of_the_order(sessions: Cases) -> None:
    for each in shortcuts(sessions, ORDER):
        first = ORDER.index(each.source) + 1 if each.source else 0
        assert each.skipped == ORDER[first : ORDER.index(each.target)] != ()
    around = detours(sessions, ORDER)
    assert {each.activity for each in around if each.is_return} <= set(ORDER)
    assert "support_chat" in {each.activity for each in around if not each.is_return}
