"""Values said in words, and the names of definitions."""

import pytest
from msgspec import Struct

from segue.model.catalogue import Action, Variant
from segue.model.contact_rules import Cap, QuietHours
from segue.model.journeys import Entry, ExitRule, Handler, Journey
from segue.model.steps import Arm, EventMatch, Exit
from segue.model.triggers import EventTrigger
from segue.workspace.values import key_of, say_value

ENTRY = Entry(on=EventTrigger(event="paid"))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "nothing"),
        ((), "nothing"),
        ({}, "nothing"),
        (True, "yes"),
        (5.0, "5"),
        (0.25, "0.25"),
        (("email", "sms"), "email, sms"),
        ({"holdout": 0.1}, "holdout: 0.1"),
        (Cap(cap="weekly", limit=4, window="7d"), "limit 4, window 7d"),
        (Variant(channel="email", template="a.txt"), "template a.txt"),
        (EventTrigger(event="paid", when="vip"), "paid if vip"),
        (Handler(event="paid", pause="2d"), "paid: pause for 2d"),
        (Exit(id="end"), "exit"),
        (Journey(journey="a", entry=ENTRY, steps=(Exit(id="end"),)), "entered by paid, 1 step"),
    ],
)
def test_a_value_is_said_in_words(value: object, words: str) -> None:
    assert say_value(value) == words


@pytest.mark.parametrize(
    ("definition", "key"),
    [
        (Action(action="offer"), "offer"),
        (Arm(arm="warm", next="a"), "warm"),
        (Exit(id="end"), "end"),
        (EventMatch(event="paid", when="vip"), "paid if vip"),
        (ExitRule(when="vip"), "vip"),
        (QuietHours(start="21:00", end="08:00"), "start 21:00, end 08:00"),
    ],
)
def test_a_definition_is_known_by_its_name_or_else_by_what_it_says(definition: Struct, key: str) -> None:
    assert key_of(definition) == key
