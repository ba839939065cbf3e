from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from segue.core.arbitration.rules import frequency
from segue.core.arbitration.rules.frequency import CapPlan, compile_caps, count_uses
from segue.core.arbitration.verdicts import Verdict
from segue.core.calendar import calendar_period
from segue.core.catalogue import ActionPlan
from segue.model.contact_rules import Cap
from segue.model.customers import Contact
from segue.model.decisions import Candidate, Reason
from segue.model.time import DAY, HOUR, Instant, parse_instant
from tests.builders import NOW, action, candidate, contact, plan

LONDON = "Europe/London"
OFFER = plan(action("offer", "email", "sms", theme="reorder"))


def cap(**changes: Any) -> CapPlan:
    whole: dict[str, Any] = {"cap": "weekly", "limit": 1, "window": "7d"}
    return compile_caps((Cap(**(whole | changes)),))[0]


def check_caps(
    asking: Candidate,
    offer: ActionPlan,
    ledger: tuple[Contact, ...],
    now: int,
    rules: tuple[CapPlan, ...],
    neighbours: tuple[Contact, ...] = (),
) -> Verdict | None:
    used = frequency.Used(ledger, Instant(now), LONDON, rules)
    is_booked = any(contact.delivery_id == asking.delivery_id for contact in ledger)
    return frequency.check_caps(asking, offer, used, neighbours, is_booked=is_booked)


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


def test_a_message_s_own_slot_does_not_count_against_it() -> None:
    own = (contact(NOW - HOUR, delivery_id="send-1"),)
    assert check_caps(candidate(delivery_id="send-1"), OFFER, own, NOW, (cap(),)) is None


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


