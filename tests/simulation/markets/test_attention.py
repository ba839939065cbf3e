"""The attention market: what its causal graph says is what happens, and nothing else does."""

from typing import Any

import numpy as np
import pytest

from segue.model.deliveries import DeliveryStatus
from segue.model.ids import DeliveryId
from segue.model.time import DAY, HOUR, Instant
from segue.simulation.dice import Dice
from segue.simulation.market import Arrival, Consented, Did, Reported
from segue.simulation.markets import MarketSpec, make_market
from segue.simulation.markets.attention import AttentionMarket, AttentionParameters, Attentive
from tests.simulation.markets.lived import lived, share
from tests.simulation.shop import BEGIN

CALM = {"unseen": 0.0, "unwanted": 0.0}


def arrival(at: Instant, action: str = "offer", channel: str = "email", **more: Any) -> Arrival:
    fields: dict[str, Any] = {"kind": "message", "category": "promo", "theme": "running", "content": {}, "number": 0}
    return Arrival(
        delivery_id=DeliveryId(action), action=action, channel=channel, at=at, day=(at - BEGIN) // DAY, **fields | more
    )


def resident(**parameters: Any) -> Attentive:
    return Attentive(1, Dice("town", 1), BEGIN, AttentionParameters(**{"churn": 0.0, **parameters}))


def days(who: Attentive, until: int) -> list[Any]:
    now, seen = BEGIN, []
    while now < BEGIN + until * DAY:
        behaviour = who.behave(now)
        seen += behaviour.happenings
        now = behaviour.again_at
    return seen


def test_what_lies_on_top_is_seen_and_what_is_below_never_is() -> None:
    who = resident(budget=1.0, others={}, clicks=-50.0)
    for name in ("older", "newer"):
        assert not list(who.react(arrival(BEGIN, name)))
    opened = [each.delivery_id for each in days(who, 7) if isinstance(each, Reported)]
    assert opened == ["newer"]


def test_messages_of_others_and_rare_looks_bury_what_waits() -> None:
    usual, alone = lived("attention", **CALM), lived("attention", others={}, **CALM)
    assert share(usual, "report/opened", "contact") < 0.8 * share(alone, "report/opened", "contact")
    often = lived("attention", looks={"inbox": 60.0, "phone": 60.0}, **CALM)
    assert share(often, "report/opened", "contact") > 1.2 * share(usual, "report/opened", "contact")


def test_need_and_taste_and_a_discount_make_people_click() -> None:
    cold, keen = lived("attention", wants=0.0, **CALM), lived("attention", wants=4.0, **CALM)
    assert share(keen, "report/clicked", "report/opened") > 1.5 * share(cold, "report/clicked", "report/opened")
    fans = resident(clicks=0.0, wants=0.0, discount=50.0, others={}, budget=50.0)
    list(fans.react(arrival(BEGIN, content={"discount": 1.0})))
    assert DeliveryStatus.CLICKED in [each.status for each in days(fans, 7) if isinstance(each, Reported)]
    alike, differ = lived("attention", taste=(0.0, 0.0), **CALM), lived("attention", taste=(2.0, 2.0), **CALM)
    rates = [each.total("report/clicked") / np.maximum(each.total("contact"), 1.0) for each in (alike, differ)]
    assert rates[1].std() > 1.3 * rates[0].std()


def test_an_order_fulfils_the_need_and_it_comes_back() -> None:
    slow, fast = lived("attention", returns=200.0, orders=0.9), lived("attention", returns=1.0, orders=0.9)
    assert fast.total("event/ordered").sum() > 2.0 * slow.total("event/ordered").sum()


def test_visits_are_about_what_is_liked_and_needed() -> None:
    who = resident(themes=("running", "yoga"), visits=40.0, taste=(0.0, 3.0), orders=0.0)
    about = [each.properties["theme"] for each in days(who, 20) if isinstance(each, Did) and each.name == "visited"]
    liked = max(("running", "yoga"), key=who._tastes.theme)
    assert about.count(liked) > 0.6 * len(about)


def test_the_irritated_mute_and_leave_and_forgive() -> None:
    angry, calm = lived("attention", mutes=2.0, leaves=1e9), lived("attention", mutes=1e9, leaves=1e9)
    assert angry.total("opt_out").sum() > 0.0 == calm.total("opt_out").sum()
    gone = lived("attention", mutes=1e9, leaves=3.0)
    assert gone.column("days").mean() < calm.column("days").mean() - 1.0
    wanted = {"clicks": 0.5, "mutes": 1e9, "leaves": 3.0}
    forgiving, strict = lived("attention", forgives=5.0, **wanted), lived("attention", forgives=0.0, **wanted)
    assert forgiving.column("days").mean() > strict.column("days").mean()


def test_whoever_heals_at_once_is_never_irritated_for_long() -> None:
    fast, slow = lived("attention", heals=0.01, mutes=2.5), lived("attention", heals=50.0, mutes=2.5)
    assert fast.total("opt_out").sum() < 0.5 * slow.total("opt_out").sum()


def test_without_irritation_messages_change_nothing_but_what_is_clicked() -> None:
    shut, open_ = lived("attention", clicks=-50.0, **CALM), lived("attention", **CALM)
    assert np.array_equal(shut.column("event/visited"), open_.column("event/visited"))
    assert np.array_equal(shut.column("days"), open_.column("days"))
    assert shut.total("report/clicked").sum() == 0.0


def test_monthly_churn_is_as_declared_where_nothing_irritates() -> None:
    accounts = lived("attention", weeks=6, count=400, churn=0.2, **CALM)
    months = accounts.column("days").sum() / 30.4375
    assert (accounts.column("days") < 42.0).sum() / months == pytest.approx(-np.log(0.8), rel=0.2)


def test_whoever_has_left_neither_looks_nor_answers() -> None:
    who = resident(leaves=0.0, mutes=1e9, clicks=-50.0, others={})
    list(who.react(arrival(BEGIN)))
    assert [each.name for each in days(who, 14) if isinstance(each, Did)][-1] == "cancelled"
    assert not list(who.react(arrival(Instant(BEGIN + 15 * DAY), "shown", kind="shown")))


def test_a_call_and_an_advertisement_reach_people_without_a_screen() -> None:
    who = resident(clicks=-50.0, ads=50.0, click="clicked", visits=0.0)
    assert not list(who.react(arrival(BEGIN, kind="task", channel="calls")))
    list(who.react(arrival(BEGIN, kind="joined", channel="display")))
    clicked = [each for each in days(who, 3) if isinstance(each, Did) and each.name == "clicked"]
    list(who.react(arrival(BEGIN, kind="left", channel="display")))
    assert len(clicked) == 3
    assert not any(isinstance(each, Consented) for each in clicked)
    assert all(each.after < DAY + HOUR for each in clicked)


def test_it_says_what_it_rests_on() -> None:
    said = make_market(MarketSpec(kind="attention")).describe()
    fields = AttentionMarket.Parameters.__struct_fields__
    assert all(each.name in fields and each.low < each.value < each.high for each in said.assumptions)
    assert ("irritation", "leaving") in said.causes
