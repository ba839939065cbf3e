"""The gate's order: each rule alone refuses with its own reason, and of any two the earlier one is named."""

from collections.abc import Mapping
from itertools import combinations
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from segue.core.arbitration.gate import Gate
from segue.core.arbitration.plan import compile_contact_rules
from segue.core.arbitration.verdicts import Verdict
from segue.core.receptive import hour_of_week
from segue.core.shared import compile_shared
from segue.core.view import Condition, View
from segue.model.catalogue import Action, Capacity, Theme
from segue.model.consents import Consent
from segue.model.contact_rules import Cap, ContactRules, QuietHours
from segue.model.customers import Contact, Membership, Profile
from segue.model.decisions import Reason
from segue.model.identities import contact_point_key
from segue.model.shared import NOTHING_SHARED, Shared
from segue.model.time import DAY, HOUR, MINUTE, Instant, parse_instant
from tests.builders import (
    ADDRESSES,
    ALWAYS,
    NEVER_TRUE,
    NOW,
    action,
    candidate,
    contact,
    fact,
    membership,
    plans,
    profile,
    run,
    workspace,
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
    runs: Mapping[str, object] = MappingProxyType({"run-1": run()}),
    ended: dict[str, str] | None = None,
    conditions: dict[str, Condition] | None = None,
    rules: ContactRules = RULES,
    shared: Shared = NOTHING_SHARED,
    memberships: tuple[Membership, ...] = (),
    **declared: Any,
) -> Gate:
    about = about or profile(consents=YES)
    offers = offers or (action("offer", "email", "website", "display", "call", converted_by="order"),)
    whole = workspace(**({"actions": offers, "contact_rules": rules} | declared))
    return Gate(
        View(about, fact(at=now), Instant(now), "UTC", shared),
        about,
        ledger,
        runs,
        ended or {},
        plans(*offers, conditions=conditions),
        compile_contact_rules(whole, compile_shared(whole)),
        memberships,
    )


# Each circumstance alone, in the documented order; a dictionary of what is different from a gate that passes.
OF_A_DEAD_RUN = {"runs": {}, "ended": {"run-1": "exit_event"}}
HERE = contact_point_key("email", ADDRESSES["email"])
EVENINGS = {hour_of_week(parse_instant("2026-03-02T19:00Z"), "UTC"): 200}
FAILING: list[tuple[Reason, dict[str, Any]]] = [
    (Reason.EXIT_EVENT, OF_A_DEAD_RUN),
    (Reason.EXPIRED, {"deadline": NOW - 1}),
    (Reason.PAUSED_HELD, {"paused_until": NIGHT + DAY}),
    (Reason.NO_CONSENT, {"consents": NO}),
    (Reason.NO_CHANNEL, {"traits": {}}),
    (Reason.SUPPRESSED, {"unusable": (HERE,)}),
    (Reason.NO_CHANNEL, {"needs": ("image",)}),
    (Reason.INELIGIBLE, {"eligible": NEVER_TRUE}),
    (Reason.ALREADY_CONVERTED, {"converted": ALWAYS}),
    (Reason.IGNORED, {"give_up_after": 1}),
    (Reason.THEME_CONFLICT, {"theme": "sale"}),
    (Reason.QUIET_DEFERRED, {"now": NIGHT}),
    (Reason.CAPPED, {"earlier": (5, 4)}),
    (Reason.DUPLICATE_CONTACT_POINT, {"theirs": (5, 4)}),
    (Reason.MIN_GAP, {"just_now": True}),
    (Reason.CAPACITY, {"capacities": {"mails": Capacity(limit=0, per="1h")}}),
    (Reason.RECEPTIVE_DEFERRED, {"timing": "receptive"}),
    (Reason.POOLED, {"window": "30min"}),
]
EARLIER = (
    contact(NOW - 30 * DAY, "old-offer", action="offer", category="service"),
    contact(NOW - 4 * DAY, "old-theme", theme="loyalty", category="service"),
)
"""What has no bearing on a gate without patience and themes; no cap counts services here."""


