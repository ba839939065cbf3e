"""What the log cannot tell is said."""

import numpy as np
from msgspec import structs

from segue.model.catalogue import Action
from segue.model.triggers import EventTrigger
from segue.simulation.fitted.support import chance_note, evidence_of, gaps_of, tired_limit
from tests.simulation.fitted import made_up

EVIDENCE = made_up.evidence(customers=100)
PLAIN = made_up.workspace()
BEFORE = {("mugs", "email"): 500, ("planters", "email"): 500}


def test_fewer_of_what_is_well_known_leaves_nothing_open() -> None:
    assert gaps_of(EVIDENCE, PLAIN, BEFORE, {("mugs", "email"): 300}, (0, 300)) == ()


def test_a_channel_that_was_never_used_is_named() -> None:
    (gap,) = gaps_of(EVIDENCE, PLAIN, BEFORE, {**BEFORE, ("mugs", "sms"): 400}, (0, 1400))

    assert (gap.about, gap.contacts, gap.is_decisive) == ("channel sms", 0, True)
    assert gap.words == "The log says nothing about sms to these customers: 0 contacts."


def test_a_little_of_the_unknown_is_said_and_decides_nothing() -> None:
    after = {("mugs", "email"): 1500, ("planters", "email"): 500, ("teapots", "email"): 100}

    (gap,) = gaps_of(EVIDENCE, PLAIN, BEFORE, after, (0, 2100))

    assert (gap.about, gap.is_decisive) == ("action teapots", False)


def test_pressure_beyond_the_logs_is_a_guess() -> None:
    (gap,) = gaps_of(EVIDENCE, PLAIN, BEFORE, BEFORE, (300, 1000))

    assert (gap.about, gap.is_decisive) == ("contact pressure", True)
    assert "30% of the contacts" in gap.words
    assert 1.0 < tired_limit(EVIDENCE) < 3.0


def test_what_is_sent_to_nobody_and_waits_for_what_never_happens_is_named() -> None:
    changed = structs.replace(
        PLAIN,
        actions=(*PLAIN.actions, Action(action="teapots")),
        events={**PLAIN.events, "refunded": next(iter(PLAIN.events.values()))},
        triggers={"refund": EventTrigger(event="refunded")},
    )

    found = gaps_of(EVIDENCE, changed, BEFORE, BEFORE, (0, 1000))

    assert [each.about for each in found] == ["action teapots", "trigger refund"]


def test_one_customer_with_many_contacts_is_one_customer() -> None:
    contacts = EVIDENCE.history.contacts
    alone = structs.replace(
        EVIDENCE.history, contacts=structs.replace(contacts, customer=np.zeros_like(contacts.customer))
    )

    assert evidence_of(alone)[1] == 1.0
    assert 50.0 < evidence_of(EVIDENCE.history)[1] <= 100.0


def test_a_log_without_chance_is_descriptive() -> None:
    history = EVIDENCE.history
    contacts = structs.replace(history.contacts, probability=np.ones(len(history.contacts.at)))

    assert chance_note(history) == ""
    assert "descriptive" in chance_note(structs.replace(history, contacts=contacts, ghosts=0, silences=0))
