"""The habit market: what its causal graph says is what happens, and nothing else does."""

from typing import Any

import numpy as np
import pytest

from segue.model.deliveries import DeliveryStatus
from segue.model.ids import DeliveryId
from segue.model.time import DAY, HOUR, Instant
from segue.simulation.dice import Dice
from segue.simulation.market import Arrival, Did, Reported
from segue.simulation.markets import MarketSpec, make_market
from segue.simulation.markets.habit import HabitMarket, HabitParameters, Habitual
from tests.simulation.markets.lived import lived, share
from tests.simulation.shop import BEGIN

STILL = {"gains": 0.0, "fades": 0.0, "habit": 0.0, "streak": 0.0, "weary": 0.0}
"""Nothing that messages do carries over to later days."""


def arrival(number: int, at: Instant, **more: Any) -> Arrival:
    fields: dict[str, Any] = {"kind": "message", "action": f"m{number}", "channel": "email", "theme": "running"}
    fields |= {"category": "promo", "content": {}, "number": number, "day": (at - BEGIN) // DAY, "at": at}
    return Arrival(delivery_id=DeliveryId(f"d{number}"), **fields | more)


def population(**parameters: Any) -> list[Habitual]:
    given = HabitParameters(**{"churn": 0.0, "taste": (0.0, 0.0), **parameters})
    return [Habitual(number, Dice("town", number), BEGIN, given) for number in range(400)]


def rate(people: list[Habitual], status: DeliveryStatus, *arrivals: Arrival) -> float:
    """Return how many answer so to the last of some messages."""
    told = 0
    for who in people:
        answers: list[Any] = []
        for each in arrivals:
            answers = list(who.react(each))
        told += any(isinstance(answer, Reported) and answer.status == status for answer in answers)
    return told / len(people)


def noon(day: float) -> Instant:
    return Instant(BEGIN + round((day + 0.5) * DAY))


def test_use_strengthens_the_habit_and_days_without_weaken_it() -> None:
    loose, firm = lived("habit", churn=0.0, habit=0.0, streak=0.0), lived("habit", churn=0.0, streak=0.0)
    assert firm.column("event/visited").sum() > 1.3 * loose.column("event/visited").sum()
    quick, slow = lived("habit", churn=0.0, fades=0.5), lived("habit", churn=0.0, fades=0.01)
    assert quick.column("event/visited").sum() < 0.8 * slow.column("event/visited").sum()
    assert lived("habit", churn=0.0, gains=0.5).column("event/visited").sum() > firm.column("event/visited").sum()
    runs = lived("habit", churn=0.0, habit=0.0, streak=1.0)
    assert runs.column("event/visited").sum() > 1.2 * loose.column("event/visited").sum()


def test_being_away_makes_people_leave() -> None:
    patient, hasty = lived("habit", away=0.0, churn=0.05), lived("habit", away=1.5, churn=0.05)
    assert hasty.column("days").mean() < patient.column("days").mean() - 2.0


def test_a_message_comes_at_the_right_moment_or_at_a_wrong_one() -> None:
    same = {"notices": {"*": 50.0}, "follows": 0.0, "uses": -50.0, "habit": 0.0}
    following = {}
    for day in (0, 5, 40):
        people = population(**same)
        for who in people:
            who._used = noon(0)
        following[day] = rate(people, DeliveryStatus.CLICKED, arrival(0, noon(day)))
    assert following[5] > following[40] + 0.1 > following[0] + 0.2


def test_the_nth_of_its_kind_wears_off_and_recovers() -> None:
    first = rate(population(wears=(0.8, 0.0)), DeliveryStatus.OPENED, arrival(5, noon(5)))
    row = [arrival(number, noon(number)) for number in range(6)]
    assert rate(population(wears=(0.8, 0.0)), DeliveryStatus.OPENED, *row) < 0.6 * first
    rested = rate(population(wears=(0.8, 0.0), recovers=0.05), DeliveryStatus.OPENED, *row)
    assert rested == pytest.approx(first, abs=0.02)
    others = [arrival(number, noon(number), theme=f"other {number}") for number in range(5)]
    assert rate(population(wears=(0.8, 0.0)), DeliveryStatus.OPENED, *others, row[-1]) == first
    assert rate(population(wears=(0.0, 0.8)), DeliveryStatus.OPENED, *others, row[-1]) < 0.6 * first


def test_taste_and_the_hour_decide_what_is_noticed() -> None:
    never, always = lived("habit", notices={"*": -50.0}), lived("habit", notices={"*": 50.0})
    assert never.total("report/opened").sum() == 0.0
    assert share(always, "report/opened", "contact") > 0.7
    blunt, sharp = (rate(population(hour=hour), DeliveryStatus.OPENED, arrival(0, noon(1))) for hour in (0.0, 3.0))
    assert sharp > blunt
    alike, differ = lived("habit", taste=(0.0, 0.0)), lived("habit", taste=(5.0, 0.0))
    rates = [each.total("report/opened") / np.maximum(each.total("contact"), 1.0) for each in (alike, differ)]
    assert rates[1].std() > 1.2 * rates[0].std()


def test_what_is_followed_is_a_use_and_uses_end_in_orders() -> None:
    lazy = {"uses": -50.0, "habit": 0.0, "streak": 0.0, "follows": 50.0, "notices": {"*": 50.0}, "churn": 0.0}
    who = population(**lazy, orders=1.0)[0]
    names = [each.name for each in who.react(arrival(0, noon(3))) if isinstance(each, Did)]
    assert names == ["visited", "ordered"]
    cheap = rate(population(**lazy | {"follows": -2.0}), DeliveryStatus.CLICKED, arrival(0, noon(3)))
    less = arrival(0, noon(3), content={"discount": 3.0})
    assert rate(population(**lazy | {"follows": -2.0}), DeliveryStatus.CLICKED, less) > cheap


def test_the_unwanted_make_people_weary_of_the_product_and_of_the_channel() -> None:
    nagging = {"notices": {"*": 50.0}, "follows": -50.0, "churn": 0.0, "opt_out": 0.0}
    fresh, weary = lived("habit", weary=0.0, **nagging), lived("habit", weary=0.6, **nagging)
    assert weary.column("event/visited").sum() < 0.9 * fresh.column("event/visited").sum()
    rested = lived("habit", weary=0.6, rests=0.05, **nagging)
    assert rested.column("event/visited").sum() > weary.column("event/visited").sum()
    plain, worn = (lived("habit", **nagging | {"opt_out": 0.01, "opt_out_worn": more}) for more in (0.0, 1.0))
    assert 0.0 < plain.total("opt_out").sum() < worn.total("opt_out").sum()


def test_what_nobody_notices_changes_nothing() -> None:
    shut = lived("habit", notices={"*": -50.0}, churn=0.05)
    worn = lived("habit", notices={"*": -50.0}, churn=0.05, wears=(3.0, 3.0), weary=5.0, opt_out=0.5)
    assert np.array_equal(shut.column("event/visited"), worn.column("event/visited"))
    assert np.array_equal(shut.column("days"), worn.column("days"))


def test_monthly_churn_is_as_declared_where_nothing_else_moves_it() -> None:
    accounts = lived("habit", weeks=6, count=400, churn=0.2, away=0.0)
    months = accounts.column("days").sum() / 30.4375
    assert (accounts.column("days") < 42.0).sum() / months == pytest.approx(-np.log(0.8), rel=0.2)


def test_an_advertisement_brings_people_back_while_it_lasts() -> None:
    who = population(**STILL, uses=-50.0, ads=50.0)[0]
    list(who.react(arrival(0, BEGIN, kind="joined", channel="display")))
    assert [each.name for each in who.behave(BEGIN).happenings if isinstance(each, Did)] == ["signed_up", "visited"]
    list(who.react(arrival(1, BEGIN, kind="left", channel="display")))
    later = who.behave(Instant(BEGIN + DAY)).happenings
    assert not [each for each in later if isinstance(each, Did) and each.name == "visited"]
    assert all(each.after < DAY + HOUR for each in later)


def test_it_says_what_it_rests_on() -> None:
    said = make_market(MarketSpec(kind="habit")).describe()
    fields = HabitMarket.Parameters.__struct_fields__
    assert all(each.name in fields and each.low < each.value < each.high for each in said.assumptions)
    assert ("days away", "leaving") in said.causes
