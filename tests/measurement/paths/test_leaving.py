"""Drop-off: who left where and when, and who cannot be said to have left yet."""

from datetime import UTC, timedelta

from segue.measurement.paths.leaving import drop_off
from tests.measurement.paths.histories import START, cases_of

EVENTS = [
    *[("bought", 0.0, "look"), ("bought", 30.0, "cart"), ("bought", 31.0, "buy")],
    *[("left_early", 0.0, "look")],
    *[("left_at_cart", 0.0, "look"), ("left_at_cart", 50.0, "cart")],
    *[("still_here", 0.0, "look"), ("still_here", 24.0 * 19, "look")],
]


def test_where_and_when_cases_leave() -> None:
    found = drop_off(
        cases_of(EVENTS), ("buy",), now=START.replace(tzinfo=UTC) + timedelta(days=20), quiet_days=7, days=(0, 1, 3, 14)
    )

    assert (found.cases, found.reached_goal, found.open) == (4, 1, 1)
    assert [(each.activity, each.cases, each.left) for each in found.by_activity] == [("cart", 2, 1), ("look", 4, 1)]
    assert [(each.from_days, each.under_way, each.left) for each in found.by_time] == [
        (0, 4, 1),
        (1, 3, 1),
        (3, 1, 0),
        (14, 1, 0),
    ]


def test_what_happens_after_now_is_not_known() -> None:
    found = drop_off(cases_of(EVENTS), ("buy",), now=START + timedelta(hours=30), quiet_days=1)

    assert (found.cases, found.reached_goal, found.open) == (4, 0, 1)
    assert [(each.activity, each.cases, each.left) for each in found.by_activity] == [("look", 4, 3), ("cart", 1, 0)]
