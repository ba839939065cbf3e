"""The engine on whole stories; the properties over any story are in tests/properties."""

import msgspec

from segue.core.engine import advance, settle
from segue.model.catalogue import Rule
from segue.model.commands import Deliver, SyncAudience
from segue.model.customers import Customer
from segue.model.decisions import Reason
from segue.model.deliveries import DeliveryStatus
from segue.model.events import Tick, Tracked
from segue.model.ids import CustomerId, EventId
from segue.model.journeys import Entry, ExitRule, Journey
from segue.model.steps import Wait
from segue.model.time import DAY, HOUR, MINUTE, NEVER, format_instant
from segue.model.transitions import Abandoned
from tests.core.living import NOON, Living
from tests.properties.shop import a_world, an_action

WORLD = a_world(groups={})


def someone() -> Living:
    living = Living(WORLD)
    living.is_known_as(email="someone@example.com")
    return living


def test_an_event_that_nothing_listens_to_changes_the_profile_only() -> None:
    living = someone()
    before = living.customer
    (transition,) = living.does("nothing_special")
    assert transition.decisions == ()
    assert transition.commands == ()
    assert transition.wake_at == NEVER
    after = msgspec.structs.replace(before, version=before.version + 1, profile=transition.customer.profile)
    assert transition.customer == after


def test_a_journey_waits_then_proposes_then_sends_one_message() -> None:
    living = someone()
    living.does("signed_up")
    assert living.commands() == []
    living.after(HOUR)
    (command,) = living.commands()
    assert isinstance(command, Deliver)
    assert (command.action, command.channel, command.address) == ("hello", "email", "someone@example.com")
    assert format_instant(command.decided_at) == "2026-03-02T13:00:00Z"


def test_a_message_not_opened_in_48_hours_is_followed_by_the_display_audience() -> None:
    living = someone()
    living.does("signed_up")
    living.after(HOUR + 47 * HOUR)
    assert len(living.commands()) == 1
    living.after(HOUR)
    joined = living.commands()[1]
    assert isinstance(joined, SyncAudience)
    assert (joined.audience, joined.is_member, joined.at) == ("lookers", True, NOON + 49 * HOUR)


def test_an_opened_message_keeps_the_customer_out_of_the_audience() -> None:
    living = someone()
    living.does("signed_up")
    living.after(2 * HOUR)
    living.hears(living.commands()[0].delivery_id, DeliveryStatus.ACCEPTED)
    living.hears(living.commands()[0].delivery_id, DeliveryStatus.OPENED)
    living.after(3 * DAY)
    assert not [command for command in living.commands() if isinstance(command, SyncAudience)]


def test_a_purchase_exits_at_once_and_leaves_the_audience() -> None:
    living = someone()
    living.does("signed_up")
    living.after(49 * HOUR)
    (transition, *_) = living.does("order_completed")
    assert [(end.journey, end.reason, end.is_converted) for end in transition.ended] == [("welcome", "goal", True)]
    first = transition.commands[0]
    assert isinstance(first, SyncAudience)
    assert first.is_member is False
    assert living.customer.outbox.memberships == ()


def test_a_message_that_would_come_at_night_is_held_until_morning() -> None:
    living = someone()
    living.after(9 * HOUR)
    living.does("signed_up")
    living.after(HOUR)
    assert living.commands() == []
    assert living.reasons("hello")[0] == "quiet_deferred"
    living.after(12 * HOUR)
    assert format_instant(living.commands()[0].decided_at) == "2026-03-03T08:00:00Z"


def test_a_held_message_is_dropped_when_its_journey_is_interrupted() -> None:
    living = someone()
    living.after(9 * HOUR)
    living.does("signed_up")
    living.after(HOUR)
    living.does("unsubscribed_account")
    living.after(2 * DAY)
    assert living.commands() == []
    assert living.reasons("hello")[-1] == "exit_event"


def test_absence_fires_by_timer_and_is_cancelled_by_the_awaited_event() -> None:
    left, bought = someone(), someone()
    left.does("cart_updated", cart_id="a")
    left.after(31 * MINUTE)
    assert [command.action for command in left.commands()] == ["cart_nudge"]
    bought.does("cart_updated", cart_id="a")
    bought.after(20 * MINUTE)
    bought.does("order_completed")
    bought.after(HOUR)
    assert "cart_nudge" not in [command.action for command in bought.commands()]


def test_a_retryable_failure_is_tried_again_under_the_same_key() -> None:
    living = someone()
    living.does("signed_up")
    living.after(HOUR)
    (first,) = living.commands()
    living.hears(first.delivery_id, DeliveryStatus.RETRYABLE)
    living.after(5 * MINUTE)
    (_, second) = living.commands()
    assert (second.delivery_id, second.attempt) == (first.delivery_id, 2)