def judged(different: dict[str, Any]) -> Reason | None:
    now = different.get("now", NOW)
    ages = [HOUR * hours for hours in different.get("earlier", ())] + [HOUR] * ("just_now" in different)
    about = Profile(
        traits=different.get("traits", ADDRESSES),
        consents=different.get("consents", YES),
        unusable=different.get("unusable", ()),
        hours=EVENINGS,
    )
    conditions = {
        "actions.offer.eligible_when": different.get("eligible", ALWAYS),
        "actions.offer.converted": different.get("converted", NEVER_TRUE),
    }
    particular = {name: different[name] for name in ("needs", "give_up_after", "theme") if name in different}
    others = (contact(now - HOUR * age, contact_point=HERE) for age in different.get("theirs", ()))
    gate = a_gate(
        action("offer", "email", converted_by="order", **particular),
        now=now,
        about=about,
        ledger=(*EARLIER, *(contact(now - age) for age in ages)),
        runs=different.get("runs", {"run-1": run(paused_until=different.get("paused_until", 0))}),
        ended=different.get("ended"),
        conditions=conditions,
        rules=replace(RULES, arbitration_window=different.get("window", "0s")),
        shared=Shared(neighbours=tuple(others)),
        actions=(
            action("offer", "email", converted_by="order", **particular),
            action("club", "email", theme="loyalty"),
        ),
        themes={"sale": Theme(exclusive="price"), "loyalty": Theme(exclusive="price")},
        capacities=different.get("capacities", {}),
    )
    deadline = different.get("deadline", NOW + 4 * DAY)
    timing = different.get("timing", "now")
    verdict = gate.judge(candidate(run_id="run-1", source="journey:j", deadline=deadline, timing=timing))
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
    list(combinations(FAILING, 2)),
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
    assert not a_gate().permits(gone.action, gone.channel, "")


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


@pytest.mark.parametrize(
    ("circumstances", "asking", "expected"),
    [
        (
            {"runs": {"run-1": run(paused_until=NOW + DAY)}},
            {"run_id": "run-1", "source": "journey:j"},
            Verdict(Reason.PAUSED_HELD, "j", Instant(NOW + DAY)),
        ),
        (
            {"runs": {"run-1": run(paused_until=NOW + DAY)}},
            {"run_id": "run-1", "source": "journey:j", "deadline": NOW},
            Verdict(Reason.PAUSED_DISCARDED, "j"),
        ),
        (
            {"shared": Shared(neighbours=(contact(NOW, contact_point=HERE), contact(NOW - 1, contact_point=HERE)))},
            {"deadline": NOW + 9 * DAY, "on_cap": "skip"},
            Verdict(Reason.DUPLICATE_CONTACT_POINT, "weekly"),
        ),
        (
            {"capacities": {"mails": Capacity(limit=0, per="7d")}},
            {"deadline": NOW + DAY},
            Verdict(Reason.CAPACITY, "mails"),
        ),
        (
            {"rules": replace(RULES, arbitration_window="3d")},
            {"deadline": NOW + DAY},
            Verdict(Reason.POOLED, "", Instant(NOW + DAY)),
        ),
    ],
    ids=["paused", "discarded", "neighbours", "capacity", "pool"],
)
def test_a_reason_that_passes_is_waited_for_within_the_deadline_only(
    circumstances: dict[str, Any], asking: dict[str, Any], expected: Verdict
) -> None:
    assert a_gate(**circumstances).judge(candidate(**asking)) == expected


def test_a_message_that_has_its_slot_is_not_weighed_or_pooled_again() -> None:
    gate = a_gate(
        ledger=(contact(NOW - MINUTE, "send-1"),),
        rules=replace(RULES, arbitration_window="30min"),
        capacities={"mails": Capacity(limit=0, per="1h")},
        about=profile(consents=YES, hours=EVENINGS),
    )
    assert gate.judge(candidate(timing="receptive")) is None
    assert gate.judge(candidate(delivery_id="send-2")) is not None


def test_only_neighbours_at_the_address_of_the_channel_asked_for_count() -> None:
    offers = (action("offer", "email", "sms"),)
    crowded = Shared(neighbours=(contact(NOW, contact_point=HERE), contact(NOW - 1, contact_point=HERE)))
    gate = a_gate(*offers, shared=crowded)
    assert [verdict and verdict.reason for verdict in gate.judge_all([candidate(), candidate(channel="sms")])] == [
        Reason.DUPLICATE_CONTACT_POINT,
        None,
    ]


