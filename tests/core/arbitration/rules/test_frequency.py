from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.arbitration.rules.frequency import CapPlan, check_caps, check_gap, compile_caps
from segue.core.arbitration.verdicts import Verdict
from segue.model.contact_rules import Cap
from segue.model.customers import Contact
from segue.model.decisions import Candidate, Reason
from segue.model.time import DAY, HOUR, Instant
from tests.builders import NOW, action, candidate, contact, plan

OFFER = plan(action("offer", "email", "sms", theme="reorder"))


def cap(**changes: Any) -> CapPlan:
    whole: dict[str, Any] = {"cap": "weekly", "limit": 1, "window": "7d"}
    return compile_caps((Cap(**(whole | changes)),))[0]


def capped(until: int, name: str = "weekly") -> Verdict:
    return Verdict(Reason.CAPPED, name, Instant(until))


def test_a_cap_is_compiled_with_its_window_in_microseconds() -> None:
    assert cap(scope="channel", only="sms") == CapPlan(
        name="weekly",
        limit=1,
        window=7 * DAY,
        scope="channel",
        only="sms",
        counts=("promo",),
        obeys=("promo", "service"),
    )


@pytest.mark.parametrize(
    ("age", "expected"),
    [(0, capped(NOW + 7 * DAY)), (7 * DAY - 1, capped(NOW + 1)), (7 * DAY, None), (8 * DAY, None)],
)
def test_a_contact_counts_until_it_is_exactly_as_old_as_the_window(age: int, expected: Verdict | None) -> None:
    assert check_caps(candidate(), OFFER, (contact(NOW - age),), NOW, (cap(),)) == expected


@pytest.mark.parametrize("state", ["reserved", "confirmed", "ghost"])
def test_a_slot_counts_whether_reserved_confirmed_or_a_ghost_s(state: str) -> None:
    verdict = check_caps(candidate(), OFFER, (contact(NOW - DAY, state=state),), NOW, (cap(),))
    assert verdict == capped(NOW + 6 * DAY)
    assert check_gap(candidate(), (contact(NOW - HOUR, state=state),), NOW, 2 * HOUR) is not None


def test_a_message_s_own_slot_does_not_count_against_it() -> None:
    own = (contact(NOW - HOUR, delivery_id="send-1"),)
    assert check_caps(candidate(delivery_id="send-1"), OFFER, own, NOW, (cap(),)) is None
    assert check_gap(candidate(delivery_id="send-1"), own, NOW, 2 * HOUR) is None


@pytest.mark.parametrize(
    ("scope", "only", "earlier", "counts"),
    [
        ("all", None, {"channel": "push"}, True),
        ("channel", None, {"channel": "email"}, True),
        ("channel", None, {"channel": "sms"}, False),
        ("channel", "email", {"channel": "email"}, True),
        ("channel", "sms", {"channel": "sms"}, False),
        ("category", None, {"category": "promo"}, True),
        ("theme", None, {"theme": "reorder"}, True),
        ("theme", None, {"theme": "summer"}, False),
        ("theme", None, {"theme": ""}, False),
        ("theme", "summer", {"theme": "summer"}, False),
        ("journey", None, {"journey": "win_back"}, True),
        ("journey", None, {"journey": "welcome"}, False),
        ("journey", None, {"journey": ""}, False),
        ("action", None, {"action": "offer"}, True),
        ("action", None, {"action": "other"}, False),
    ],
)
def test_a_cap_counts_what_shares_the_candidate_s_scope(
    scope: str, only: str | None, earlier: dict[str, str], counts: bool
) -> None:
    asking = candidate(source="journey:win_back", run_id="run-1")
    verdict = check_caps(asking, OFFER, (contact(NOW, **earlier),), NOW, (cap(scope=scope, only=only),))
    assert verdict == (capped(NOW + 7 * DAY) if counts else None)


@pytest.mark.parametrize("scope", ["theme", "journey"])
def test_what_has_no_theme_or_journey_shares_none_with_others_that_have_none(scope: str) -> None:
    ledger = (contact(NOW - HOUR, theme="", journey=""),)
    assert check_caps(candidate(source="rule:r"), plan(action()), ledger, NOW, (cap(scope=scope),)) is None


@pytest.mark.parametrize(
    ("category", "counts", "obeys", "is_capped"),
    [
        ("promo", ("promo",), ("promo", "service"), True),
        ("service", ("promo",), ("promo", "service"), True),
        ("mandatory", ("promo",), ("promo", "service"), False),
        ("transactional", ("promo",), ("promo", "service"), False),
        ("promo", ("service",), ("promo",), False),
        ("promo", ("service", "promo"), ("service",), False),
    ],
)
def test_what_a_cap_counts_and_what_it_stops_are_two_things(
    category: str, counts: tuple[str, ...], obeys: tuple[str, ...], is_capped: bool
) -> None:
    asking = plan(action(category=category))
    rules = (cap(counts=counts, obeys=obeys),)
    verdict = check_caps(candidate(), asking, (contact(NOW, category="promo"),), NOW, rules)
    assert verdict == (capped(NOW + 7 * DAY) if is_capped else None)


def test_the_first_cap_is_named_and_the_last_to_have_room_says_when() -> None:
    rules = (cap(cap="daily", window="1d"), cap(cap="weekly"), cap(cap="roomy", limit=9))
    assert check_caps(candidate(), OFFER, (contact(NOW),), NOW, rules) == capped(NOW + 7 * DAY, "daily")


def test_a_cap_that_is_more_than_full_has_room_when_enough_of_the_oldest_have_left() -> None:
    ledger = tuple(contact(NOW - age * DAY) for age in (6, 5, 4, 3))
    assert check_caps(candidate(), OFFER, ledger, NOW, (cap(limit=2),)) == capped(NOW + 3 * DAY)


