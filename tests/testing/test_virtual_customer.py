"""A virtual customer lives through the production engine: timers at their moment, hand-over asked again."""

from pathlib import Path

import pytest

from segue.core.world import World, build_world
from segue.model.deliveries import DeliveryStatus
from segue.model.time import DAY, HOUR, Instant
from segue.testing import a_customer, an_event
from segue.testing.virtual_customer import Answer, VirtualCustomer
from segue.workspace import load

START = an_event(at="2011-01-03T10:00:00Z").at
DUE = Instant(START + 21 * DAY + 24 * DAY)


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(load(Path(__file__).parents[2] / "examples" / "two_channels").workspace)


def live(world: World, answer: Answer, until: Instant) -> VirtualCustomer:
    """Return a customer that orders twice, 21 days apart, and is looked at ``until`` then."""
    known = a_customer(traits={"email": "ada@example.com"}, since=START)
    customer = VirtualCustomer(world, known, START, lambda command: answer)
    customer.schedule(an_event(at=START, invoice="A1"))
    customer.schedule(an_event(at=Instant(START + 21 * DAY), invoice="A2"))
    customer.run_until(until)
    return customer


def test_a_timer_fires_at_its_own_moment_and_not_before(world):
    assert live(world, Answer(), Instant(DUE - 1)).messages == []
    (message,) = live(world, Answer(), DUE).messages
    assert (message.at, message.action, message.channel) == (DUE, "reorder_offer", "email")


def test_time_ends_where_it_was_asked_to(world):
    customer = live(world, Answer(), Instant(DUE + 5))
    assert customer.now == DUE + 5


def test_it_stops_early_when_asked(world):
    customer = live(world, Answer(), START)
    customer.run_until(Instant(DUE + 30 * DAY), stop=lambda: bool(customer.messages))
    assert customer.now == DUE


def test_what_comes_back_later_is_told_to_the_engine(world):
    opened = Answer(later=((3 * HOUR, DeliveryStatus.OPENED),))
    assert live(world, opened, Instant(DUE + 3 * DAY)).audiences == {}
    assert live(world, Answer(), Instant(DUE + 3 * DAY)).audiences == {"reorder_due": DUE + 2 * DAY}


@pytest.mark.parametrize("outcome", [DeliveryStatus.REJECTED, DeliveryStatus.UNKNOWN])
def test_what_was_not_accepted_is_no_message(world, outcome):
    customer = live(world, Answer(outcome=outcome), DUE)
    assert customer.messages == []
    assert f"reorder_offer by email handed over: {outcome}" in [happening.text for happening in customer.timeline]


def test_a_held_out_customer_has_ghosts_and_no_messages(world):
    known = a_customer(traits={"email": "ada@example.com"}, since=START, group="holdout")
    customer = VirtualCustomer(world, known, START, lambda command: Answer())
    customer.schedule(an_event(at=START, invoice="A1"))
    customer.schedule(an_event(at=Instant(START + 21 * DAY), invoice="A2"))
    customer.run_until(Instant(DUE + 3 * DAY))
    assert customer.messages == []
    assert [(ghost.channel, ghost.is_ghost) for ghost in customer.ghosts] == [("email", True), ("display", True)]
    assert customer.audiences == {}
