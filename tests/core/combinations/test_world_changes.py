"""The workspace changes between a decision and what comes of it."""

from typing import Any

import pytest

from segue.core.handover import recheck
from segue.core.world import World
from segue.model.deliveries import DeliveryStatus
from segue.model.errors import SegueError
from segue.model.journeys import Journey
from segue.model.steps import Arm, Choose, MessageGroup, Option, Propose, SetTrait, Split, SubJourney, Wait, Webhook
from segue.model.time import DAY, HOUR
from tests.builders import action
from tests.core.combinations.shop import (
    accept,
    actions_sent,
    journey,
    publish,
    rules,
    sent,
    shop,
    somebody,
    where,
)

MAIL = Propose(id="mail", action="offer", deadline="3d")
REST = Wait(id="rest", after="20d")
BOTH = action("both", "email", "sms", value=5.0)


def versions(before: tuple[Any, ...], after: tuple[Any, ...], *more: Journey, **changes: Any) -> tuple[World, World]:
    migrating = {"version": 2, "in_flight": "migrate"} | changes.pop("journey", {})
    old = journey("care", *before, event="view")
    return (
        shop(old, *more, **changes),
        shop(journey("care", *after, event="view", **migrating), *more, retired=(old,), **changes),
    )


def test_a_retry_whose_action_is_gone_is_given_up_and_the_ledger_is_told() -> None:
    gone = shop(journey("care", REST, event="view", version=2), actions=(action("text", "sms"),))
    living = somebody(shop(journey("care", MAIL, REST, event="view")))
    living.does("view")
    (command,) = sent(living)
    living.hears(command.delivery_id, DeliveryStatus.RETRYABLE, attempt=1)
    publish(living, gone)
    living.after(DAY)
    assert len(sent(living)) == 1
    assert living.customer.contacts.ledger == ()
    given_up = [each.delivery_id for t in living.transitions for each in t.abandoned]
    assert given_up == [command.delivery_id]


def test_an_outcome_for_an_action_that_is_gone_is_taken() -> None:
    gone = shop(journey("care", REST, event="view"), actions=(action("text", "sms"),))
    living = somebody(shop(journey("care", MAIL, REST, event="view")))
    living.does("view")
    (command,) = sent(living)
    publish(living, gone)
    assert recheck(living.customer, command, now=living.now, world=living.world) == "migrated_out"
    accept(living, command)
    assert [slot.state for slot in living.customer.contacts.ledger] == ["confirmed"]


def test_a_child_ends_when_its_parent_migrates_away_from_it() -> None:
    small = journey("small", Wait(id="calm", after="1d"))
    other = journey("other", Wait(id="calm", after="9d"))
    before, after = versions(
        (SubJourney(id="sub", journey="small"), REST),
        (Wait(id="sub", after="1h"), SubJourney(id="second", journey="other"), REST),
        small,
        other,
    )
    living = somebody(before)
    living.does("view")
    publish(living, after)
    living.after(2 * DAY)
    assert where(living) == {"care": "second", "other": "calm"}


def test_a_group_whose_order_changed_does_not_send_a_channel_twice() -> None:
    def group(*order: str) -> Propose:
        return Propose(id="series", action="both", group=MessageGroup(order=order, gap="1d"), deadline="5d")

    before, after = versions((group("sms", "email"), REST), (group("email", "sms"), REST), actions=(BOTH,))
    living = somebody(before)
    living.does("view")
    accept(living, sent(living)[0])
    publish(living, after)
    living.after(5 * DAY)
    channels = [each.channel for each in sent(living)]
    assert len(channels) == len(set(channels))


def test_a_choice_whose_options_changed_place_goes_the_way_that_was_chosen() -> None:
    def way(*names: str) -> Choose:
        values = {"a": 1.0, "b": 9.0}
        return Choose(
            id="way", options=tuple(Option(option=n, next=n, value=values[n]) for n in names), otherwise="rest"
        )

    ways = (Wait(id="a", after="9d"), Wait(id="b", after="9d"), REST)
    before, after = versions((way("a", "b"), *ways), (way("b", "a"), *ways))
    living = somebody(before)
    living.does("view")
    assert where(living) == {"care": "b"}
    publish(living, after)
    assert where(living) == {"care": "b"}


def test_an_arm_stays_when_weights_change_and_another_is_found_when_it_is_removed() -> None:
    def split(**weights: float) -> Split:
        return Split(id="try", arms=tuple(Arm(arm=a, weight=w, next="rest") for a, w in weights.items()))

    before, reweighed = versions((split(a=1.0, b=0.0), REST), (split(a=0.0, b=1.0), REST))
    living = somebody(before)
    living.does("view")
    publish(living, reweighed)
    living.after(21 * DAY)
    living.does("view")
    arms = [m.detail for t in living.transitions for m in t.moved if m.step == "try"]
    assert arms == ["a", "a"]
    _, removed = (
        versions((), (split(b=1.0), REST))
        if False
        else (None, shop(journey("care", split(b=1.0), REST, event="view", version=3)))
    )
    publish(living, removed)
    living.after(21 * DAY)
    living.does("view")
    arms = [m.detail for t in living.transitions for m in t.moved if m.step == "try"]
    assert arms == ["a", "a", "b"]
    assert [each.arm for each in living.customer.enrollments.splits] == ["a"]


def test_a_migration_withdraws_what_waits_and_the_new_step_proposes_once() -> None:
    before, after = versions(
        (MAIL, REST),
        (Wait(id="mail", after="1d"), Propose(id="late", action="offer", deadline="3d"), REST),
        contact_rules=rules(arbitration_window="2h"),
    )
    living = somebody(before)
    living.does("view")
    publish(living, after)
    living.after(5 * DAY)
    assert actions_sent(living) == ["offer"]
    assert where(living) == {"care": "rest"}


def test_a_webhook_is_retried_until_its_deadline() -> None:
    call = Webhook(id="call", channel="hook", deadline="1d", on_failure="sad")
    living = somebody(
        shop(journey("care", call, Wait(id="glad", after="9d"), Wait(id="sad", after="9d"), event="view"))
    )
    living.does("view")
    started = living.now
    while where(living) == {"care": "call"}:
        last = sent(living)[-1]
        living.hears(last.delivery_id, DeliveryStatus.RETRYABLE, attempt=last.attempt)
        if where(living) == {"care": "call"}:
            living.after(living.wake_at - living.now)
    assert where(living) == {"care": "sad"}
    assert living.now - started >= 22 * HOUR
    assert len({each.delivery_id for each in sent(living)}) == 1


def test_what_a_step_sets_is_known_when_the_next_one_proposes() -> None:
    care = journey("care", SetTrait(id="note", set={"tier": "'gold'"}), MAIL, REST, event="view")
    living = somebody(shop(care, actions=(action("offer", "email", value=5.0, eligible_when="tier == 'gold'"),)))
    living.does("view")
    (command,) = sent(living)
    assert command.data["customer"]["tier"] == "gold"


def test_a_step_cannot_let_a_policy_choose_among_what_has_to_be_sent() -> None:
    pick = Propose(id="pick", actions=("first", "second"), deadline="1d")
    actions = (action("first", "email"), action("second", "email", category="transactional"))
    with pytest.raises(SegueError, match="has to be sent"):
        shop(journey("care", pick, REST, event="view"), actions=actions)
