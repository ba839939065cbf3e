from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.receptive import (
    HOURS_PER_WEEK,
    PRESENCE,
    best_moment,
    group_of,
    hour_of_week,
    hours_tally,
    is_activity,
    is_here,
    likelihoods,
    uses_hours,
)
from segue.model.catalogue import EventSpec
from segue.model.deliveries import DeliveryStatus
from segue.model.events import DecisionRequested, Event, Identified, Tick, Tracked
from segue.model.ids import CustomerId, EventId
from segue.model.journeys import Entry, Journey
from segue.model.shared import Shared, Tally
from segue.model.steps import Propose, Step, Wait
from segue.model.time import DAY, HOUR, MINUTE, WEEK, Instant, parse_instant, to_datetime
from tests.builders import NOW, profile, report, workspace

EVENING = 18
"""Monday evening: NOW is Monday noon in UTC."""


def event(kind: type[Any] = Tracked, **fields: Any) -> Any:
    return kind(event_id=EventId("e1"), customer_id=CustomerId("ada"), at=NOW, **fields)


def journey(*steps: Step) -> Journey:
    return Journey(journey="j", entry=Entry(trigger="t"), steps=steps)


@pytest.mark.parametrize(
    ("at", "zone", "hour"),
    [
        ("2026-03-02T00:00:00Z", "UTC", 0),
        ("2026-03-01T23:59:59Z", "UTC", 167),
        ("2026-03-02T12:30:00Z", "UTC", 12),
        ("2026-03-02T12:30:00Z", "Asia/Kolkata", 18),
        ("2026-03-01T23:30:00Z", "Europe/Paris", 0),
        ("2026-07-06T22:30:00Z", "Europe/Paris", 24),
    ],
)
def test_hours_of_the_week_count_from_monday_midnight_by_the_customer_s_own_clock(
    at: str, zone: str, hour: int
) -> None:
    assert hour_of_week(parse_instant(at), zone) == hour


def test_hours_are_kept_only_where_something_is_timed_by_them() -> None:
    plain = journey(Wait(id="w", after="1d"), Propose(id="p", action="offer"))
    assert not uses_hours(workspace(journeys=(plain,)))
    assert uses_hours(workspace(journeys=(plain, journey(Wait(id="w", receptive="1d")))))
    assert uses_hours(workspace(retired=(journey(Propose(id="p", action="offer", timing="receptive")),)))


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (event(name="page_viewed"), True),
        (event(name="searched"), True),
        (event(name="invoice_booked"), False),
        (event(DecisionRequested, placement="hero"), True),
        (report(DeliveryStatus.OPENED), True),
        (report(DeliveryStatus.CLICKED), True),
        (report(DeliveryStatus.OPENED, detail="machine: a mail proxy"), False),
        (report(DeliveryStatus.DELIVERED), False),
        (event(Identified, traits={"tier": "gold"}), False),
        (event(Tick), False),
    ],
)
def test_activity_is_what_somebody_does_who_is_there(seen: Event, expected: bool) -> None:
    shop = workspace(events={"invoice_booked": EventSpec(activity=False), "searched": EventSpec()})
    assert is_activity(seen, shop) is expected


def test_who_did_something_in_the_last_minutes_is_here() -> None:
    seen = profile(there_at=NOW)
    assert is_here(seen, Instant(NOW + PRESENCE - 1))
    assert not is_here(seen, Instant(NOW + PRESENCE))
    assert not is_here(profile(), NOW)


def test_customers_are_grouped_by_the_declared_trait() -> None:
    gold = profile(traits={"tier": "gold", "list": [1]})
    assert group_of(gold, workspace(hours_by="tier")) == "gold"
    assert group_of(gold, workspace()) == ""
    assert group_of(gold, workspace(hours_by="unknown")) == ""
    assert group_of(gold, workspace(hours_by="list")) == ""


def test_a_visit_is_tallied_for_everybody_and_for_the_group() -> None:
    before, after = profile(), profile(hours={12: 1}, traits={"tier": "gold"})
    shop = workspace(hours_by="tier")
    seen = event(name="page_viewed")
    assert hours_tally(seen, before, after, "UTC", shop) == (Tally("there", "", 12.0), Tally("there", "gold", 12.0))
    assert hours_tally(seen, before, after, "UTC", workspace()) == (Tally("there", "", 12.0),)
    assert hours_tally(seen, after, after, "UTC", shop) == ()


def test_hours_that_came_with_a_merged_customer_are_no_visit() -> None:
    assert hours_tally(event(Tick), profile(), profile(hours={12: 1}), "UTC", workspace()) == ()


def best(
    hours: dict[int, int] | None = None,
    shared: dict[str, float] | None = None,
    group: str = "",
    until: int = NOW + 3 * DAY,
    zone: str = "UTC",
    now: int = NOW,
    *,
    is_here: bool = False,
    is_open: Callable[[Instant], bool] = lambda at: True,
) -> int:
    about, known = profile(hours=hours or {}), Shared(hours=shared or {})
    return best_moment(about, known, group, Instant(now), Instant(until), zone, is_here=is_here, is_open=is_open)


