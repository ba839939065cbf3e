"""Builders give whole values, and equal arguments give equal values."""

import pytest

from segue.model.events import Tracked
from segue.testing import VirtualClock, a_customer, an_event, an_incoming


def test_an_event_holds_what_it_is_told():
    event = an_event("cart_left", at="2026-01-01T00:00:00Z", customer_id="bob", total=40)
    assert (event.name, event.customer_id, event.properties) == ("cart_left", "bob", {"total": 40})


def test_equal_events_have_equal_ids_and_others_have_others():
    assert an_event("a", total=1) == an_event("a", total=1)
    assert an_event("a", total=1).event_id != an_event("a", total=2).event_id
    assert an_event("a", customer_id="bob").event_id != an_event("a").event_id


def test_an_incoming_fact_has_an_identifier_and_no_customer():
    incoming = an_incoming("cart_left", user_id="bob", total=40)
    assert isinstance(incoming.event, Tracked)
    assert (incoming.identifiers, incoming.event.customer_id) == ((("user_id", "bob"),), "")
    assert incoming.event_id == incoming.event.event_id
    assert incoming.event_id != an_incoming("cart_left", user_id="ada", total=40).event_id


def test_a_customer_is_in_a_group_or_left_to_the_draw():
    assert a_customer(group="holdout").assignment.group == "holdout"
    assert a_customer(group=None).assignment is None


def test_virtual_time_passes_only_when_told_and_never_back():
    clock = VirtualClock(5)
    clock.advance(10)
    assert clock() == 15
    with pytest.raises(AssertionError, match="never goes back"):
        clock.set(14)
