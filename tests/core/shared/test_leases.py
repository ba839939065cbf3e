from math import inf, isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.shared import (
    SharedPlan,
    compile_shared,
    entries_left,
    entry_period_end,
    fold,
    given_back,
    left,
    period_end,
    price,
    taken,
    uses_of,
)
from segue.core.shared.leases import SLICES, _after_idle, spend
from segue.core.shared.plan import CapacityPlan
from segue.model.catalogue import Capacity
from segue.model.journeys import Entry, Journey, Rate
from segue.model.shared import Lease, Shared, Tally
from segue.model.steps import Exit
from segue.model.time import DAY, HOUR, MINUTE, Instant, parse_instant
from tests.builders import NOW, action, plan, workspace

OFFER = action("offer", "email", "website", value=5.0, cost=1.0)
MIDNIGHT = Instant(NOW // DAY * DAY)


def plan_of(**capacity: object) -> SharedPlan:
    wanted: dict[str, object] = {"limit": 100, "per": "1d"}
    capacities = {"sends": Capacity(**(wanted | capacity))}  # type: ignore[arg-type]
    return compile_shared(workspace(actions=(OFFER,), capacities=capacities))


def used(shared: Shared, plan: SharedPlan, amount: float, at: int = NOW) -> Shared:
    return fold(shared, (Tally("use", "sends", amount),), Instant(at), plan)


def test_what_is_used_is_no_longer_left_and_the_next_period_begins_anew() -> None:
    sends = plan_of()
    shared = used(Shared(), sends, 30.0)
    assert left(shared, sends, "sends", NOW) == 70.0
    assert period_end(sends, "sends", NOW) == MIDNIGHT + DAY
    assert left(shared, sends, "sends", Instant(MIDNIGHT + DAY - 1)) == 70.0
    assert left(shared, sends, "sends", Instant(MIDNIGHT + DAY)) == 100.0


def test_less_than_nothing_is_never_left_also_where_something_went_through_that_is_not_stopped() -> None:
    sends = plan_of()
    assert left(used(Shared(), sends, 130.0), sends, "sends", NOW) == 0.0


def test_what_is_given_back_can_be_used_again_but_not_more_than_was_used() -> None:
    sends = plan_of()
    shared = used(used(Shared(), sends, 3.0), sends, -1.0)
    assert left(shared, sends, "sends", NOW) == 98.0
    assert left(used(shared, sends, -50.0), sends, "sends", NOW) == 100.0


def test_only_what_was_promised_in_the_present_period_is_given_back() -> None:
    sends = plan_of()
    offer = plan(OFFER)
    assert taken(sends, offer, offer.variants["email"]) == (Tally("use", "sends", 1.0),)
    assert given_back(sends, "offer", "email", MIDNIGHT, NOW) == (Tally("use", "sends", -1.0),)
    assert given_back(sends, "offer", "email", Instant(MIDNIGHT - 1), NOW) == ()


def test_what_is_no_contact_takes_nothing() -> None:
    sends = plan_of()
    offer = plan(OFFER)
    assert uses_of(sends, offer, offer.variants["website"]) == ()
    assert uses_of(SharedPlan(), offer, offer.variants["email"]) == ()


@pytest.mark.parametrize(
    ("day", "allowed"), [("2026-02-20", 10.0), ("2026-03-01", 10.0), ("2026-03-02", 50.0), ("2026-03-03", 100.0)]
)
def test_a_ramp_allows_its_share_day_by_day_and_then_everything(day: str, allowed: float) -> None:
    warming = plan_of(ramp=(0.1, 0.5), ramp_from="2026-03-01")
    assert left(Shared(), warming, "sends", parse_instant(day)) == allowed


def test_an_entry_rate_is_counted_by_journey_and_a_journey_without_one_is_open_to_all() -> None:
    journey = Journey(
        journey="welcome", entry=Entry(trigger="signed_up", rate=Rate(limit=2, per="1h")), steps=(Exit(id="end"),)
    )
    rated = compile_shared(workspace(journeys=(journey,)))
    shared = fold(Shared(), (Tally("entry", "welcome", 1.0),), NOW, rated)
    assert entries_left(shared, rated, "welcome", NOW) == 1.0
    assert entry_period_end(rated, "welcome", Instant(NOW + 5)) == NOW + HOUR
    assert entries_left(shared, rated, "other", NOW) == inf
    assert entry_period_end(rated, "other", NOW) == NOW


def test_other_leases_stand_as_they_were() -> None:
    other = Lease("zebra", 3, 7.0)
    spent = spend((other,), CapacityPlan("sends", 10.0, DAY), 1.0, NOW)
    assert [lease.capacity for lease in spent] == ["sends", "zebra"]
    assert spent[1] is other


def price_after(pace: float, days: float, sends: SharedPlan | None = None) -> tuple[Shared, SharedPlan, Instant]:
    """Use ``pace`` times the even share of what there is, slice by slice, as far as there is any."""
    sends = sends or plan_of()
    shared, at = Shared(), MIDNIGHT
    for _ in range(int(days * SLICES)):
        if left(shared, sends, "sends", at) >= pace:
            shared = used(shared, sends, pace, at)
        at = Instant(at + DAY // SLICES)
    return shared, sends, at


def test_the_price_is_nothing_at_first_and_where_less_is_used_than_there_is() -> None:
    assert price(Shared(), plan_of(), "sends", NOW) == 0.0
    shared, sends, at = price_after(0.5, 0.8)
    assert price(shared, sends, "sends", at) == 0.0


def test_the_price_rises_while_more_is_used_than_would_last() -> None:
    prices = [price(*price_after(2.0, days)[:2], "sends", price_after(2.0, days)[2]) for days in (0.1, 0.2, 0.3)]
    assert 0.0 < prices[0] < prices[1] < prices[2]


def test_the_price_falls_with_time_alone_and_reading_it_early_changes_nothing() -> None:
    shared, sends, at = price_after(2.0, 0.3)
    now = price(shared, sends, "sends", at)
    later = price(shared, sends, "sends", Instant(at + 6 * HOUR))
    assert 0.0 < later < now
    read_between = [price(shared, sends, "sends", Instant(at + hours * HOUR)) for hours in range(7)]
    assert read_between[-1] == later
    assert read_between == sorted(read_between, reverse=True)


def test_the_next_period_begins_with_the_price_at_which_the_last_one_ran_out() -> None:
    shared, sends, _ = price_after(2.0, 0.6)
    assert left(shared, sends, "sends", Instant(MIDNIGHT + DAY - 1)) == 0.0
    evening = price(shared, sends, "sends", Instant(MIDNIGHT + DAY - 1))
    assert price(shared, sends, "sends", Instant(MIDNIGHT + DAY)) == evening > 0.0


def test_a_period_of_another_length_starts_a_new_lease_at_the_old_price() -> None:
    shared, _, _ = price_after(2.0, 0.3)
    hourly, at = plan_of(per="1h"), shared.leases[0].stepped_at
    assert left(shared, hourly, "sends", at) == 100.0
    assert price(shared, hourly, "sends", at) == shared.leases[0].price > 0.0


def test_a_clock_that_goes_back_changes_no_price_and_opens_no_earlier_period() -> None:
    shared, sends, at = price_after(2.0, 1.3)
    before = Instant(at - DAY)
    assert left(shared, sends, "sends", before) == left(shared, sends, "sends", at)
    assert used(shared, sends, 1.0, before).leases[0].period == shared.leases[0].period
    assert price(shared, sends, "sends", before) == shared.leases[0].price


moments = st.lists(st.tuples(st.integers(0, 400 * HOUR), st.floats(-3, 30)), max_size=40)


@settings(deadline=None)
@given(moments, st.sampled_from([1, 7, 100, 100_000]), st.sampled_from(["1h", "1d", "7d"]))
def test_a_price_is_always_a_finite_number_between_nothing_and_the_dearest(
    steps: list[tuple[int, float]], limit: int, per: str
) -> None:
    sends = plan_of(limit=limit, per=per)
    shared, at = Shared(), MIDNIGHT
    for wait, amount in steps:
        at = Instant(at + wait)
        assert 0.0 <= price(shared, sends, "sends", at) <= sends.capacities["sends"].dearest
        shared = used(shared, sends, amount, at)
        assert isfinite(shared.leases[0].price)
        assert 0.0 <= left(shared, sends, "sends", at) <= limit


@settings(deadline=None)
@given(st.integers(0, 3 * DAY), st.integers(0, 3 * DAY))
def test_a_price_read_later_does_not_depend_on_when_it_was_read_before(first: int, second: int) -> None:
    shared, sends, at = price_after(3.0, 0.2)
    early, late = sorted((Instant(at + first), Instant(at + second)))
    touched = used(used(shared, sends, 0.0, early), sends, 0.0, early)
    assert price(touched, sends, "sends", late) == pytest.approx(price(shared, sends, "sends", late), abs=1e-9)


def test_a_price_finds_its_way_to_what_separates_those_that_fit_from_those_that_do_not() -> None:
    """Offers of worth 1 to 10 come evenly, four times as many as there is room for: the price settles near 7.5."""
    sends = compile_shared(
        workspace(
            actions=tuple(action(f"a{n}", "email", value=float(n)) for n in range(1, 11)),
            capacities={"sends": Capacity(limit=200, per="1d")},
        )
    )
    shared, seen = Shared(), []
    for number in range(800 * 8):
        at = Instant(MIDNIGHT + number * DAY // 800)
        asked, worth = price(shared, sends, "sends", at), float(number * 7 % 10 + 1)
        if worth >= asked and left(shared, sends, "sends", at) >= 1.0:
            shared = used(shared, sends, 1.0, at)
        if number > 800 * 4:
            seen.append(asked)
    assert 6.0 < sum(seen) / len(seen) < 9.0
    assert left(shared, sends, "sends", Instant(MIDNIGHT + 8 * DAY - MINUTE)) < 10.0


def test_a_rush_on_a_large_capacity_moves_its_price_by_a_share_of_it() -> None:
    sends = plan_of(limit=1_000_000).capacities["sends"]
    calm = Lease("sends", MIDNIGHT // DAY, 20_000.0, 1.0, MIDNIGHT, 0.0)

    (rushed,) = spend((calm,), sends, 0.0, Instant(MIDNIGHT + DAY // SLICES))

    assert rushed.price == pytest.approx(1.2)


@settings(deadline=None)
@given(st.floats(0, 10), st.integers(0, 400), st.integers(0, 400))
def test_idle_slices_lower_a_price_alike_in_one_go_and_in_two(worth: float, first: int, then: int) -> None:
    spec = plan_of(limit=10_000).capacities["sends"]

    at_once = _after_idle(worth, spec, first + then, 0)

    assert _after_idle(_after_idle(worth, spec, first, 0), spec, then, 0) == pytest.approx(at_once, abs=1e-9)
    assert at_once <= worth
