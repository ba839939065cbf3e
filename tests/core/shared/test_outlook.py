from math import exp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.shared.outlook import ENOUGH, HALF_LIFE, MOST_WORTHS, add_offer, add_week, offered, rate_of
from segue.model.customers import Contacts
from segue.model.shared import Outlook, Tally
from segue.model.time import DAY, WEEK, Instant
from tests.builders import NOW

NOTHING = Outlook()


def after(worths: list[float], outlook: Outlook = NOTHING, at: int = NOW, every: int = 0) -> Outlook:
    for number, worth in enumerate(worths):
        outlook = add_offer(add_week(outlook, Instant(at + number * every)), worth, Instant(at + number * every))
    return outlook


def test_the_first_offer_in_a_week_counts_the_customer_too() -> None:
    offer, week = Tally("offer", "message", 2.0), Tally("week", "", 1.0)
    monday = Instant(NOW // WEEK * WEEK)
    assert offered(Contacts(), "message", [2.0], NOW) == (offer, week)
    assert offered(Contacts(offered=1.0, offered_at=monday), "message", [2.0], Instant(monday + WEEK - 1)) == (offer,)
    assert offered(Contacts(offered=1.0, offered_at=monday), "message", [2.0], Instant(monday + WEEK)) == (offer, week)


def test_offers_are_counted_by_worth_in_three_significant_digits() -> None:
    assert after([1.2345, 1.234, 5000.0, 0.5]).worth == {"1.23": 2.0, "5e+03": 1.0, "0.5": 1.0}


def test_what_costs_more_than_it_brings_is_an_offer_of_no_worth() -> None:
    assert after([-3.0, 0.0]).worth == {"0": 2.0}


def test_an_offer_counts_half_after_four_weeks() -> None:
    outlook = add_offer(after([1.0]), 2.0, Instant(NOW + HALF_LIFE))
    assert outlook.worth["2"] == 2 * outlook.worth["1"]


def test_nothing_is_published_before_enough_is_known_and_then_again_for_a_tenth_more() -> None:
    assert after([1.0] * (int(ENOUGH) - 1)).shares == ()
    first = after([1.0] * int(ENOUGH))
    assert first.shares == ((1.0, 1.0),)
    assert after([3.0] * 2, first).shares is first.shares
    assert after([3.0] * 3, first).shares == ((1.0, 30 / 33), (3.0, 3 / 33))


def test_what_faded_is_not_enough_any_more_to_publish_anew() -> None:
    old = after([1.0] * int(ENOUGH))
    later = add_offer(old, 9.0, Instant(NOW + 20 * HALF_LIFE))
    assert later.shares is old.shares


def test_many_different_worths_are_gathered_and_their_mean_stays() -> None:
    worths = [1.0 + (number * 77 % 300) ** 2 / 7.0 for number in range(300)]
    outlook = after(worths)
    assert len(outlook.worth) <= 2 * MOST_WORTHS
    assert len(outlook.shares) <= MOST_WORTHS
    mean = sum(worth * share for worth, share in outlook.shares)
    assert mean == pytest.approx(sum(worths) / len(worths), rel=0.1)
    assert max(worth for worth, _ in outlook.shares) > 0.95 * max(worths)


def test_after_years_the_numbers_are_as_small_as_in_the_first_week() -> None:
    outlook = after([2.0] * 400, every=30 * DAY)
    assert outlook.offers < 2.0**70
    assert outlook.shares == ((2.0, 1.0),) or outlook.shares == ()


@pytest.mark.parametrize("rate", [0.05, 0.5, 1.0, 3.0, 20.0])
def test_the_rate_is_that_of_all_weeks_though_only_those_with_an_offer_are_seen(rate: float) -> None:
    weeks = 1000.0
    assert rate_of(weeks * rate, weeks * (1 - exp(-rate))) == pytest.approx(rate, rel=0.01, abs=0.05)


def test_without_any_week_there_is_no_rate() -> None:
    assert rate_of(0.0, 0.0) == 0.0


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-5, 1e6), st.integers(0, 90 * DAY)), max_size=150))
def test_shares_are_a_distribution_in_order_of_worth(offers: list[tuple[float, int]]) -> None:
    outlook, at = Outlook(), NOW
    for worth, wait in offers:
        at = Instant(at + wait)
        outlook = add_offer(add_week(outlook, at), worth, at)
    if outlook.shares:
        assert sum(share for _, share in outlook.shares) == pytest.approx(1.0)
        assert [worth for worth, _ in outlook.shares] == sorted({worth for worth, _ in outlook.shares})
        assert outlook.rate >= 0.0
