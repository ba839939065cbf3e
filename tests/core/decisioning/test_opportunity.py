import random
from math import exp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.decisioning.opportunity import (
    MOST_SLOTS,
    compile_slot_caps,
    offers_per_week,
    opportunity_cost,
    slot_worth,
)
from segue.core.view import View
from segue.model.contact_rules import DEFAULT_CAPS, Cap
from segue.model.customers import Contacts
from segue.model.shared import Outlook, Shared
from segue.model.time import DAY, HOUR, WEEK, Instant, parse_instant
from tests.builders import NOW, contact, fact, profile

ONE_WORTH = ((10.0, 1.0),)
TWO_WORTHS = ((1.0, 0.5), (9.0, 0.5))
OUTLOOK = Outlook(shares=TWO_WORTHS, rate=4.0)
WEEKLY = Cap(cap="weekly", limit=4, window="7d")
DAILY = Cap(cap="daily", limit=1, window="1d")


def view(outlook: Outlook = OUTLOOK, first_seen: int = 0, zone: str = "UTC", now: int = NOW) -> View:
    return View(profile(first_seen=first_seen), fact(at=now), Instant(now), zone, Shared(outlook=outlook))


def cost(contacts: Contacts | None = None, *caps: Cap, seen: View | None = None, category: str = "promo") -> float:
    return opportunity_cost(seen or view(), contacts or Contacts(), category, compile_slot_caps(caps or (WEEKLY,)))


def contacts_at(*moments: int, **changes: str) -> Contacts:
    return Contacts(ledger=tuple(contact(at, **changes) for at in moments))


def test_without_an_outlook_a_slot_is_worth_nothing() -> None:
    assert cost(seen=view(Outlook())) == 0.0
    assert cost(seen=view(Outlook(worth={"5": 3.0}, offers=3.0))) == 0.0


def test_a_slot_is_worth_more_the_fewer_are_left() -> None:
    costs = [cost(contacts_at(*(NOW - HOUR - n for n in reversed(range(used))))) for used in range(1, 4)]
    assert 0.0 < costs[0] < costs[1] < costs[2] < 9.0


def test_a_slot_is_worth_less_the_sooner_the_next_one_comes_back() -> None:
    soon, late = (contacts_at(at, NOW - HOUR, NOW - HOUR, NOW - HOUR) for at in (NOW - 6 * DAY, NOW - DAY))
    three = Cap(cap="five", limit=5, window="7d")
    assert cost(soon, three) < cost(late, three)


def test_where_no_slot_is_left_the_cap_speaks_and_not_its_cost() -> None:
    assert cost(contacts_at(NOW - 3, NOW - 2, NOW - 1, NOW)) == 0.0


def test_the_dearest_of_several_caps_decides() -> None:
    assert cost(None, WEEKLY, DAILY) == max(cost(None, WEEKLY), cost(None, DAILY)) > 0.0


def test_what_the_cap_does_not_count_or_stop_costs_no_slot() -> None:
    assert cost(category="service") == 0.0
    assert cost(category="transactional") == 0.0
    assert cost(contacts_at(NOW - 3, NOW - 2, NOW - 1, category="transactional")) == cost()


def test_only_caps_over_all_channels_have_slots_for_which_everything_competes() -> None:
    assert [cap.limit for cap in compile_slot_caps(DEFAULT_CAPS)] == [4, 1]


@pytest.mark.parametrize(
    ("calendar", "zone", "horizon"),
    [
        ("day", "UTC", 12 * HOUR),
        ("day", "Europe/Paris", 11 * HOUR),
        ("week", "UTC", 6 * DAY + 12 * HOUR),
        ("month", "UTC", 29 * DAY + 12 * HOUR),
    ],
)
def test_the_slots_of_a_calendar_cap_last_until_its_period_ends(calendar: str, zone: str, horizon: int) -> None:
    cap = Cap(cap="calendar", limit=2, calendar=calendar)  # type: ignore[arg-type]
    seen = view(zone=zone)
    rate = offers_per_week(seen, Contacts(), OUTLOOK)
    assert cost(None, cap, seen=seen) == pytest.approx(slot_worth(TWO_WORTHS, 2, rate * horizon / WEEK))


