"""A glance reads the same bytes as the whole customer does."""

import msgspec

from segue.model.customers import Contact, Contacts, Customer, Enrollments, Pending
from segue.model.runs import Run
from segue.model.time import HOUR, NEVER
from segue.runtimes import glance
from segue.runtimes.glance import glance_at
from tests.builders import NOW, contact, customer, run

SAME = (
    (glance.Glance, Customer),
    (glance.EnrollmentsGlance, Enrollments),
    (glance.RunGlance, Run),
    (glance.PendingGlance, Pending),
    (glance.ContactsGlance, Contacts),
    (glance.ContactGlance, Contact),
)


def test_every_glance_is_a_beginning_of_what_it_looks_at() -> None:
    for seen, whole in SAME:
        assert whole.__struct_fields__[: len(seen.__struct_fields__)] == seen.__struct_fields__


def test_it_sees_runs_pending_entries_and_contact_points() -> None:
    someone = customer(
        enrollments=Enrollments(
            runs=(run(step="wait", version=3, wake_at=NOW + HOUR, facts={"deep": [1, {"a": 2}]}),),
            pending=(Pending("cart", "7", NEVER, "paused"),),
        ),
        contacts=Contacts((contact(contact_point="p1"), contact(NOW + 1))),
    )
    seen = glance_at(msgspec.msgpack.encode(someone))
    assert [(r.journey, r.version, r.step, r.wake_at) for r in seen.enrollments.runs] == [
        ("reorder", 3, "wait", NOW + HOUR)
    ]
    assert [(p.journey, p.due) for p in seen.enrollments.pending] == [("cart", NEVER)]
    assert [slot.contact_point for slot in seen.contacts.ledger] == ["p1", ""]


def test_a_customer_from_before_journeys_is_seen_as_being_nowhere() -> None:
    assert glance_at(msgspec.msgpack.encode(["someone", 3])).enrollments.runs == ()
