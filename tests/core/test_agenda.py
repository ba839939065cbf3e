"""What is decided in one transition: themes and their followers, pools, removals, shared capacities."""

from typing import Any

import pytest

from segue.core.world import World
from segue.model.catalogue import Action, Capacity, Rule, Theme, Variant
from segue.model.commands import Deliver, SyncAudience
from segue.model.contact_rules import ContactRules
from segue.model.decisions import Decision
from segue.model.deliveries import DeliveryStatus
from segue.model.journeys import Entry, Journey
from segue.model.steps import Propose, Webhook
from segue.model.time import DAY, HOUR, MINUTE
from segue.model.triggers import EventTrigger
from segue.model.workspace import PolicySpec
from tests.core.living import NOON, Living
from tests.properties.shop import a_world, an_action

FREE = ContactRules(caps=(), quiet_hours=(), min_gap="0s", consent={"default": "opt_out"})
COATS = {"coats": Theme(window="7d", exclusive="outerwear"), "jackets": Theme(window="7d", exclusive="outerwear")}


def an_ad(name: str, audience: str, **fields: Any) -> Action:
    return Action(action=name, value=1.0, variants=(Variant(channel="display", audience=audience),), **fields)


def a_shop(**changes: Any) -> World:
    """Return a World in which each event of the same name proposes one message."""
    fields: dict[str, Any] = {
        "groups": {},
        "policy": PolicySpec(),
        "journeys": (),
        "contact_rules": FREE,
        "themes": COATS,
        "triggers": {name: EventTrigger(event=name) for name in ("coat", "jacket", "hat")},
        "rules": tuple(
            Rule(rule=name, trigger=name, action=f"{name}_mail", deadline="2d") for name in ("coat", "jacket", "hat")
        ),
        "actions": (
            an_action("coat_mail", "email", theme="coats", value=2.0),
            an_action("jacket_mail", "email", theme="jackets"),
            an_action("hat_mail", "email", value=3.0),
            an_ad("coat_ad", "coat_lookers", theme="coats", follows_theme=True, converted_by="coat_bought"),
            an_action("coat_banner", "website", theme="coats", follows_theme=True),
            an_action("any_banner", "website", standing=True, value=9.0),
        ),
    }
    return a_world(**{**fields, **changes})


def someone(world: World) -> Living:
    living = Living(world)
    living.is_known_as(email="someone@example.com")
    return living


def memberships(living: Living) -> list[tuple[str, bool]]:
    return [(c.audience, c.is_member) for c in living.commands() if isinstance(c, SyncAudience)]


def mails(living: Living) -> list[str]:
    return [command.action for command in living.commands() if isinstance(command, Deliver)]


def decisions(living: Living) -> list[Decision]:
    return [decision for transition in living.transitions for decision in transition.decisions]


def test_when_a_theme_has_a_contact_its_audiences_follow_in_the_same_transition() -> None:
    living = someone(a_shop())
    (transition,) = living.does("coat")
    assert [type(command) for command in transition.commands] == [Deliver, SyncAudience]
    assert memberships(living) == [("coat_lookers", True)]


def test_a_follower_is_left_when_the_theme_is_over() -> None:
    living = someone(a_shop())
    living.does("coat")
    living.after(7 * DAY - MINUTE)
    assert memberships(living) == [("coat_lookers", True)]
    living.after(MINUTE)
    assert memberships(living) == [("coat_lookers", True), ("coat_lookers", False)]


def test_a_later_contact_of_the_theme_prolongs_the_membership_and_joins_nobody_twice() -> None:
    living = someone(a_shop())
    living.does("coat")
    living.after(3 * DAY)
    living.does("coat")
    living.after(5 * DAY)
    assert memberships(living) == [("coat_lookers", True)]
    living.after(2 * DAY)
    assert memberships(living) == [("coat_lookers", True), ("coat_lookers", False)]


def test_a_placement_shows_the_live_theme_before_anything_of_more_worth() -> None:
    living = someone(a_shop())
    living.asks("hero")
    living.does("coat")
    living.asks("hero")
    shown = [d.chosen.rpartition("/")[0].rpartition("/")[2] for d in decisions(living) if d.slot == "placement:hero"]
    assert shown == ["any_banner", "coat_banner"]
    assert living.reasons("any_banner") == ["", "lost_arbitration"]


def test_a_contradicting_theme_is_suppressed_while_the_other_is_live() -> None:
    living = someone(a_shop())
    living.does("coat")
    living.after(HOUR)
    living.does("jacket")
    assert mails(living) == ["coat_mail"]
    assert living.reasons("jacket_mail") == ["theme_conflict"]


def test_what_was_bought_leaves_its_audience_at_once_and_first() -> None:
    living = someone(a_shop())
    living.does("coat")
    living.after(HOUR)
    (transition, *_) = living.does("coat_bought")
    first = transition.commands[0]
    assert isinstance(first, SyncAudience)
    assert (first.audience, first.is_member) == ("coat_lookers", False)
    assert living.customer.outbox.memberships == ()


def test_the_held_out_follow_no_theme_that_anybody_could_see() -> None:
    living = someone(a_shop(groups={"holdout": 1.0}))
    living.does("coat")
    living.after(8 * DAY)
    assert living.commands() == []