def test_a_rejected_message_gives_its_slot_back() -> None:
    living = someone()
    living.does("signed_up")
    living.after(HOUR)
    assert len(living.customer.contacts.ledger) == 1
    living.hears(living.commands()[0].delivery_id, DeliveryStatus.REJECTED, detail="provider_rejected")
    assert living.customer.contacts.ledger == ()


def test_a_message_withdrawn_for_the_night_is_tried_in_the_morning() -> None:
    living = someone()
    living.does("signed_up")
    living.after(HOUR)
    (first,) = living.commands()
    living.after(9 * HOUR)
    living.hears(first.delivery_id, DeliveryStatus.WITHDRAWN, detail="quiet_deferred")
    living.after(12 * HOUR)
    again = living.commands()[-1]
    assert (again.delivery_id, again.attempt) == (first.delivery_id, 2)


def test_a_message_withdrawn_for_lack_of_consent_is_gone() -> None:
    living = someone()
    living.does("signed_up")
    living.after(HOUR)
    (first,) = living.commands()
    living.says("email", granted=False)
    living.hears(first.delivery_id, DeliveryStatus.WITHDRAWN, detail="no_consent")
    assert living.customer.outbox.in_flight == ()
    assert living.customer.contacts.ledger == ()


def test_consent_withdrawn_for_display_leaves_the_audience_at_once() -> None:
    living = someone()
    living.does("signed_up")
    living.after(49 * HOUR)
    (transition,) = living.says("display", granted=False)
    (command,) = transition.commands
    assert isinstance(command, SyncAudience)
    assert command.is_member is False


def test_a_placement_gets_the_best_eligible_standing_action_or_silence() -> None:
    living = Living(a_world(groups={"rules": 1.0}))
    (transition, *_) = living.asks("hero")
    (decision,) = transition.decisions
    assert (decision.slot, decision.chosen) == ("placement:hero", "standing/banner/website")
    living.does("order_completed")
    (transition, *_) = living.asks("hero", count=2)
    assert [d.chosen for d in transition.decisions] == ["standing/sale/website", "standing/banner/website"]
    (transition, *_) = living.asks("nowhere")
    assert [d.chosen for d in transition.decisions] == ["silence"]


def test_a_rule_proposes_once_its_trigger_fires() -> None:
    living = someone()
    for _ in range(3):
        living.does("page_viewed")
    assert "look_again" in [command.action for command in living.commands()]
    assert living.reasons("look_again")


def test_transactional_messages_go_out_at_night_without_marketing_consent() -> None:
    living = someone()
    living.says("*", granted=False)
    living.after(11 * HOUR)
    living.does("order_completed")
    (command,) = living.commands()
    assert (command.action, command.is_transactional) == ("receipt", True)


def test_settle_runs_the_ticks_that_are_due_at_once() -> None:
    living = someone()
    living.does("signed_up")
    transitions = settle(
        living.customer,
        Tick(event_id=EventId("t"), customer_id=living.customer.customer_id, at=living.wake_at),
        now=living.wake_at,
        world=WORLD,
    )
    assert len(transitions) == 2, "the proposal's transition, and the one in which the journey reads the answer"
    assert transitions[-1].wake_at > living.wake_at


def test_the_versions_of_a_customer_count_its_transitions() -> None:
    living = someone()
    living.does("signed_up")
    living.after(3 * DAY)
    assert living.customer.version == len(living.transitions)


def test_advance_leaves_the_customer_it_was_given_alone() -> None:
    living = someone()
    living.does("signed_up")
    before = living.customer
    frozen = msgspec.msgpack.encode(before)
    event = Tracked(event_id=EventId("x"), customer_id=before.customer_id, at=living.now, name="order_completed")
    advance(before, event, now=living.now, world=WORLD)
    assert msgspec.msgpack.encode(before) == frozen


def test_a_world_without_a_journey_ends_its_runs() -> None:
    living = someone()
    living.does("signed_up")
    smaller = a_world(groups={}, journeys=())
    tick = Tick(event_id=EventId("t"), customer_id=CustomerId("customer-1"), at=living.wake_at)
    (transition,) = settle(living.customer, tick, now=living.wake_at, world=smaller)
    assert [end.reason for end in transition.ended] == ["journey_stopped"]
    assert transition.wake_at == NEVER


def test_a_new_customer_is_empty() -> None:
    assert Customer(CustomerId("x")).version == 0


