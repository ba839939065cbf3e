"""Calendars, stock, prerequisites, margins and targets through the whole engine: what is decided and counted."""

from typing import Any

import pytest

from segue.core.world import World
from segue.model.catalogue import ContextWeight, EventSpec, Requirement, Rule, TraitSpec, Variant, Window
from segue.model.contact_rules import Blackout
from segue.model.deliveries import DeliveryStatus
from segue.model.reach import Reach
from segue.model.time import DAY, HOUR, Instant
from segue.model.triggers import EventTrigger
from tests.builders import ADDRESSES, action
from tests.core.combinations.shop import accept, actions_sent, publish, rules, sent, shop, somebody
from tests.core.living import Living

ASKED = {"asked": EventTrigger(event="ask")}
EVENTS = {name: EventSpec() for name in ("ask", "order")}


def asking(*offers: Any, deadline: str = "1d", **changes: Any) -> World:
    """Return a shop in which a rule proposes each of ``offers`` when somebody asks."""
    proposed = tuple(Rule(rule=f"r_{o.action}", trigger="asked", action=o.action, deadline=deadline) for o in offers)
    return shop(actions=offers, rules=proposed, triggers=ASKED, events=EVENTS, **changes)


def tell(lives: list[Living], index: int, name: str) -> None:
    """Let one of several customers do something; all of them share what is shared."""
    lives[index].does(name)
    for each in lives:
        each.world = lives[index].world


def test_what_is_proposed_before_its_calendar_opens_goes_when_it_does() -> None:
    living = somebody(asking(action(value=5.0, calendar=(Window(begins="2026-03-03"),))))
    living.does("ask")
    assert (actions_sent(living), living.reasons("offer")) == ([], ["ineligible"])
    living.after(12 * HOUR)
    assert actions_sent(living) == ["offer"]
    assert living.now == sent(living)[0].decided_at


def test_what_its_calendar_opens_too_late_for_is_not_waited_for() -> None:
    living = somebody(asking(action(value=5.0, calendar=(Window(begins="2026-03-09"),))))
    living.does("ask")
    living.after(10 * DAY)
    assert actions_sent(living) == []


def test_a_retry_after_the_last_day_is_not_handed_over() -> None:
    living = somebody(asking(action(value=5.0, calendar=(Window(ends="2026-03-02"),))))
    living.does("ask")
    (first,) = sent(living)
    living.hears(first.delivery_id, DeliveryStatus.WITHDRAWN, attempt=1)
    assert len(sent(living)) == 2  # still open: it goes again
    living.now = Instant(living.now + 12 * HOUR)
    living.hears(first.delivery_id, DeliveryStatus.WITHDRAWN, attempt=2)
    assert len(sent(living)) == 2
    assert living.customer.outbox.in_flight == ()


def test_a_blackout_holds_offers_and_lets_receipts_through() -> None:
    mourning = Blackout(blackout="mourning", begins="2026-03-02", ends="2026-03-02")
    offers = (action(value=5.0), action("receipt", "sms", category="transactional"))
    living = somebody(asking(*offers, contact_rules=rules(blackouts=(mourning,))))
    living.does("ask")
    assert actions_sent(living) == ["receipt"]
    living.after(12 * HOUR)
    assert actions_sent(living) == ["receipt", "offer"]


def test_a_membership_ends_with_its_calendar() -> None:
    living = somebody(asking(action("offer", "display", calendar=(Window(ends="2026-03-03"),))))
    living.does("ask")
    assert [member.action for member in living.customer.outbox.memberships] == ["offer"]
    living.after(36 * HOUR)
    assert living.customer.outbox.memberships == ()


def test_the_last_one_is_sold_once_whoever_asks() -> None:
    world = asking(action(value=5.0, stock=1, converted_by="order"))
    lives = [somebody(world, name) for name in ("ada", "ben", "cleo")]
    tell(lives, 0, "ask")
    tell(lives, 1, "order")
    tell(lives, 2, "ask")
    assert [actions_sent(each) for each in lives] == [["offer"], [], []]
    assert lives[2].reasons("offer") == ["out_of_stock"]


def test_a_message_that_is_withdrawn_is_not_sent_once_all_are_gone() -> None:
    world = asking(action(value=5.0, stock=1, converted_by="order"))
    lives = [somebody(world, name) for name in ("ada", "ben")]
    tell(lives, 0, "ask")
    tell(lives, 1, "order")
    (first,) = sent(lives[0])
    lives[0].hears(first.delivery_id, DeliveryStatus.WITHDRAWN, attempt=1)
    assert len(sent(lives[0])) == 1