def test_messages_that_come_within_the_window_compete_and_the_most_valuable_wins() -> None:
    rules = ContactRules(
        caps=(), quiet_hours=(), min_gap="1d", consent={"default": "opt_out"}, arbitration_window="10min"
    )
    living = someone(a_shop(contact_rules=rules, themes={}))
    living.does("coat")
    living.after(9 * MINUTE)
    living.does("hat")
    assert mails(living) == []
    living.after(MINUTE)
    assert mails(living) == ["hat_mail"]
    assert living.now == NOON + 10 * MINUTE
    living.after(3 * DAY)
    assert mails(living) == ["hat_mail"], "a rule's proposal does not wait when it lost"


def test_who_lost_in_the_pool_comes_later_when_its_step_says_so() -> None:
    rules = ContactRules(
        caps=(), quiet_hours=(), min_gap="2h", consent={"default": "opt_out"}, arbitration_window="10min"
    )
    waiting = Journey(
        journey="coats",
        entry=Entry(on=EventTrigger(event="coat")),
        steps=(Propose(id="mail", action="coat_mail", on_lost="wait", deadline="1d"),),
    )
    hats = (Rule(rule="hat", trigger="hat", action="hat_mail"),)
    living = someone(a_shop(contact_rules=rules, journeys=(waiting,), rules=hats))
    living.does("coat")
    living.does("hat")
    living.after(10 * MINUTE)
    assert mails(living) == ["hat_mail"]
    living.after(2 * HOUR)
    assert mails(living) == ["hat_mail", "coat_mail"]


def test_a_rules_proposal_waits_when_the_rule_says_so() -> None:
    rules = ContactRules(caps=(), quiet_hours=(), min_gap="2h", consent={"default": "opt_out"})
    patient = (
        Rule(rule="hat", trigger="hat", action="hat_mail"),
        Rule(rule="coat", trigger="hat", action="coat_mail", on_lost="wait"),
    )
    living = someone(a_shop(contact_rules=rules, rules=patient))
    living.does("hat")
    assert mails(living) == ["hat_mail"]
    living.after(2 * HOUR)
    assert mails(living) == ["hat_mail", "coat_mail"]


CAPACITY = {"mails": Capacity(limit=1, per="1d")}


def test_a_shared_capacity_is_taken_at_the_decision_and_binds_the_next_customer() -> None:
    first = someone(a_shop(capacities=CAPACITY))
    first.does("hat")
    second = Living(first.world, "customer-2")
    second.is_known_as(email="other@example.com")
    second.does("coat")
    assert mails(first) == ["hat_mail"]
    assert second.reasons("coat_mail") == ["capacity"]
    assert mails(second) == []


def test_a_message_that_failed_for_good_gives_the_capacity_back() -> None:
    living = someone(a_shop(capacities=CAPACITY))
    living.does("hat")
    living.hears(living.commands()[0].delivery_id, DeliveryStatus.REJECTED)
    living.does("coat")
    assert mails(living) == ["hat_mail", "coat_mail"]


def test_a_ghost_takes_nothing_from_a_shared_capacity() -> None:
    living = someone(a_shop(capacities=CAPACITY, groups={"holdout": 1.0}))
    living.does("hat")
    assert living.transitions[-1].tallies == ()


NOTIFY = Journey(
    journey="notify",
    entry=Entry(on=EventTrigger(event="hat")),
    steps=(
        Webhook(id="crm", channel="push", payload={"what": "'hat'", "size": "run.size"}, on_failure="mail"),
        Propose(id="thanks", action="coat_mail", next="end"),
        Propose(id="mail", action="hat_mail"),
        Webhook(id="end", channel="push"),
    ),
)


def a_caller() -> Living:
    living = someone(a_shop(journeys=(NOTIFY,), rules=()))
    living.does("hat", size=58)
    return living


def test_a_webhook_carries_its_payload_and_is_no_contact() -> None:
    living = a_caller()
    (command,) = living.commands()
    assert (command.channel, command.data) == ("push", {"payload": {"what": "hat", "size": 58}})
    assert living.customer.contacts.ledger == ()


def test_a_run_goes_on_when_its_webhook_was_carried_out() -> None:
    living = a_caller()
    living.hears(living.commands()[0].delivery_id, DeliveryStatus.ACCEPTED)
    assert mails(living)[1:] == ["coat_mail", "_webhook:notify/end"]


def test_a_run_goes_the_other_way_when_its_webhook_failed() -> None:
    living = a_caller()
    living.hears(living.commands()[0].delivery_id, DeliveryStatus.REJECTED)
    assert mails(living)[1:] == ["hat_mail", "_webhook:notify/end"]


@pytest.mark.parametrize("policy", [PolicySpec(exploration=1.0), PolicySpec(name="random")])
def test_a_webhook_is_called_whatever_the_policy_would_rather_explore(policy: PolicySpec) -> None:
    for number in range(8):
        living = Living(a_shop(journeys=(NOTIFY,), rules=(), policy=policy), f"customer-{number}")
        living.does("hat", size=58)
        assert mails(living) == ["_webhook:notify/crm"]


def test_the_held_outs_webhook_is_a_ghost_and_the_run_goes_on() -> None:
    living = Living(a_shop(journeys=(NOTIFY,), rules=(), groups={"holdout": 1.0}))
    living.is_known_as(email="someone@example.com")
    living.does("hat", size=58)
    assert living.commands() == []
    assert [end.reason for transition in living.transitions for end in transition.ended] == ["done"]