def test_the_best_moment_is_the_start_of_the_customer_s_best_hour() -> None:
    assert best({EVENING: 9, EVENING + 24: 3}) == NOW + 6 * HOUR
    assert best({EVENING: 3, EVENING + 24: 9}) == NOW + DAY + 6 * HOUR


def test_the_best_hour_is_now_when_it_has_already_begun() -> None:
    assert best({12: 9}, now=NOW + 20 * MINUTE) == NOW + 20 * MINUTE


def test_who_is_here_is_spoken_to_now_unless_it_is_closed() -> None:
    assert best({EVENING: 9}, is_here=True) == NOW
    assert best({EVENING: 9}, is_here=True, is_open=lambda at: at != NOW) == NOW + 6 * HOUR


def test_where_nothing_is_known_of_anybody_it_is_the_first_open_moment() -> None:
    assert best() == NOW
    assert best(is_open=lambda at: at >= NOW + 150 * MINUTE) == NOW + 3 * HOUR


def test_where_nothing_is_open_it_is_now() -> None:
    assert best({EVENING: 9}, is_open=lambda at: False) == NOW


def test_without_visits_of_their_own_the_group_s_hours_stand_in_and_without_those_everybody_s() -> None:
    everybody = {"/20": 50.0, "/all": 50.0}
    assert best(shared=everybody) == NOW + 8 * HOUR
    assert best(shared={**everybody, "gold/15": 50.0, "gold/all": 50.0}, group="gold") == NOW + 3 * HOUR
    assert best(shared=everybody, group="never seen") == NOW + 8 * HOUR


def test_a_single_visit_of_their_own_does_not_outweigh_what_all_others_do_but_many_do() -> None:
    everybody = {"/20": 500.0, "/all": 500.0}
    assert best({15: 1}, everybody) == NOW + 8 * HOUR
    assert best({15: 40}, everybody) == NOW + 3 * HOUR


def test_neighbouring_hours_count_too() -> None:
    assert best({14: 3, 17: 2, 18: 3, 19: 2}) == NOW + 6 * HOUR


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Paris", "2026-03-29"),
        ("Europe/Paris", "2026-10-25"),
        ("Australia/Lord_Howe", "2026-04-05"),
        ("Australia/Lord_Howe", "2026-10-04"),
        ("Asia/Kathmandu", "2026-06-01"),
        ("America/St_Johns", "2026-03-08"),
    ],
)
def test_moments_are_whole_local_hours_also_where_the_clock_changes(zone: str, day: str) -> None:
    begin = Instant(parse_instant(f"{day}T00:00:00Z") - DAY + 17 * MINUTE)
    asked: list[Instant] = []

    def is_open(at: Instant) -> bool:
        asked.append(at)
        return False

    best(
        {hour: 1 + hour % 5 for hour in range(HOURS_PER_WEEK)},
        now=begin,
        until=begin + 2 * DAY,
        zone=zone,
        is_open=is_open,
    )
    rest = asked[1:] if asked[:1] == [begin] else asked
    assert all(to_datetime(at, zone).minute == 0 and to_datetime(at, zone).second == 0 for at in rest)


counts = st.dictionaries(st.integers(0, HOURS_PER_WEEK - 1), st.integers(1, 9), max_size=12)
zones = st.sampled_from(["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])


@settings(deadline=None)
@given(
    counts,
    counts,
    zones,
    st.integers(0, 52 * WEEK),
    st.integers(0, 12 * DAY),
    st.frozensets(st.integers(0, 23), max_size=20),
)
def test_it_is_the_likeliest_of_all_open_moments_and_of_equals_the_first(
    own: dict[int, int],
    others: dict[int, int],
    zone: str,
    offset: int,
    span: int,
    closed: frozenset[int],
) -> None:
    now, until = Instant(NOW + offset), Instant(NOW + offset + span)
    shared = {f"/{hour}": float(count) for hour, count in others.items()} | {"/all": float(sum(others.values()))}

    def is_open(at: Instant) -> bool:
        return to_datetime(at, zone).hour not in closed

    found = best(own, shared, until=until, zone=zone, now=now, is_open=is_open)
    minutes = range((now // MINUTE + 1) * MINUTE, until + 1, MINUTE)
    moments = [now, *(Instant(at) for at in minutes if to_datetime(Instant(at), zone).minute == 0)] if span else [now]
    open_ones = [at for at in moments if is_open(at)]
    chances = likelihoods(own, shared, "")
    assert now <= found <= until
    if not open_ones:
        assert found == now
    elif chances is None:
        assert found == open_ones[0]
    else:
        assert found == max(open_ones, key=lambda at: (chances[hour_of_week(at, zone)], -at))


@settings(deadline=None)
@given(counts, counts)
def test_likelihoods_are_a_distribution_over_the_week(own: dict[int, int], others: dict[int, int]) -> None:
    shared = {f"/{hour}": float(count) for hour, count in others.items()} | {"/all": 1.0}
    chances = likelihoods(own, shared, "")
    if chances is None:
        assert (own, others) == ({}, {})
    else:
        assert sum(chances) == pytest.approx(1.0)
        assert min(chances) > 0.0
