"""Two customers that turn out to be one."""

import msgspec

from segue.core.engine import settle
from segue.model.assignments import HOLDOUT
from segue.model.commands import SyncAudience
from segue.model.consents import latest_word
from segue.model.customers import Customer
from segue.model.deliveries import DeliveryStatus
from segue.model.events import Merged
from segue.model.ids import CustomerId, EventId
from segue.model.time import HOUR, MINUTE
from segue.model.transitions import Transition
from tests.core.living import Living
from tests.properties.shop import a_world

WORLD = a_world(groups={})


def merge(survivor: Living, other: Living) -> list[Transition]:
    survivor.now = max(survivor.now, other.now)
    return survivor.advance(
        Merged(
            event_id=EventId(f"merge-{other.customer.customer_id}"),
            customer_id=survivor.customer.customer_id,
            at=survivor.now,
            absorbed_id=other.customer.customer_id,
            absorbed=msgspec.msgpack.encode(other.customer),
        )
    )


def test_features_count_every_event_once_also_when_the_merge_is_told_twice() -> None:
    ours, theirs = Living(WORLD, "a"), Living(WORLD, "b")
    ours.does("order_completed")
    theirs.does("order_completed")
    theirs.does("page_viewed")
    merge(ours, theirs)
    once = WORLD.profile.read(ours.customer.profile.features, ours.now)
    merge(ours, theirs)
    twice = WORLD.profile.read(ours.customer.profile.features, ours.now)
    assert (once["orders"], once["views_1d"]) == (2, 1)
    assert once == twice
    assert ours.customer.absorbed == ("b",)


def test_the_strictest_consent_survives() -> None:
    ours, theirs = Living(WORLD, "a"), Living(WORLD, "b")
    theirs.says("email", granted=False)
    ours.after(HOUR)
    ours.says("email", granted=True)
    merge(ours, theirs)
    word = latest_word(ours.customer.profile.consents, "email", "marketing")
    assert word is not None
    assert word.granted is False


def test_a_suppressed_address_of_either_suppresses_both() -> None:
    ours, theirs = Living(WORLD, "a"), Living(WORLD, "b")
    theirs.customer = msgspec.structs.replace(
        theirs.customer, profile=msgspec.structs.replace(theirs.customer.profile, unusable=("key",))
    )
    merge(ours, theirs)
    assert ours.customer.profile.unusable == ("key",)


def test_of_two_runs_through_one_journey_the_earlier_stays_and_the_other_leaves_its_audience() -> None:
    ours, theirs = Living(WORLD, "a"), Living(WORLD, "b")
    ours.is_known_as(email="someone@example.com")
    theirs.is_known_as(email="someone@example.com")
    ours.does("signed_up")
    theirs.after(MINUTE)
    theirs.does("signed_up")
    theirs.after(50 * HOUR)
    assert len(theirs.customer.outbox.memberships) == 1
    ours.after(2 * HOUR)
    ours.hears(ours.commands()[0].delivery_id, DeliveryStatus.OPENED)
    transitions = merge(ours, theirs)
    assert [(end.journey, end.reason) for end in transitions[0].ended] == [("welcome", "merged")]
    assert [c.is_member for c in transitions[0].commands if isinstance(c, SyncAudience)] == [False]


def test_contacts_of_both_count_for_the_caps() -> None:
    ours, theirs = Living(WORLD, "a"), Living(WORLD, "b")
    for living in (ours, theirs):
        living.is_known_as(email=f"{living.customer.customer_id}@example.com")
        living.does("signed_up")
        living.after(HOUR)
    merge(ours, theirs)
    assert len(ours.customer.contacts.ledger) == 2


def test_the_earlier_assignment_is_kept_and_marked_as_mixed() -> None:
    held_out = Living(a_world(groups={"holdout": 1.0}), "a")
    treated = Living(a_world(groups={}), "b")
    for living in (held_out, treated):
        living.asks("hero")
        living.after(HOUR)
    merge(treated, held_out)
    assignment = treated.customer.assignment
    assert assignment is not None
    assert (assignment.group, assignment.is_mixed) == (HOLDOUT, True)


def test_merging_an_empty_customer_changes_nothing_but_the_list_of_absorbed() -> None:
    ours = Living(WORLD, "a")
    ours.is_known_as(email="someone@example.com")
    before = ours.customer
    empty = Merged(
        event_id=EventId("m"),
        customer_id=CustomerId("a"),
        at=ours.now,
        absorbed_id=CustomerId("b"),
        absorbed=msgspec.msgpack.encode(Customer(CustomerId("b"))),
    )
    (transition,) = settle(before, empty, now=ours.now, world=WORLD)
    assert transition.customer == msgspec.structs.replace(before, version=before.version + 1, absorbed=("b",))
