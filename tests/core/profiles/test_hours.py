from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from segue.core.engine import advance
from segue.core.profiles.hours import FULL, fold_visit, merge_hours
from segue.core.world import build_world
from segue.model.catalogue import EventSpec
from segue.model.customers import Customer
from segue.model.events import Tracked
from segue.model.ids import CustomerId, EventId
from segue.model.journeys import Entry, Journey
from segue.model.shared import Tally
from segue.model.steps import Wait
from segue.model.time import DAY, MINUTE, Instant
from segue.model.triggers import EventTrigger
from tests.builders import NOW, workspace

NEVER_SEEN = Instant(0)


def test_a_visit_counts_in_its_local_hour_of_the_week() -> None:
    assert fold_visit({}, NOW, NEVER_SEEN, "UTC") == {12: 1}
    assert fold_visit({12: 4, 3: 1}, NOW, Instant(NOW - DAY), "Asia/Kolkata") == {12: 4, 3: 1, 17: 1}


def test_what_goes_on_within_the_hour_is_the_same_visit() -> None:
    hours = {12: 1}
    assert fold_visit(hours, Instant(NOW + 30 * MINUTE), NOW, "UTC") is hours
    assert fold_visit(hours, Instant(NOW + 61 * MINUTE), Instant(NOW + 30 * MINUTE), "UTC") == {12: 1, 13: 1}


def test_the_same_hour_a_week_later_is_another_visit() -> None:
    assert fold_visit({12: 1}, Instant(NOW + 7 * DAY), NOW, "UTC") == {12: 2}


def test_what_a_back_office_books_is_no_visit() -> None:
    timed, _ = _advanced(Wait(id="w", receptive="1d"), name="booked")
    assert (timed.profile.hours, timed.profile.there_at) == ({}, 0)


def test_old_visits_fade() -> None:
    assert fold_visit({12: FULL - 1, 13: 1}, NOW, NEVER_SEEN, "UTC") == {12: FULL // 2}


def test_two_customers_who_are_one_were_there_whenever_either_was() -> None:
    assert merge_hours({1: 2, 5: 1}, {5: 3, 9: 1}) == {1: 2, 5: 4, 9: 1}


@given(*[st.dictionaries(st.integers(0, 167), st.integers(1, FULL), max_size=9)] * 2)
def test_merging_is_the_same_either_way_and_never_too_full(ours: dict[int, int], theirs: dict[int, int]) -> None:
    assert merge_hours(ours, theirs) == merge_hours(theirs, ours)
    assert sum(merge_hours(ours, theirs).values()) <= FULL


def _advanced(*waits: Any, name: str = "page_viewed") -> tuple[Customer, tuple[Tally, ...]]:
    journey = Journey(journey="j", entry=Entry(trigger="t"), steps=tuple(waits))
    world = build_world(
        workspace(
            journeys=(journey,),
            triggers={"t": EventTrigger(event="never_happens")},
            events={"booked": EventSpec(activity=False)},
            hours_by="tier",
        )
    )
    seen = Tracked(event_id=EventId("e1"), customer_id=CustomerId("ada"), at=NOW, name=name, traits={"tier": "gold"})
    transition = advance(Customer(CustomerId("ada")), seen, now=NOW, world=world)
    return transition.customer, transition.tallies


def test_visits_are_counted_and_tallied_only_where_something_is_timed_by_them() -> None:
    timed, tallies = _advanced(Wait(id="w", receptive="1d"))
    assert timed.profile.hours == {12: 1}
    assert timed.profile.there_at == NOW
    assert tallies == (Tally("there", "", 12.0), Tally("there", "gold", 12.0))
    plain, nothing = _advanced(Wait(id="w", after="1d"))
    assert (plain.profile.hours, nothing) == ({}, ())
