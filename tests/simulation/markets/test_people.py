"""What people of all markets have in common."""

from collections import Counter

import pytest

from segue.simulation.dice import Dice
from segue.simulation.market import Consented, Did
from segue.simulation.markets.people import (
    ADDRESSES,
    MONTH_DAYS,
    Papers,
    Tastes,
    chance,
    daily,
    for_channel,
    shifted,
    varied,
)


def test_chances() -> None:
    assert chance(0.0) == 0.5
    assert chance(1e9) == pytest.approx(1.0)
    assert 1.0 - (1.0 - daily(0.06)) ** MONTH_DAYS == pytest.approx(0.06)
    assert daily(0.06, 0.5) > daily(0.06) > daily(0.06, -0.5)
    assert (for_channel({"email": 1.0, "*": 2.0}, "email"), for_channel({"*": 2.0}, "sms"), for_channel({}, "sms")) == (
        1.0,
        2.0,
        0.0,
    )
    said = varied("heals", "days", 4.0)
    assert (said.low, said.high) == (2.0, 8.0)
    assert chance(shifted("ads", "odds", 0.0).high) == pytest.approx(2.0 / 3.0)


def test_whoever_comes_on_an_unknown_device_says_a_week_later_who_they_are() -> None:
    known, unknown = Papers(7, Dice("town", 7), 0.0), Papers(7, Dice("town", 7), 1.0)
    assert known.shown == ()
    assert unknown.shown != unknown.named
    assert not list(unknown.show(6, ADDRESSES, {}))
    (said,) = unknown.show(7, ADDRESSES, {})
    assert isinstance(said, Did)
    assert {each.value for each in said.identifiers} == {"c7", "device-7"}
    assert unknown.shown == ()
    assert not list(unknown.show(8, ADDRESSES, {}))


def test_on_the_first_day_they_leave_addresses_and_say_what_is_allowed() -> None:
    did, consented = Papers(7, Dice("town", 7), 0.0).show(0, ADDRESSES, {"push": 1.0, "sms": 0.0})
    assert isinstance(did, Did)
    assert isinstance(consented, Consented)
    assert (did.traits["email"], consented.channel, consented.granted) == ("c7@market.example", "push", True)


def test_what_is_liked_is_picked_more_often_and_what_is_needed_too() -> None:
    tastes = Tastes(Dice("town", 7), (0.5, 1.0))
    themes = ("running", "strength", "yoga")
    picked = Counter(tastes.pick(themes, {}, turn) for turn in range(600))
    assert max(themes, key=tastes.theme) == picked.most_common(1)[0][0]
    needed = Counter(tastes.pick(themes, {"yoga": 5.0}, turn) for turn in range(600))
    assert needed["yoga"] > picked["yoga"]
    assert tastes.pick((), {}, 1) == ""
