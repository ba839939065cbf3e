"""Journeys through the engine: what steps propose is decided, reported on, and read by the steps again."""

from typing import Any

import msgspec

from segue.core.world import World, build_world
from segue.model.catalogue import ChannelSpec, Rule, TraitSpec
from segue.model.contact_rules import ContactRules
from segue.model.deliveries import DeliveryStatus
from segue.model.journeys import Entry, Handler, Journey
from segue.model.steps import (
    Choose,
    EventMatch,
    Exit,
    Goal,
    MessageGroup,
    Option,
    Propose,
    SetTrait,
    Step,
    SubJourney,
    Wait,
    Webhook,
)
from segue.model.time import DAY, HOUR
from segue.model.triggers import EventTrigger, JourneyTrigger, TraitTrigger
from segue.model.workspace import Workspace
from tests.builders import ADDRESSES, CHANNELS, action
from tests.core.living import Living

HOOK = ChannelSpec(name="hook", family="message")
FREE = ContactRules(caps=(), quiet_hours=(), min_gap="0s", consent={"email": "opt_out", "sms": "opt_out"})


def a_world(*steps: Step, more: tuple[Journey, ...] = (), **changes: Any) -> World:
    fields: dict[str, Any] = {"entry": Entry(on=EventTrigger(event="view")), "steps": steps} | changes.pop(
        "journey", {}
    )
    whole: dict[str, Any] = {
        "name": "shop",
        "channels": (*CHANNELS, HOOK),
        "traits": {name: TraitSpec(type="text") for name in (*ADDRESSES, "tier")},
        "actions": (action("offer", "email", "sms", value=5.0), action("thanks", "email", value=5.0)),
        "journeys": (Journey(journey="care", **fields), *more),
        "contact_rules": FREE,
    }
    return build_world(Workspace(**(whole | changes)))


def ada(world: World) -> Living:
    living = Living(world)
    living.is_known_as(**ADDRESSES)
    return living


def sent(living: Living) -> list[Any]:
    return [command for command in living.commands() if type(command).__name__ == "Deliver"]


def where(living: Living) -> dict[str, str]:
    return {run.journey: run.step for run in living.customer.enrollments.runs}


def moves(living: Living) -> list[tuple[str, str, str]]:
    return [(m.step, m.to, m.how) for transition in living.transitions for m in transition.moved]


GROUP = Propose(
    id="series",
    action="offer",
    group=MessageGroup(order=("sms", "email"), gap="1d", cancel_on=(EventMatch(event="message_clicked"),)),
)


def test_a_group_sends_the_next_part_a_gap_after_the_earlier_one_went_out() -> None:
    living = ada(a_world(GROUP, Wait(id="rest", after="9d")))
    living.does("view")
    (first,) = sent(living)
    living.after(3 * HOUR)
    living.hears(first.delivery_id, DeliveryStatus.ACCEPTED)
    living.after(DAY - HOUR)
    assert [each.channel for each in sent(living)] == ["sms"]
    living.after(HOUR)
    assert [each.channel for each in sent(living)] == ["sms", "email"]
    living.hears(sent(living)[1].delivery_id, DeliveryStatus.ACCEPTED)
    assert where(living) == {"care": "rest"}


def test_retries_hold_up_what_comes_after_them() -> None:
    living = ada(a_world(GROUP, Wait(id="rest", after="9d")))
    living.does("view")
    living.hears(sent(living)[0].delivery_id, DeliveryStatus.RETRYABLE)
    living.after(2 * HOUR)
    assert [(each.channel, each.attempt) for each in sent(living)] == [("sms", 1), ("sms", 2)]
    living.hears(sent(living)[0].delivery_id, DeliveryStatus.REJECTED, attempt=2)
    assert [each.channel for each in sent(living)] == ["sms", "sms", "email"]


def test_an_engagement_cancels_the_rest_of_a_group() -> None:
    living = ada(a_world(GROUP, Wait(id="rest", after="9d")))
    living.does("view")
    living.hears(sent(living)[0].delivery_id, DeliveryStatus.ACCEPTED)
    living.hears(sent(living)[0].delivery_id, DeliveryStatus.CLICKED)
    assert where(living) == {"care": "rest"}
    living.after(5 * DAY)
    assert [each.channel for each in sent(living)] == ["sms"]


def test_of_several_actions_one_is_sent() -> None:
    living = ada(a_world(Propose(id="mail", actions=("offer", "thanks")), Wait(id="rest", after="9d")))
    living.does("view")
    assert (len(sent(living)), where(living)) == (1, {"care": "rest"})


