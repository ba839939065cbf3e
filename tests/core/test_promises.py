"""What decisions commit to."""

from segue.model.catalogue import ChannelSpec
from segue.model.commands import CreateTask, Deliver, SyncAudience
from segue.model.decisions import Reason
from segue.model.deliveries import DeliveryStatus
from segue.model.journeys import Entry, Journey
from segue.model.steps import Propose, Wait
from segue.model.time import DAY, HOUR
from segue.model.transitions import Abandoned
from segue.model.workspace import PolicySpec
from tests.core.living import Living
from tests.properties.shop import a_workspace, a_world, an_action


def offering(channels: tuple[str, ...], **changes: object) -> Living:
    journey = Journey(
        journey="offer",
        entry=Entry(trigger="ordered"),
        steps=(Propose(id="offer", action="offer", channels=channels, keep="3d"), Wait(id="rest", after="10d")),
    )
    shop = a_workspace()
    fields: dict[str, object] = {
        "groups": {},
        "policy": PolicySpec(),
        "channels": (*shop.channels, ChannelSpec(name="sales", family="task")),
        "actions": (an_action("offer", "email", "display", "website", "sales"),),
        "rules": (),
        "journeys": (journey,),
    }
    living = Living(a_world(**{**fields, **changes}))
    living.is_known_as(email="someone@example.com")
    living.says("sales", granted=True)
    living.does("order_completed")
    return living


def test_a_message_reserves_its_slot_and_goes_in_flight() -> None:
    living = offering(("email",))
    (command,) = living.commands()
    assert isinstance(command, Deliver)
    assert command.data["customer"] == {"email": "someone@example.com"}
    (contact,) = living.customer.contacts.ledger
    assert (contact.delivery_id, contact.state, contact.journey) == (command.delivery_id, "reserved", "offer")
    assert living.customer.outbox.in_flight[0].candidate.delivery_id == command.delivery_id


def test_an_audience_gains_a_member_without_a_contact_and_loses_it_in_time() -> None:
    living = offering(("display",))
    assert living.customer.contacts.ledger == ()
    living.after(3 * DAY)
    assert [c.is_member for c in living.commands() if isinstance(c, SyncAudience)] == [True, False]


def test_channels_of_different_slots_are_promised_side_by_side() -> None:
    living = offering(("email", "display"))
    message, member = living.commands()
    assert (message.action, member.audience) == ("offer", "lookers")
    assert message.delivery_id != member.delivery_id


def test_a_placement_offer_waits_for_the_placement_to_ask() -> None:
    living = offering(("website",))
    assert living.commands() == []
    (transition, *_) = living.asks("hero")
    run_id = living.customer.enrollments.runs[0].run_id
    assert transition.decisions[0].chosen == f"offer:{run_id}/offer/website"
    living.after(4 * DAY)
    (transition, *_) = living.asks("hero")
    assert transition.decisions[0].chosen == "silence"


def test_a_task_is_created_and_counts_as_a_contact() -> None:
    living = offering(("sales",))
    (command,) = living.commands()
    assert isinstance(command, CreateTask)
    assert len(living.customer.contacts.ledger) == 1


def test_a_retry_counts_when_it_is_tried_again() -> None:
    living = offering(("email",))
    (first,) = living.commands()
    reserved_at = living.customer.contacts.ledger[0].at
    living.hears(first.delivery_id, DeliveryStatus.RETRYABLE, retry_after=2 * HOUR)
    living.after(3 * HOUR)
    assert living.customer.contacts.ledger[0].at > reserved_at


def test_what_may_have_arrived_and_must_not_go_out_any_more_keeps_its_slot() -> None:
    living = offering(("email",))
    (first,) = living.commands()
    living.hears(first.delivery_id, DeliveryStatus.RETRYABLE, may_have_arrived=True)
    living.after(HOUR)
    living.says("email", granted=False)
    (transition, *_) = living.hears(first.delivery_id, DeliveryStatus.WITHDRAWN, attempt=2, detail="no_consent")
    unsure = Abandoned(first.delivery_id, 2, Reason.NO_CONSENT, may_have_arrived=True, channel="email")
    assert transition.abandoned == (unsure,)
    assert [slot.state for slot in living.customer.contacts.ledger] == ["confirmed"]
    assert living.customer.outbox.in_flight == ()


def test_what_may_have_arrived_of_an_action_that_is_gone_keeps_its_slot() -> None:
    living = offering(("email",))
    (first,) = living.commands()
    living.hears(first.delivery_id, DeliveryStatus.RETRYABLE, may_have_arrived=True)
    living.world = a_world(groups={}, rules=(), journeys=(), actions=(an_action("other", "email"),))
    living.after(HOUR)
    abandoned = [each for transition in living.transitions for each in transition.abandoned]
    assert [(each.delivery_id, each.may_have_arrived) for each in abandoned] == [(first.delivery_id, True)]
    assert [slot.state for slot in living.customer.contacts.ledger] == ["confirmed"]
