"""What changed between the decision and the hand-over wins."""

from segue.core.handover import recheck
from segue.model.commands import Deliver
from segue.model.decisions import Reason
from segue.model.deliveries import DeliveryStatus
from segue.model.events import ContactPointChanged
from segue.model.identities import contact_point_key
from segue.model.ids import EventId
from segue.model.time import DAY, HOUR, Instant
from tests.core.living import Living
from tests.properties.shop import a_world

WORLD = a_world(groups={})


def with_a_message() -> tuple[Living, Deliver]:
    living = Living(WORLD)
    living.is_known_as(email="someone@example.com")
    living.does("signed_up")
    living.after(HOUR)
    (command,) = living.commands()
    return living, command


def test_an_unchanged_customer_gets_the_message() -> None:
    living, command = with_a_message()
    assert recheck(living.customer, command, now=living.now, world=WORLD) is None


def test_an_unsubscribe_between_decision_and_hand_over_wins() -> None:
    living, command = with_a_message()
    living.says("email", granted=False)
    assert recheck(living.customer, command, now=living.now, world=WORLD) == Reason.NO_CONSENT


def test_an_interrupted_journey_takes_its_message_back() -> None:
    living, command = with_a_message()
    living.does("unsubscribed_account")
    assert recheck(living.customer, command, now=living.now, world=WORLD) == Reason.EXIT_EVENT


def test_a_message_that_fell_into_the_night_has_to_wait() -> None:
    living, command = with_a_message()
    night = Instant(living.now + 9 * HOUR)
    assert recheck(living.customer, command, now=night, world=WORLD) == Reason.QUIET_DEFERRED


def test_a_message_past_its_expiry_is_not_handed_over() -> None:
    living, command = with_a_message()
    assert recheck(living.customer, command, now=Instant(living.now + 30 * DAY), world=WORLD) == Reason.EXPIRED


def test_a_message_that_is_concluded_is_not_handed_over_twice() -> None:
    living, command = with_a_message()
    living.hears(command.delivery_id, DeliveryStatus.ACCEPTED)
    assert recheck(living.customer, command, now=living.now, world=WORLD) == Reason.JOURNEY_STOPPED


def test_a_suppressed_address_is_not_written_to() -> None:
    living, command = with_a_message()
    bounced = contact_point_key("email", "someone@example.com")
    living.advance(
        ContactPointChanged(
            event_id=EventId("b"),
            customer_id=living.customer.customer_id,
            at=living.now,
            contact_point=bounced,
            usable=False,
        )
    )
    assert recheck(living.customer, command, now=living.now, world=WORLD) == Reason.SUPPRESSED


def test_a_run_that_came_to_its_own_end_does_not_take_its_message_back() -> None:
    living = Living(WORLD)
    living.is_known_as(email="someone@example.com")
    living.does("cart_updated", cart_id="a")
    living.after(31 * 60 * 1_000_000)
    living.hears(living.commands()[0].delivery_id, DeliveryStatus.ACCEPTED)
    living.after(2 * DAY + HOUR)
    last = living.commands()[-1]
    assert last.channel == "email"
    assert not [run for run in living.customer.enrollments.runs if run.journey == "cart"]
    assert recheck(living.customer, last, now=living.now, world=WORLD) is None