def test_an_address_that_bounced_for_good_is_not_written_to_again() -> None:
    living = someone()
    living.does("signed_up")
    living.after(HOUR)
    living.hears(living.commands()[0].delivery_id, DeliveryStatus.REJECTED, detail="hard_bounce: 5.1.1")
    living.after(2 * DAY)
    living.does("order_completed")
    assert living.reasons("receipt") == ["suppressed"]


def test_a_message_that_is_given_up_is_named_so_that_the_ledger_ends() -> None:
    living = someone()
    living.does("signed_up")
    living.after(HOUR)
    (sent,) = living.commands()
    (transition,) = living.hears(sent.delivery_id, DeliveryStatus.RETRYABLE, retry_after=9 * DAY)
    assert transition.abandoned == (Abandoned(sent.delivery_id, 1, Reason.PROVIDER_FAILED, channel=sent.channel),)


def test_an_interruption_ends_a_message_between_two_attempts() -> None:
    living = someone()
    living.does("signed_up")
    living.after(HOUR)
    (sent,) = living.commands()
    living.hears(sent.delivery_id, DeliveryStatus.RETRYABLE)
    (transition,) = living.does("unsubscribed_account")
    assert transition.abandoned == (Abandoned(sent.delivery_id, 2, Reason.EXIT_EVENT, channel=sent.channel),)
    assert transition.customer.contacts.ledger == ()


def test_a_message_that_may_have_arrived_is_given_up_with_its_slot() -> None:
    living = someone()
    living.does("signed_up")
    living.after(HOUR)
    (sent,) = living.commands()
    (transition,) = living.hears(sent.delivery_id, DeliveryStatus.RETRYABLE, retry_after=9 * DAY, may_have_arrived=True)
    assert transition.abandoned == (
        Abandoned(sent.delivery_id, 1, Reason.PROVIDER_UNKNOWN, may_have_arrived=True, channel=sent.channel),
    )
    assert [slot.state for slot in transition.customer.contacts.ledger] == ["confirmed"]


def test_an_interruption_takes_nothing_back_of_what_may_have_arrived() -> None:
    living = someone()
    living.does("signed_up")
    living.after(HOUR)
    (sent,) = living.commands()
    living.hears(sent.delivery_id, DeliveryStatus.RETRYABLE, may_have_arrived=True)
    (transition,) = living.does("unsubscribed_account")
    assert transition.abandoned == (
        Abandoned(sent.delivery_id, 2, Reason.EXIT_EVENT, may_have_arrived=True, channel=sent.channel),
    )
    assert [slot.state for slot in transition.customer.contacts.ledger] == ["confirmed"]


def test_a_journey_is_not_entered_while_its_exit_condition_holds() -> None:
    journey = Journey(
        journey="j",
        entry=Entry(trigger="ordered"),
        exits=(ExitRule(when="orders >= 2"),),
        reentry="after 0d",
        steps=(Wait(id="w", after="1d"),),
    )
    living = Living(a_world(groups={}, journeys=(journey,)))
    living.does("order_completed")
    assert len(living.customer.enrollments.runs) == 1
    transitions = living.does("order_completed")
    assert living.customer.enrollments.runs == ()
    assert [blocked.reason for blocked in transitions[0].blocked] == [Reason.EXIT_PREDICATE]


def test_an_audience_is_left_under_the_address_it_was_joined_with() -> None:
    living = someone()
    living.does("signed_up")
    living.after(49 * HOUR)
    living.is_known_as(email="new@example.com")
    living.does("order_completed")
    left = [command for command in living.commands() if isinstance(command, SyncAudience)][-1]
    assert (left.is_member, left.identifiers) == (False, {"email": "someone@example.com"})


def test_what_has_to_be_sent_is_sent_to_the_held_out_too_whatever_it_costs() -> None:
    receipts = tuple(
        an_action(name, "email", category="transactional", purpose="transactional", value=0.0, cost=0.5)
        for name in ("receipt", "warranty")
    )
    rules = tuple(Rule(rule=action.action, trigger="ordered", action=action.action) for action in receipts)
    living = Living(a_world(groups={"holdout": 1.0}, actions=receipts, rules=rules, journeys=()))
    living.is_known_as(email="someone@example.com")
    living.does("order_completed")
    assert [command.action for command in living.commands()] == ["receipt", "warranty"]
    decisions = [decision for transition in living.transitions for decision in transition.decisions]
    assert [(d.slot, d.policy, d.probability, d.is_ghost) for d in decisions] == [
        ("message:receipt", "obligation@1", 1.0, False),
        ("message:warranty", "obligation@1", 1.0, False),
    ]
