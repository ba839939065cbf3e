"""Days: no period is exceeded, contacts come as early as there is room, and nobody on a day that is not theirs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.shared import compile_shared
from segue.learning.allocation.batch import Scores, make_batch, reasons_of
from segue.learning.allocation.rooms import Room, plan_days, rooms_of
from segue.learning.allocation.schedule import NO_DAY, schedule
from segue.model.catalogue import Capacity
from segue.model.errors import SegueError
from segue.model.reach import Reach
from segue.model.shared import Lease, Shared
from segue.model.time import DAY, HOUR, Instant, parse_instant
from segue.model.workspace import Workspace
from tests.builders import action, workspace

MORNING = parse_instant("2026-03-02T09:00:00Z")
OPTIONS = (("offer", "email"), ("call", "phone"))


def shop(**capacities: Capacity) -> Workspace:
    return workspace(actions=(action("offer", "email", value=5.0, cost=1.0),), capacities=capacities)


def room(**capacity: object) -> Room:
    wanted: dict[str, object] = {"limit": 10.0, "per": "1d"}
    declared = shop(sends=Capacity(**(wanted | capacity)))  # type: ignore[arg-type]
    days = plan_days(MORNING, 3)
    return rooms_of(declared, compile_shared(declared), Shared(), OPTIONS[:1], days)[0]


def test_a_plan_begins_now_and_goes_on_at_midnight() -> None:
    midnight = Instant(MORNING // DAY * DAY)

    assert plan_days(MORNING, 3) == (MORNING, midnight + DAY, midnight + 2 * DAY)


@pytest.mark.parametrize(
    ("capacity", "periods", "left"),
    [
        ({}, (0, 1, 2), (10.0, 10.0, 10.0)),
        ({"per": "7d"}, (0, 0, 0), (10.0,)),
        ({"per": "1h"}, (0, 1, 2), (150.0, 240.0, 240.0)),
        ({"ramp": (0.1, 0.5), "ramp_from": "2026-03-02"}, (0, 1, 2), (1.0, 5.0, 10.0)),
    ],
    ids=["daily", "weekly", "hourly", "ramp"],
)
def test_a_capacity_has_room_for_each_period(
    capacity: dict[str, object], periods: tuple[int, ...], left: tuple[float, ...]
) -> None:
    found = room(**capacity)

    assert (found.periods, found.left) == (periods, left)
    assert found.limit == sum(left)


def test_what_was_used_today_is_not_planned_again() -> None:
    declared = shop(sends=Capacity(limit=10, per="1d"))
    shared = Shared(leases=(Lease("sends", MORNING // DAY, 7.0, stepped_at=MORNING),))
    found = rooms_of(declared, compile_shared(declared), shared, OPTIONS[:1], plan_days(MORNING, 2))

    assert found[0].left == (3.0, 10.0)


def test_a_capacity_of_other_channels_or_categories_is_no_matter() -> None:
    declared = shop(calls=Capacity(limit=1, per="1d", channels=("phone",)), rest=Capacity(limit=1, per="1d", obeys=()))

    assert rooms_of(declared, compile_shared(declared), Shared(), OPTIONS[:1], (MORNING,)) == ()


@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(0, 8))
@settings(max_examples=60, deadline=None)
def test_no_day_is_exceeded_and_nobody_is_contacted_on_another_day(seed: int, days: int, limit: int) -> None:
    rng = np.random.default_rng(seed)
    values, costs = rng.random((25, 2)), rng.random((25, 2))
    choice, allowed = rng.integers(0, 3, 25), rng.random((25, days)) < 0.6
    sends = Room("sends", "contacts", np.array([1.0, 0.0]), tuple(range(days)), (float(limit),) * days)
    spend = Room("spend", "cost", np.ones(2), (0,) * days, (float(limit),))
    when = schedule(choice, values, costs, allowed, [sends, spend], days)

    for day in range(days):
        assert ((when == day) & (choice == 0)).sum() <= limit
    got = np.flatnonzero(when != NO_DAY)
    assert costs[got, choice[got]].sum() <= limit + 1e-9
    assert allowed[got, when[got]].all()
    assert (choice[got] < 2).all()


def test_the_dearest_and_the_least_flexible_go_first() -> None:
    choice, values = np.zeros(4, int), np.array([[1.0], [4.0], [2.0], [3.0]])
    allowed = np.array([[True, False], [True, True], [True, True], [True, True]])
    one_a_day = Room("sends", "contacts", np.ones(1), (0, 1), (1.0, 1.0))

    assert schedule(choice, values, None, allowed, [one_a_day], 2).tolist() == [0, 1, NO_DAY, NO_DAY]


def scores(values: object, declared: Workspace, **given: object) -> Scores:
    matrix = np.array(values, dtype=float)
    names = [f"c{row}" for row in range(len(matrix))]
    return Scores(names, OPTIONS[:1], matrix, np.ones_like(matrix), declared, compile_shared(declared), **given)  # type: ignore[arg-type]


def test_everybody_who_gets_nothing_has_a_reason() -> None:
    declared = shop(sends=Capacity(limit=1, per="1d"))
    given = scores(
        [[3.0], [2.0], [-1.0], [-np.inf], [-np.inf]],
        declared,
        possible=np.array([[1], [1], [1], [0], [0]]),
        reasons=["", "", "", "no_consent", "capped"],
    )
    batch = make_batch(given, (MORNING,))

    assert batch.choice.tolist() == [0, 1, 1, 1, 1]
    assert reasons_of(batch) == ["", "capacity: sends", "silence", "no_consent", "capped"]


def test_a_budget_is_named_as_one() -> None:
    batch = make_batch(scores([[3.0], [2.0]], shop(money=Capacity(limit=1, per="7d", counts="cost"))), (MORNING,))

    assert reasons_of(batch) == ["", "budget: money"]
    assert batch.used.tolist() == [1.0]


def test_a_target_takes_its_share_of_the_days_and_is_refused_where_it_cannot_be_reached() -> None:
    declared = shop()
    reach = {"newcomers": Reach(at_least=14, per="7d")}
    wanted = Workspace(**{name: getattr(declared, name) for name in declared.__struct_fields__} | {"reach": reach})

    batch = make_batch(scores([[-1.0]] * 5, wanted), (MORNING,))
    assert (batch.choice == 0).sum() == 2
    without = make_batch(scores([[-1.0]] * 5, wanted), (MORNING,), has_floors=False)
    assert (without.choice == 0).sum() == 0
    with pytest.raises(SegueError, match="newcomers"):
        make_batch(scores([[-1.0]] * 1, wanted), (MORNING,))


def test_an_hour_is_no_day() -> None:
    assert room(per="1h").left[0] == 10.0 * ((DAY - 9 * HOUR) // HOUR)