@pytest.mark.parametrize("units", [0, 1, 3])
def test_vouchers_are_never_given_to_more_than_there_are_and_what_fails_goes_to_the_next(units: int) -> None:
    world = asking(action(value=5.0, stock=units, stock_taken_by="contact"))
    lives = [somebody(world, str(index)) for index in range(5)]
    for index in range(5):
        tell(lives, index, "ask")
    assert [len(actions_sent(each)) for each in lives] == [1] * units + [0] * (5 - units)
    if units:
        first = lives[0]
        first.hears(sent(first)[0].delivery_id, DeliveryStatus.REJECTED, attempt=1)
        lives[4].world = first.world
        tell(lives, 4, "ask")
        assert actions_sent(lives[4]) == ["offer"]


def test_a_new_count_of_the_stock_opens_it_again() -> None:
    def stocked(as_of: str | None) -> World:
        return asking(action(value=5.0, stock=1, converted_by="order", converted_within="1h", stock_as_of=as_of))

    living = somebody(stocked(None))
    living.does("order")
    living.after(2 * HOUR)
    living.does("ask")
    assert living.reasons("offer") == ["out_of_stock"]
    publish(living, stocked("2026-03-02T13:00:00Z"))
    living.does("ask")
    assert living.reasons("offer") == ["out_of_stock", ""]


def test_what_requires_another_waits_for_nobody_and_goes_once_that_was_delivered() -> None:
    offers = (action("welcome", "email"), action("upsell", "sms", requires=(Requirement(action="welcome"),)))
    living = somebody(asking(*offers))
    living.does("ask")
    assert living.reasons("upsell") == ["ineligible"]
    accept(living, sent(living)[0])
    living.after(400 * DAY)  # however long ago: the ledger keeps what others require
    living.does("ask")
    assert actions_sent(living)[:3] in (["welcome", "upsell"], ["welcome", "welcome", "upsell"])


def test_what_requires_a_success_goes_after_it() -> None:
    upsell = action("upsell", "sms", requires=(Requirement(action="starter", has="succeeded", within="7d"),))
    living = somebody(asking(action("starter", "email", converted_by="order"), upsell))
    living.does("ask")
    living.does("order")
    living.does("ask")
    assert living.reasons("upsell") == ["ineligible", ""]
    living.after(8 * DAY)
    living.does("ask")
    assert living.reasons("upsell")[-1] == "ineligible"


def test_a_channel_that_gives_too_much_away_is_not_used() -> None:
    variants = (Variant(channel="email", template="a.mjml"), Variant(channel="sms", template="a.txt", margin=0.05))
    offer = action("offer", value=5.0, margin=0.2, variants=variants)
    living = somebody(asking(offer, contact_rules=rules(margin_floor=0.1)))
    living.does("ask")
    assert [command.channel for command in sent(living)] == ["email"]
    assert sorted(living.reasons("offer")) == ["", "ineligible"]


def test_levers_and_context_weights_decide_and_stand_in_the_record() -> None:
    weights = (ContextWeight(when="tier == 'gold'", weight=3.0),)
    offers = (action("a", value=4.0, lever=0.5), action("b", value=1.0, context_weights=weights))
    world = asking(*offers, traits={name: TraitSpec(type="text") for name in (*ADDRESSES, "tier")})
    gold, tin = somebody(world, "g", tier="gold"), somebody(world, "t", tier="tin")
    gold.does("ask")
    tin.does("ask")
    assert (actions_sent(gold), actions_sent(tin)) == (["b"], ["a"])
    (decision,) = [decision for each in gold.transitions for decision in each.decisions]
    scores = {row.action: row.scores for row in decision.considered}
    assert (scores["a"]["lever"], scores["a"]["total"]) == (0.5, 2.0)
    assert (scores["b"]["context_weight"], scores["b"]["total"]) == (3.0, 3.0)


def test_a_target_that_is_behind_gets_contacts_that_were_not_worth_it_and_no_more_than_it_asks_for() -> None:
    lesson = action("lesson", "email", cost=0.1)
    world = asking(lesson, reach={"taught": Reach(at_least=2, per="1d")})
    lives = [somebody(world, str(index)) for index in range(8)]
    for each in lives:
        each.after(6 * HOUR)
    for index in range(8):
        tell(lives, index, "ask")
    assert sum(len(actions_sent(each)) for each in lives) == 2
    (pace,) = lives[-1].world.shared.paces
    assert (pace.reached, pace.chances) == (2.0, 8.0)


def test_no_target_sends_against_the_gate() -> None:
    lesson = action("lesson", "email", cost=0.1, calendar=(Window(ends="2026-03-01"),))
    living = somebody(asking(lesson, reach={"taught": Reach(at_least=2, per="1d", most=1000.0)}))
    living.after(11 * HOUR)
    living.does("ask")
    assert (actions_sent(living), living.reasons("lesson")) == ([], ["ineligible"])


def test_the_held_out_reach_nobody_and_use_up_no_stock() -> None:
    offer = action(value=5.0, stock=2, stock_taken_by="contact")
    living = somebody(asking(offer, groups={"holdout": 1.0}, reach={"seen": Reach(at_least=2, per="1d")}))
    living.does("ask")
    assert living.world.shared.stock == {}
    assert [pace.reached for pace in living.world.shared.paces] == [0.0]