def test_the_best_hour_is_looked_for_among_those_that_quiet_hours_leave_open() -> None:
    night_owl = {hour_of_week(parse_instant("2026-03-02T22:00Z"), "UTC"): 900} | EVENINGS
    about, asking = profile(consents=YES, hours=night_owl), candidate(timing="receptive", deadline=NOW + DAY)
    evening, night = parse_instant("2026-03-02T19:00Z"), parse_instant("2026-03-02T22:00Z")
    offers = (action("offer"), action("receipt", category="transactional"))
    gate = a_gate(*offers, about=about)
    assert gate.judge(asking) == Verdict(Reason.RECEPTIVE_DEFERRED, "UTC", evening)
    assert gate.judge(replace(asking, action="receipt")) == Verdict(Reason.RECEPTIVE_DEFERRED, "UTC", night)
    assert a_gate(*offers, about=about, now=evening).judge(asking) is None


THEMES = {"sale": Theme(exclusive="price"), "club": Theme(exclusive="price")}
CONTRADICTING = (action("sale", "email", "display", theme="sale"), action("club", "email", "display", theme="club"))


def test_of_two_contradicting_themes_of_one_transition_the_second_sees_what_the_first_reserved_or_joined() -> None:
    gate = a_gate(*CONTRADICTING, themes=THEMES)
    club = candidate("club", "display", deadline=NOW + 30 * DAY)
    assert gate.judge(club) is None
    gate.notice((contact(NOW, "send-0", theme="sale"),))
    assert gate.judge(club) == Verdict(Reason.THEME_CONFLICT, "sale", Instant(NOW + 7 * DAY))
    gate.notice((), (membership(action="sale", since=NOW, until=NOW + DAY),))
    assert gate.judge(club) == Verdict(Reason.THEME_CONFLICT, "sale", Instant(NOW + DAY))
    gate.notice(())
    assert gate.judge(club) is not None, "memberships stay as they were"
    gate.notice((), ())
    assert gate.judge(club) is None


def test_memberships_at_the_start_keep_their_theme_alive() -> None:
    gate = a_gate(*CONTRADICTING, themes=THEMES, memberships=(membership(action="sale"),))
    assert gate.judge(candidate("club")) == Verdict(Reason.THEME_CONFLICT, "sale")


@pytest.mark.parametrize("category", ["mandatory", "transactional"])
def test_what_has_to_be_sent_knows_no_theme(category: Any) -> None:
    receipt = action("receipt", theme="club", category=category)
    gate = a_gate(*CONTRADICTING, receipt, themes=THEMES, ledger=(contact(NOW - DAY, theme="sale"),))
    assert gate.judge(candidate("receipt")) is None


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
    assert gate.permits("offer", "email", "") is permitted


offers = (
    action("a", "email", "sms", tags=("wine",), give_up_after=3),
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
    st.sampled_from(["all", "channel", "category", "theme", "action", "tag"]),
    st.sampled_from([NOW, NIGHT]),
    st.sampled_from(["0s", "1h"]),
    st.sampled_from([(), (contact(NOW - 3 * HOUR, contact_point=HERE),)]),
)
def test_what_a_gate_remembers_between_candidates_changes_no_verdict(
    asked: list[Any], booked: list[str], scope: Any, now: int, window: str, neighbours: tuple[Contact, ...]
) -> None:
    rules = ContactRules(
        caps=(Cap(cap="c", limit=2, window="7d", scope=scope),),
        quiet_hours=RULES.quiet_hours,
        arbitration_window=window,
    )
    ledger = tuple(contact(NOW - 3 * HOUR + number, name) for number, name in enumerate(booked))

    def fresh() -> Gate:
        return a_gate(
            *offers,
            now=now,
            ledger=ledger,
            rules=rules,
            shared=Shared(neighbours=neighbours),
            capacities={"calls": Capacity(limit=0, per="1h", channels=("call",), obeys=("transactional",))},
            themes={"reorder": Theme(order=("email", "sms")), "summer": Theme()},
        )

    shared = fresh()
    expected = [fresh().judge(each) for each in asked]
    assert [shared.judge(each) for each in asked] == expected
    assert [shared.judge(each) for each in asked] == expected
