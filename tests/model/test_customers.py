"""Customers are stored for years: positions never change, fields are only appended."""

from typing import Any

import pytest

from segue.model.assignments import Assignment
from segue.model.consents import Consent
from segue.model.customers import (
    Answer,
    Contact,
    Contacts,
    Customer,
    Enrollments,
    Held,
    InFlight,
    Membership,
    Outbox,
    Profile,
    Watch,
    Watches,
)
from segue.model.ids import CustomerId, RunId
from segue.model.runs import Entered
from segue.model.time import NEVER, Instant
from tests.builders import candidate, contact, flight, held, membership, reread, run, stored

FULL = Customer(
    customer_id=CustomerId("ada"),
    version=7,
    absorbed=(CustomerId("anonymous"),),
    profile=Profile(
        first_seen=Instant(1),
        last_seen=Instant(2),
        traits={"email": "ada@example.com"},
        trait_times={"email": Instant(1)},
        features={"orders": 3},
        consents=(Consent("email", "marketing", True, Instant(1), "form"),),
        unusable=("0f",),
    ),
    watches=Watches((Watch("abandoned", Instant(1), Instant(9), {"cart": "c1"}),), ("browsed",)),
    enrollments=Enrollments((run(facts={"order_id": 4}),), (Entered("reorder", Instant(1), 2),)),
    assignment=Assignment("agent", "1", "ada", Instant(1)),
    contacts=Contacts((contact(),)),
    outbox=Outbox(
        (held(),),
        (flight(cancelled="exit_event", may_have_arrived=True),),
        (membership(),),
        (Answer(RunId("r"), 1, "sent"),),
    ),
)


def test_a_customer_is_read_as_it_was_written() -> None:
    assert reread(FULL) == FULL


def test_a_customer_whose_every_part_is_new_is_empty() -> None:
    assert stored(Customer, ["ada"]) == Customer(CustomerId("ada"))
    assert Customer(CustomerId("ada")).outbox == Outbox()


CANDIDATE = ["k", "offer", "email", "rule:r", "send-1", 2, 1]


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ([1, 2], Profile(first_seen=Instant(1), last_seen=Instant(2))),
        (["abandoned", 1, 9], Watch("abandoned", Instant(1), Instant(9))),
        ([5, "s", "email", "offer", "promo", "reserved"], contact(5, "s", action="offer", state="reserved")),
        (
            [CANDIDATE, 9, "capped"],
            Held(candidate(key="k", source="rule:r", deadline=2, proposed_at=1), Instant(9), "capped"),
        ),
        (
            [CANDIDATE, "d", 1, 1, 3, NEVER],
            flight(
                candidate(key="k", source="rule:r", deadline=2, proposed_at=1),
                decision_id="d",
                decided_at=1,
                expires_at=3,
            ),
        ),
        (
            ["audience", "reorder", "display", "offer", 1, 2, "join-1"],
            membership(since=1, until=2, run_id="", is_ghost=False),
        ),
        (["run-1", 3, "sent"], Answer(RunId("run-1"), 3, "sent")),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, list) else "",
)
def test_a_part_written_by_the_first_version_is_still_readable(fields: list[Any], value: object) -> None:
    assert stored(type(value), fields) == value


def test_a_customer_of_a_newer_version_is_readable_without_what_this_one_does_not_know() -> None:
    whole = [7, [], [1, 2], [], [], None, [], [], "a part of the future"]
    assert stored(Customer, ["ada", *whole]) == Customer(
        CustomerId("ada"), version=7, profile=Profile(first_seen=Instant(1), last_seen=Instant(2))
    )


@pytest.mark.parametrize("part", [Profile, Watches, Enrollments, Contacts, Outbox, Contact, InFlight, Membership])
def test_a_part_cannot_be_changed_in_place(part: type[Any]) -> None:
    assert part.__struct_config__.frozen
    assert part.__struct_config__.array_like