@pytest.mark.parametrize("limits", [(0, 1), (1, 0), (0, 0), (0,)])
def test_a_cap_of_nothing_never_has_room_whatever_the_others_say(limits: tuple[int, ...]) -> None:
    rules = tuple(cap(limit=limit) for limit in limits)
    assert check_caps(candidate(), OFFER, (contact(NOW),), NOW, rules) == capped(0)


scopes = st.sampled_from(["all", "channel", "category", "theme", "journey", "action"])
categories = st.sampled_from([("promo", "service"), ("promo",), ("service", "mandatory"), ("mandatory",)])
cap_plans = st.builds(
    CapPlan,
    st.sampled_from(["one", "other"]),
    st.integers(0, 3),
    st.integers(1, 16),
    scopes,
    st.none() | st.sampled_from(["email", "promo", "reorder", "win_back", "offer"]),
    categories,
    categories,
)
"""Windows and ages in single microseconds, so that edges are met all the time."""


@st.composite
def ledgers(generate: st.DrawFn) -> tuple[Contact, ...]:
    size = generate(st.integers(0, 8))
    ages = generate(st.lists(st.integers(0, 15), min_size=size, max_size=size))
    return tuple(
        contact(
            NOW - age,
            delivery_id=generate(st.sampled_from(["send-1", f"earlier-{number}"])),
            channel=generate(st.sampled_from(["email", "sms"])),
            category=generate(st.sampled_from(["promo", "promo", "service", "transactional"])),
            theme=generate(st.sampled_from(["", "reorder"])),
            journey=generate(st.sampled_from(["", "win_back"])),
            action=generate(st.sampled_from(["offer", "other"])),
            state=generate(st.sampled_from(["reserved", "confirmed", "ghost"])),
        )
        for number, age in enumerate(sorted(ages, reverse=True))
    )


def exceeds(asking: Candidate, category: str, theme: str, ledger: tuple[Contact, ...], now: int, rule: CapPlan) -> bool:
    """Count by hand: would the candidate be one more than ``rule`` allows?"""
    journey = asking.source.removeprefix("journey:") if asking.run_id else ""
    own = {
        "all": "",
        "channel": asking.channel,
        "category": category,
        "theme": theme,
        "journey": journey,
        "action": asking.action,
    }[rule.scope]
    is_concerned = category in rule.obeys and (rule.scope == "all" or own != "") and rule.only in (None, own)
    count = 0
    for slot in ledger:
        is_recent = now - slot.at < rule.window
        is_alike = rule.scope == "all" or getattr(slot, rule.scope) == own
        count += is_recent and is_alike and slot.category in rule.counts and slot.delivery_id != asking.delivery_id
    return is_concerned and count + 1 > rule.limit


@settings(max_examples=300)
@given(
    st.lists(cap_plans, max_size=4).map(tuple),
    ledgers(),
    st.sampled_from(["promo", "service"]),
    st.sampled_from(["", "reorder"]),
    st.sampled_from(["rule:r", "journey:win_back"]),
)
def test_caps_agree_with_counting_by_hand_and_have_room_exactly_from_the_moment_they_say(
    rules: tuple[CapPlan, ...], ledger: tuple[Contact, ...], category: str, theme: str, source: str
) -> None:
    asking = candidate(source=source, run_id="run-1" if source.startswith("journey") else "")
    offer = plan(action(category=category, theme=theme or None))

    def reached(now: int) -> list[CapPlan]:
        return [rule for rule in rules if exceeds(asking, category, theme, ledger, now, rule)]

    verdict = check_caps(asking, offer, ledger, NOW, rules)
    assert (verdict.detail if verdict else "") == (reached(NOW)[0].name if reached(NOW) else "")
    if verdict is None:
        return
    assert (verdict.until == 0) == any(rule.limit == 0 for rule in reached(NOW))
    if verdict.until:
        assert check_caps(asking, offer, ledger, verdict.until, rules) is None
        assert check_caps(asking, offer, ledger, Instant(verdict.until - 1), rules) is not None
        assert reached(verdict.until) == []
        assert reached(verdict.until - 1) != []


@pytest.mark.parametrize(
    ("ages", "gap", "expected"),
    [
        ((), 2 * HOUR, None),
        ((HOUR,), 0, None),
        ((3 * HOUR, HOUR), 2 * HOUR, NOW + HOUR),
        ((2 * HOUR - 1,), 2 * HOUR, NOW + 1),
        ((2 * HOUR,), 2 * HOUR, None),
        ((0,), 2 * HOUR, NOW + 2 * HOUR),
    ],
)
def test_the_gap_is_counted_from_the_latest_contact(ages: tuple[int, ...], gap: int, expected: int | None) -> None:
    ledger = tuple(contact(NOW - age, category="transactional") for age in ages)
    verdict = check_gap(candidate(), ledger, NOW, gap)
    assert verdict == (None if expected is None else Verdict(Reason.MIN_GAP, "", Instant(expected)))


@given(ledgers(), st.integers(0, 12))
def test_the_gap_ends_exactly_when_it_says(ledger: tuple[Contact, ...], gap: int) -> None:
    verdict = check_gap(candidate(), ledger, NOW, gap)
    others = [slot.at for slot in ledger if slot.delivery_id != "send-1"]
    assert (verdict is None) == (not others or max(others) + gap <= NOW)
    if verdict is not None:
        assert check_gap(candidate(), ledger, verdict.until, gap) is None
        assert check_gap(candidate(), ledger, Instant(verdict.until - 1), gap) is not None
