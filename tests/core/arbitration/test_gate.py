"""The gate's order: each rule alone refuses with its own reason, and of any two the earlier one is named."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.arbitration.gate import Gate, RulesPlan, compile_contact_rules
from segue.core.arbitration.verdicts import Verdict
from segue.core.view import Condition
from segue.model.catalogue import Action
from segue.model.consents import Consent
from segue.model.contact_rules import Cap, ContactRules, QuietHours
from segue.model.customers import Contact, Profile
from segue.model.decisions import Reason
from segue.model.identities import contact_point_key
from segue.model.time import DAY, HOUR, Instant, parse_instant
from tests.builders import (
    ADDRESSES,
    ALWAYS,
    NEVER_TRUE,
    NOW,
    action,
    candidate,
    contact,
    plans,
    profile,
    view,
)

YES = (Consent("*", "*", True, Instant(1)),)
NO = (Consent("*", "*", False, Instant(1), "one_click"),)
RULES = ContactRules(
    caps=(Cap(cap="weekly", limit=2, window="7d"),),
    quiet_hours=(QuietHours(start="21:00", end="08:00"),),
    min_gap="2h",
)
NIGHT = parse_instant("2026-03-02T23:00Z")


def a_gate(
    *offers: Action,
    now: int = NOW,
    about: Profile | None = None,
    ledger: tuple[Contact, ...] = (),
    runs: tuple[str, ...] = ("run-1",),
    ended: dict[str, str] | None = None,
    conditions: dict[str, Condition] | None = None,
    rules: ContactRules = RULES,
) -> Gate:
    about = about or profile(consents=YES)
    return Gate(
        view(about, now=now),
        about,
        ledger,
        dict.fromkeys(runs, True),
        ended or {},
        plans(
            *(offers or (action("offer", "email", "website", "display", "call", converted_by="order"),)),
            conditions=conditions,
        ),
        compile_contact_rules(rules),
    )


def test_contact_rules_are_compiled_with_the_ledger_s_memory() -> None:
    rules = ContactRules(caps=(Cap(cap="yearly", limit=9, window="365d"),), quiet_hours=(), min_gap="3h")
    compiled = compile_contact_rules(rules)
    assert (compiled.memory, compiled.min_gap, compiled.is_by_channel) == (365 * DAY, 3 * HOUR, True)
    assert compile_contact_rules(ContactRules()).memory == 60 * DAY
    assert compile_contact_rules(ContactRules(caps=())).consent == {}


@pytest.mark.parametrize(
    ("scope", "is_by_channel"),
    [("all", True), ("channel", True), ("theme", False), ("journey", False), ("action", False)],
)
def test_only_caps_over_all_or_by_channel_look_the_same_to_every_candidate_of_a_channel(
    scope: Any, is_by_channel: bool
) -> None:
    rules: RulesPlan = compile_contact_rules(ContactRules(caps=(Cap(cap="c", limit=1, window="1d", scope=scope),)))
    assert rules.is_by_channel is is_by_channel


# Each circumstance alone, in the documented order; a dictionary of what is different from a gate that passes.
OF_A_DEAD_RUN = {"runs": (), "ended": {"run-1": "exit_event"}}
FAILING: list[tuple[Reason, dict[str, Any]]] = [
    (Reason.EXIT_EVENT, OF_A_DEAD_RUN),
    (Reason.EXPIRED, {"deadline": NOW - 1}),
    (Reason.NO_CONSENT, {"consents": NO}),
    (Reason.NO_CHANNEL, {"traits": {}}),
    (Reason.SUPPRESSED, {"unusable": (contact_point_key("email", ADDRESSES["email"]),)}),
    (Reason.INELIGIBLE, {"eligible": NEVER_TRUE}),
    (Reason.ALREADY_CONVERTED, {"converted": ALWAYS}),
    (Reason.QUIET_DEFERRED, {"now": NIGHT}),
    (Reason.CAPPED, {"earlier": (5, 4)}),
    (Reason.MIN_GAP, {"just_now": True}),
]


def judged(different: dict[str, Any]) -> Reason | None:
    now = different.get("now", NOW)
    ages = [HOUR * hours for hours in different.get("earlier", ())] + [HOUR] * ("just_now" in different)
    about = Profile(
        traits=different.get("traits", ADDRESSES),
        consents=different.get("consents", YES),
        unusable=different.get("unusable", ()),
    )
    conditions = {
        "actions.offer.eligible_when": different.get("eligible", ALWAYS),
        "actions.offer.converted": different.get("converted", NEVER_TRUE),
    }
    gate = a_gate(
        now=now,
        about=about,
        ledger=tuple(contact(now - age) for age in ages),
        runs=different.get("runs", ("run-1",)),
        ended=different.get("ended"),
        conditions=conditions,
    )
    deadline = different.get("deadline", NOW + 2 * DAY)
    verdict = gate.judge(candidate(run_id="run-1", source="journey:j", deadline=deadline))
    return verdict.reason if verdict else None


def test_where_nothing_fails_the_candidate_passes() -> None:
    assert judged({}) is None


@pytest.mark.parametrize(
    ("reason", "different"), FAILING, ids=lambda value: str(value) if isinstance(value, Reason) else ""
)
def test_each_rule_refuses_with_its_own_reason(reason: Reason, different: dict[str, Any]) -> None:
    assert judged(different) == reason


@pytest.mark.parametrize(
    ("first", "second"),
    [pair for pair in combinations(FAILING, 2) if pair[0][0] != Reason.NO_CHANNEL or pair[1][0] != Reason.SUPPRESSED],
    ids=lambda value: str(value[0]),
)
def test_where_two_rules_refuse_the_earlier_one_is_named(
    first: tuple[Reason, dict[str, Any]], second: tuple[Reason, dict[str, Any]]
) -> None:
    assert judged(second[1] | first[1]) == first[0]


@pytest.mark.parametrize(
    ("category", "refused"),
    [
        ("promo", [Reason.NO_CONSENT, Reason.QUIET_DEFERRED, Reason.CAPPED, Reason.MIN_GAP]),
        ("service", [Reason.NO_CONSENT, Reason.QUIET_DEFERRED, Reason.CAPPED, Reason.MIN_GAP]),
        ("mandatory", [Reason.QUIET_DEFERRED]),
        ("transactional", []),
    ],
)
def test_the_category_says_which_contact_rules_hold(category: Any, refused: list[Reason]) -> None:
    offer = action(category=category)
    gates = [
        a_gate(offer, about=profile(consents=NO)),
        a_gate(offer, now=NIGHT),
        a_gate(offer, ledger=(contact(NOW - 5 * HOUR), contact(NOW - 4 * HOUR))),
        a_gate(offer, ledger=(contact(NOW - HOUR),)),
    ]
    verdicts = [gate.judge(candidate()) for gate in gates]
    assert [verdict.reason for verdict in verdicts if verdict is not None] == refused


@pytest.mark.parametrize("channel", ["website", "display"])
def test_what_does_not_interrupt_knows_no_quiet_hours_caps_or_gap(channel: str) -> None:
    crowded = tuple(contact(NIGHT - age) for age in (3, 2, 1))
    assert a_gate(now=NIGHT, ledger=crowded).judge(candidate(channel=channel)) is None


def test_a_task_interrupts_like_a_message() -> None:
    assert a_gate(now=NIGHT).judge(candidate(channel="call")) == Verdict(
        Reason.QUIET_DEFERRED, "UTC", parse_instant("2026-03-03T08:00Z")
    )


@pytest.mark.parametrize("gone", [candidate("no_such_action"), candidate(channel="sms")], ids=["action", "variant"])
def test_what_a_new_world_does_not_know_any_more_is_migrated_out(gone: Any) -> None:
    assert a_gate().judge(gone) == Verdict(Reason.MIGRATED_OUT, "no such variant any more")
    assert not a_gate().permits(gone.action, gone.channel)


FREE = NOW + 7 * DAY - 5 * HOUR
FULL = {"ledger": (contact(NOW - 5 * HOUR), contact(NOW - 4 * HOUR))}
MORNING = parse_instant("2026-03-03T08:00Z")


@pytest.mark.parametrize(
    ("circumstances", "waiting", "expected"),
    [
        (FULL, {"deadline": FREE}, Verdict(Reason.CAPPED, "weekly", Instant(FREE))),
        (FULL, {"deadline": FREE - 1}, Verdict(Reason.CAPPED, "weekly")),
        (FULL, {"deadline": FREE, "on_cap": "skip"}, Verdict(Reason.CAPPED, "weekly")),
        (FULL, {"deadline": FREE, "on_cap": "exit"}, Verdict(Reason.CAPPED, "weekly")),
        ({"now": NIGHT}, {"deadline": MORNING}, Verdict(Reason.QUIET_DEFERRED, "UTC", MORNING)),
        ({"now": NIGHT}, {"deadline": MORNING, "on_cap": "skip"}, Verdict(Reason.QUIET_DEFERRED, "UTC", MORNING)),
        ({"now": NIGHT}, {"deadline": MORNING - 1}, Verdict(Reason.QUIET_DROPPED, "UTC")),
        ({"ledger": (contact(NOW - HOUR),)}, {}, Verdict(Reason.MIN_GAP, "", Instant(NOW + HOUR))),
        ({"ledger": (contact(NOW - HOUR),)}, {"deadline": NOW}, Verdict(Reason.MIN_GAP)),
    ],
)
def test_a_candidate_waits_only_where_it_is_willing_and_its_deadline_allows(
    circumstances: dict[str, Any], waiting: dict[str, Any], expected: Verdict
) -> None:
    assert a_gate(**circumstances).judge(candidate(**waiting)) == expected


def test_a_slot_reserved_a_moment_ago_counts_for_what_is_judged_next() -> None:
    gate = a_gate()
    assert gate.judge(candidate()) is None
    gate.notice((contact(NOW, "send-0"),))
    assert gate.judge(candidate()) == Verdict(Reason.MIN_GAP, "", Instant(NOW + 2 * HOUR))
    assert gate.judge(candidate(delivery_id="send-0")) is None


@pytest.mark.parametrize(
    ("about", "permitted"),
    [
        (profile(consents=YES), True),
        (profile(consents=NO), False),
        (profile(consents=()), False),
        (profile(consents=YES, traits={}), False),
    ],
)
def test_permission_is_consent_and_contact_point_and_nothing_else(about: Profile, permitted: bool) -> None:
    gate = a_gate(about=about, now=NIGHT, conditions={"actions.offer.eligible_when": NEVER_TRUE})
    assert gate.permits("offer", "email") is permitted


offers = (
    action("a", "email", "sms"),
    action("b", "email", "sms", category="service", theme="reorder"),
    action("c", "email", category="mandatory"),
    action("d", "email", "call", category="transactional", purpose="care"),
)
candidates = st.builds(
    lambda name, channel, send_key, deadline: candidate(name, channel, delivery_id=send_key, deadline=deadline),
    st.sampled_from("abcd"),
    st.sampled_from(["email", "sms", "call"]),
    st.sampled_from(["send-1", "send-2", "earlier"]),
    st.sampled_from([NOW - 1, NOW, NOW + HOUR, NOW + 9 * DAY]),
)


@given(
    st.lists(candidates, min_size=1, max_size=8),
    st.lists(st.sampled_from(["send-1", "send-2", "earlier"]), unique=True, max_size=3),
    st.sampled_from(["all", "channel", "category", "theme", "action"]),
    st.sampled_from([NOW, NIGHT]),
)
def test_what_a_gate_remembers_between_candidates_changes_no_verdict(
    asked: list[Any], booked: list[str], scope: Any, now: int
) -> None:
    rules = ContactRules(caps=(Cap(cap="c", limit=2, window="7d", scope=scope),), quiet_hours=RULES.quiet_hours)
    ledger = tuple(contact(NOW - 3 * HOUR + number, name) for number, name in enumerate(booked))

    def fresh() -> Gate:
        return a_gate(*offers, now=now, ledger=ledger, rules=rules)

    shared = fresh()
    expected = [fresh().judge(each) for each in asked]
    assert [shared.judge(each) for each in asked] == expected
    assert [shared.judge(each) for each in asked] == expected