@pytest.mark.parametrize(("calendar", "before"), [("day", 13 * HOUR), ("week", 13 * HOUR), ("month", 37 * HOUR)])
def test_a_calendar_cap_counts_from_the_begin_of_its_period(calendar: str, before: int) -> None:
    cap = Cap(cap="calendar", limit=2, calendar=calendar)  # type: ignore[arg-type]
    assert cost(contacts_at(NOW - before), cap) == cost(None, cap)
    assert cost(contacts_at(NOW - 11 * HOUR), cap) > cost(None, cap)


def test_the_slots_of_a_day_that_a_clock_change_shortens_last_as_long_as_the_day_does() -> None:
    cap = Cap(cap="calendar", limit=2, calendar="day")
    seen = view(zone="Europe/London", now=parse_instant("2026-03-29T00:30:00Z"))  # half an hour before the jump
    rate = offers_per_week(seen, Contacts(), OUTLOOK)
    assert cost(None, cap, seen=seen) == pytest.approx(slot_worth(TWO_WORTHS, 2, rate * 22.5 * HOUR / WEEK))


def test_a_new_customer_is_expected_to_get_what_everybody_gets_and_a_known_one_what_they_got() -> None:
    known = view(first_seen=NOW - 52 * WEEK)
    assert offers_per_week(view(), Contacts(), OUTLOOK) == 4.0
    assert offers_per_week(known, Contacts(), OUTLOOK) < 2.0
    busy = Contacts(offered=60.0, offered_at=NOW)
    assert offers_per_week(known, busy, OUTLOOK) > 8.0
    later = view(first_seen=NOW - 52 * WEEK, now=NOW + 8 * WEEK)
    assert offers_per_week(later, busy, OUTLOOK) < offers_per_week(known, busy, OUTLOOK) / 2.5


@pytest.mark.parametrize("offers", [0.01, 0.05, 0.3, 1.0, 2.5, 8.0])
def test_with_one_slot_and_one_worth_it_is_worth_the_chance_that_any_offer_comes(offers: float) -> None:
    assert slot_worth(ONE_WORTH, 1, offers) == pytest.approx(10.0 * (1 - exp(-offers)), rel=0.03)


def test_a_slot_brings_what_playing_the_market_brings() -> None:
    """Two slots, three offers to come: the recursion against 40,000 games that use its own thresholds."""
    chance, total, games = random.Random(7), [0.0, 0.0], 40_000
    for slots in (1, 2):
        for _ in range(games):
            left, to_come = slots, 3.0
            while left:
                to_come -= chance.expovariate(1.0)
                if to_come <= 0:
                    break
                worth = chance.choice([1.0, 9.0])
                if worth >= slot_worth(TWO_WORTHS, left, to_come):
                    total[slots - 1] += worth
                    left -= 1
    first, both = (brought / games for brought in total)
    assert slot_worth(TWO_WORTHS, 1, 3.0) == pytest.approx(first, rel=0.02)
    assert slot_worth(TWO_WORTHS, 2, 3.0) == pytest.approx(both - first, rel=0.05)


shares = st.lists(st.tuples(st.floats(0, 1e4), st.floats(0.01, 1)), min_size=1, max_size=20, unique_by=lambda s: s[0])


@settings(deadline=None)
@given(shares, st.integers(1, 3 * MOST_SLOTS), st.floats(0, 2000), st.floats(0, 100))
def test_it_is_never_more_than_the_best_offer_and_grows_with_offers_and_shrinks_with_slots(
    weights: list[tuple[float, float]], slots: int, offers: float, more: float
) -> None:
    whole = sum(weight for _, weight in weights)
    distribution = tuple(sorted((worth, weight / whole) for worth, weight in weights))
    best = distribution[-1][0]
    found = slot_worth(distribution, slots, offers)
    assert 0.0 <= found <= best
    tolerance = 0.005 * best
    assert slot_worth(distribution, slots, offers + more) >= found - tolerance
    assert slot_worth(distribution, slots + 1, offers) <= found + tolerance