def test_a_webhook_is_called_with_its_payload_and_the_run_waits_for_the_outcome() -> None:
    call = Webhook(id="call", channel="hook", payload={"cart": "run.cart"}, on_failure="sad")
    for status, step in ((DeliveryStatus.ACCEPTED, "glad"), (DeliveryStatus.REJECTED, "sad")):
        living = ada(a_world(call, Wait(id="glad", after="1d"), Wait(id="sad", after="1d")))
        living.does("view", cart="c1", secret="no")
        (called,) = sent(living)
        assert (called.channel, where(living)) == ("hook", {"care": "call"})
        living.hears(called.delivery_id, status)
        assert where(living) == {"care": step}


def test_the_policy_chooses_the_way_and_the_choice_is_on_record() -> None:
    choice = Choose(
        id="way",
        options=(
            Option(option="dear", next="dear", value=1.0),
            Option(option="good", next="good", value=9.0, priority=5),
        ),
        otherwise="none",
    )
    ways: list[Step] = [Wait(id=name, after="1d") for name in ("dear", "good", "none")]
    living = ada(a_world(choice, *ways))
    living.does("view")
    assert where(living) == {"care": "good"}
    assert ("way", "good", "passed") in moves(living)
    decisions = [d for transition in living.transitions for d in transition.decisions]
    assert [len(d.considered) for d in decisions] == [3]


def test_a_trait_that_a_step_sets_is_told_to_everybody() -> None:
    gold = Journey(
        journey="gold",
        entry=Entry(on=TraitTrigger(trait="tier", when="tier == 'gold'")),
        steps=(Wait(id="w", after="1d"),),
    )
    living = ada(a_world(SetTrait(id="note", set={"tier": "'gold'"}), Wait(id="rest", after="1d"), more=(gold,)))
    living.does("view")
    assert living.customer.profile.traits["tier"] == "gold"
    assert where(living) == {"care": "rest", "gold": "w"}


def test_the_end_of_a_journey_opens_another_and_sets_off_rules() -> None:
    after = Journey(
        journey="after", entry=Entry(trigger="over"), steps=(SubJourney(id="sub", journey="small"), Exit(id="out"))
    )
    small = Journey(
        journey="small",
        entry=Entry(on=EventTrigger(event="never")),
        steps=(Wait(id="calm", after="1d"), Goal(id="won")),
    )
    living = ada(
        a_world(
            Wait(id="rest", after="1d"),
            more=(after, small),
            triggers={"over": JourneyTrigger(journey="care", outcome="done")},
            rules=(Rule(rule="bye", trigger="over", action="thanks"),),
        )
    )
    living.does("view")
    living.after(DAY)
    assert where(living) == {"after": "sub", "small": "calm"}
    assert [each.action for each in sent(living)] == ["thanks"]
    living.after(DAY)
    assert where(living) == {}


def test_a_handler_that_branches_withdraws_what_waits() -> None:
    quiet = a_world(
        Propose(id="mail", action="thanks", deadline="3d"),
        Wait(id="rest", after="9d"),
        journey={"on": (Handler(event="jump", goto="rest"),)},
        contact_rules=msgspec.structs.replace(FREE, min_gap="2d"),
        rules=(Rule(rule="first", trigger="hello", action="offer"),),
        triggers={"hello": EventTrigger(event="hello")},
    )
    living = ada(quiet)
    living.does("hello")
    living.does("view")
    assert (where(living), [each.action for each in sent(living)]) == ({"care": "mail"}, ["offer"])
    living.does("jump")
    assert where(living) == {"care": "rest"}
    living.after(4 * DAY)
    assert [each.action for each in sent(living)] == ["offer"]


def test_a_paused_run_keeps_what_it_proposed_until_it_goes_on() -> None:
    held = a_world(
        Propose(id="mail", action="thanks", deadline="9d"),
        Wait(id="rest", after="9d"),
        journey={"on": (Handler(event="ticket", pause="4d"),)},
        contact_rules=ContactRules(
            caps=(), quiet_hours=(), min_gap="1d", consent={"email": "opt_out", "sms": "opt_out"}
        ),
        rules=(Rule(rule="first", trigger="hello", action="offer"),),
        triggers={"hello": EventTrigger(event="hello")},
    )
    living = ada(held)
    living.does("hello")
    living.does("view")
    living.does("ticket")
    living.after(3 * DAY)
    assert [each.action for each in sent(living)] == ["offer"]
    living.after(DAY + HOUR)
    assert ([each.action for each in sent(living)], where(living)) == (["offer", "thanks"], {"care": "rest"})