def test_a_calendar_cap_counts_since_the_day_began_on_the_customer_s_own_clock() -> None:
    rules = (cap(window=None, calendar="day"),)
    just_before = parse_instant("2026-07-01T23:30:00+01:00")
    assert check_caps(candidate(), OFFER, (contact(just_before),), just_before + HOUR // 4, rules) == capped(
        parse_instant("2026-07-02T00:00:00+01:00")
    )
    assert check_caps(candidate(), OFFER, (contact(just_before),), just_before + HOUR // 2, rules) is None


@pytest.mark.parametrize(
    ("calendar", "until"),
    [
        ("day", "2026-10-26T00:00:00+00:00"),  # 25 hours long: the clock goes back
        ("week", "2026-10-26T00:00:00+00:00"),
        ("month", "2026-11-01T00:00:00+00:00"),
    ],
)
def test_a_calendar_cap_has_room_when_its_next_period_begins(calendar: str, until: str) -> None:
    now = parse_instant("2026-10-25T00:30:00+01:00")
    verdict = check_caps(candidate(), OFFER, (contact(now),), now, (cap(window=None, calendar=calendar),))
    assert verdict == capped(parse_instant(until))


def test_each_tag_is_counted_for_itself() -> None:
    tagged = plan(action("offer", "email", tags=("wine", "discount")))
    earlier = (contact(NOW - HOUR, tags=("discount",)), contact(NOW - DAY, tags=("wine", "travel")))
    assert check_caps(candidate(), tagged, earlier, NOW, (cap(scope="tag"),)) == capped(NOW + 7 * DAY - HOUR)
    assert check_caps(candidate(), tagged, earlier, NOW, (cap(scope="tag", only="wine"),)) == capped(NOW + 6 * DAY)
    assert check_caps(candidate(), tagged, earlier, NOW, (cap(scope="tag", only="travel"),)) is None
    assert check_caps(candidate(), tagged, earlier, NOW, (cap(scope="tag", limit=2),)) is None
    assert check_caps(candidate(), plan(action()), earlier, NOW, (cap(scope="tag"),)) is None


def test_what_others_got_at_the_same_address_counts_too_and_is_named_where_it_alone_fills_the_cap() -> None:
    theirs = (contact(NOW - HOUR), contact(NOW - 2 * HOUR))
    shared = Verdict(Reason.DUPLICATE_CONTACT_POINT, "weekly", Instant(NOW + 7 * DAY - HOUR))
    assert check_caps(candidate(), OFFER, (), NOW, (cap(),), theirs[:1]) == shared
    assert check_caps(candidate(), OFFER, (contact(NOW),), NOW, (cap(limit=3),), tuple(reversed(theirs))) == replace(
        shared, until=Instant(NOW + 7 * DAY - 2 * HOUR)
    )
    assert check_caps(candidate(), OFFER, (contact(NOW),), NOW, (cap(),), theirs) == capped(NOW + 7 * DAY)
    assert check_caps(candidate(), OFFER, (contact(NOW),), NOW, (cap(limit=4),), theirs) is None


def test_the_uses_of_a_cap_are_shown_by_what_it_counts_for_itself() -> None:
    ledger = (
        contact(NOW - 8 * DAY),
        contact(NOW - DAY, channel="sms", tags=("wine",), theme="reorder"),
        contact(NOW, category="service"),
        contact(NOW),
    )
    assert count_uses(cap(), ledger, NOW, LONDON) == {"": 2}
    assert count_uses(cap(scope="channel"), ledger, NOW, LONDON) == {"sms": 1, "email": 1}
    assert count_uses(cap(scope="channel", only="sms"), ledger, NOW, LONDON) == {"sms": 1}
    assert count_uses(cap(scope="theme"), ledger, NOW, LONDON) == {"reorder": 1}
    assert count_uses(cap(scope="tag"), ledger, NOW, LONDON) == {"wine": 1}
    assert count_uses(cap(window=None, calendar="day"), ledger, NOW, LONDON) == {"": 1}


scopes = st.sampled_from(["all", "channel", "category", "theme", "journey", "action", "tag"])
categories = st.sampled_from([("promo", "service"), ("promo",), ("service", "mandatory"), ("mandatory",)])
calendars = st.sampled_from([None, None, "day", "week", "month"])
cap_plans = st.builds(
    CapPlan,
    st.sampled_from(["one", "other"]),
    st.integers(0, 3),
    st.integers(1, 16),
    scopes,
    st.none() | st.sampled_from(["email", "promo", "reorder", "win_back", "offer", "wine"]),
    categories,
    categories,
    calendars,
)
"""Windows and ages in single microseconds around a month's first midnight, so that edges are met all the time."""

EDGE = parse_instant("2026-06-01T00:00:00+01:00") + 8
"""Eight microseconds into a Monday, a week and a month of London's."""


@st.composite
def ledgers(generate: st.DrawFn, names: str = "earlier") -> tuple[Contact, ...]:
    size = generate(st.integers(0, 8))
    ages = generate(st.lists(st.integers(0, 15), min_size=size, max_size=size))
    return tuple(
        contact(
            EDGE - age,
            delivery_id=generate(st.sampled_from(["send-1", f"{names}-{number}"])),
            channel=generate(st.sampled_from(["email", "sms"])),
            category=generate(st.sampled_from(["promo", "promo", "service", "transactional"])),
            theme=generate(st.sampled_from(["", "reorder"])),
            journey=generate(st.sampled_from(["", "win_back"])),
            action=generate(st.sampled_from(["offer", "other"])),
            state=generate(st.sampled_from(["reserved", "confirmed", "ghost"])),
            tags=generate(st.sampled_from([(), ("wine",), ("wine", "travel")])),
        )
        for number, age in enumerate(sorted(ages, reverse=True))
    )


def exceeds(asking: Candidate, offer: ActionPlan, ledger: tuple[Contact, ...], now: int, rule: CapPlan) -> bool:
    """Count by hand: would the candidate be one more than ``rule`` allows, of anything that it counts for itself?"""
    about = offer.action
    own = {
        "all": ("",),
        "channel": (asking.channel,),
        "category": (about.category,),
        "theme": (about.theme,) if about.theme else (),
        "journey": (asking.source.removeprefix("journey:"),) if asking.run_id else (),
        "action": (asking.action,),
        "tag": about.tags,
    }[rule.scope]
    if about.category not in rule.obeys:
        return False
    return any(
        rule.only in (None, scope)
        and len([slot for slot in ledger if counts(slot, asking, scope, now, rule)]) >= rule.limit
        for scope in own
    )


def counts(slot: Contact, asking: Candidate, scope: str, now: int, rule: CapPlan) -> bool:
    is_recent = now - slot.at < rule.window
    if rule.calendar is not None:
        is_recent = calendar_period(slot.at, LONDON, rule.calendar) == calendar_period(
            Instant(now), LONDON, rule.calendar
        )
    is_alike = rule.scope == "all" or scope in (slot.tags if rule.scope == "tag" else (getattr(slot, rule.scope),))
    return is_recent and is_alike and slot.category in rule.counts and slot.delivery_id != asking.delivery_id


@settings(max_examples=300, deadline=None)
@given(
    st.lists(cap_plans, max_size=4).map(tuple),
    ledgers(),
    ledgers("theirs"),
    st.sampled_from(["promo", "service"]),
    st.sampled_from([None, "reorder"]),
    st.sampled_from(["rule:r", "journey:win_back"]),
    st.sampled_from([(), ("wine",), ("travel", "wine")]),
)
def test_caps_agree_with_counting_by_hand_and_have_room_exactly_from_the_moment_they_say(
    rules: tuple[CapPlan, ...],
    ledger: tuple[Contact, ...],
    neighbours: tuple[Contact, ...],
    category: Any,
    theme: str | None,
    source: str,
    tags: tuple[str, ...],
) -> None:
    asking = candidate(source=source, run_id="run-1" if source.startswith("journey") else "")
    offer = plan(action(category=category, theme=theme, tags=tags))

    def reached(now: int, slots: tuple[Contact, ...] = (*ledger, *neighbours)) -> list[CapPlan]:
        return [rule for rule in rules if exceeds(asking, offer, slots, now, rule)]

    verdict = check_caps(asking, offer, ledger, EDGE, rules, neighbours)
    assert (verdict.detail if verdict else "") == (reached(EDGE)[0].name if reached(EDGE) else "")
    if verdict is None:
        return
    assert verdict.reason in (Reason.CAPPED, Reason.DUPLICATE_CONTACT_POINT)
    if verdict.reason == Reason.CAPPED:
        assert reached(EDGE, ledger)
    assert (verdict.until == 0) == any(rule.limit == 0 for rule in reached(EDGE))
    if verdict.until:
        assert check_caps(asking, offer, ledger, verdict.until, rules, neighbours) is None
        assert check_caps(asking, offer, ledger, verdict.until - 1, rules, neighbours) is not None
        assert reached(verdict.until) == []
        assert reached(verdict.until - 1) != []


@settings(max_examples=100, deadline=None)
@given(
    st.lists(cap_plans, min_size=1, max_size=3).map(tuple),
    st.lists(st.tuples(st.integers(0, 6), st.sampled_from(["ours", "theirs", "release"])), max_size=25),
)
def test_no_window_ever_holds_more_than_its_cap_allows_whoever_at_the_address_was_asked(
    rules: tuple[CapPlan, ...], happenings: list[tuple[int, str]]
) -> None:
    rules = tuple(replace(rule, counts=("promo",), obeys=("promo",), scope="all", only=None) for rule in rules)
    offer, now = plan(action()), int(EDGE)
    slots: dict[str, tuple[Contact, ...]] = {"ours": (), "theirs": ()}
    for number, (later, what) in enumerate(happenings):
        now += later
        if what == "release":
            slots["ours"] = slots["ours"][:-1]
            continue
        other = "theirs" if what == "ours" else "ours"
        asking = candidate(delivery_id=f"send-{number}")
        if check_caps(asking, offer, slots[what], now, rules, slots[other]) is None:
            slots[what] = (*slots[what], contact(now, asking.delivery_id))
        at_the_address = (*slots["ours"], *slots["theirs"])
        for rule in rules:
            held = [slot for slot in at_the_address if counts(slot, candidate(delivery_id="none"), "", now, rule)]
            assert len(held) <= rule.limit
