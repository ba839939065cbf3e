from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.arbitration.rules import theme
from segue.core.arbitration.themes import compile_themes, live_themes, lives
from segue.core.arbitration.verdicts import Verdict
from segue.model.catalogue import Theme
from segue.model.customers import Contact, Membership
from segue.model.decisions import Candidate, Reason
from segue.model.time import DAY, HOUR, NEVER, Instant
from tests.builders import NOW, action, candidate, contact, membership, plans, workspace

ACTIONS = (
    action("sale", "email", "sms", "display", theme="sale"),
    action("loyalty", "email", "sms", "display", theme="loyalty"),
    action("banner", "website", theme="sale", follows_theme=True),
    action("primed", "display", "email", "sms", theme="primed"),
)
THEMES = {
    "sale": Theme(window="7d", exclusive="price"),
    "loyalty": Theme(window="3d", exclusive="price"),
    "primed": Theme(window="5d", order=("display", "email", "sms"), lead="1d"),
}
PLANS = plans(*ACTIONS)
COMPILED = compile_themes(workspace(actions=ACTIONS, themes=THEMES))


def judged(
    asking: Candidate,
    ledger: tuple[Contact, ...] = (),
    memberships: tuple[Membership, ...] = (),
    now: int = NOW,
    **changes: Any,
) -> Verdict | None:
    compiled = COMPILED
    if changes:
        compiled = compile_themes(workspace(actions=ACTIONS, themes=THEMES | changes))
    return theme.check_theme(
        asking,
        PLANS[asking.action],
        compiled.ruled[asking.action],
        lives(ledger, memberships, Instant(now), compiled),
        Instant(now),
        is_booked=any(slot.delivery_id == asking.delivery_id for slot in ledger),
    )


def of(name: str, at: int, **changes: Any) -> Contact:
    return contact(at, theme=name, **changes)


def conflict(detail: str, until: int = 0) -> Verdict:
    return Verdict(Reason.THEME_CONFLICT, detail, Instant(until))


@pytest.mark.parametrize(
    ("ledger", "memberships", "expected"),
    [
        ((), (), None),
        ((of("loyalty", NOW - HOUR),), (), None),
        ((of("sale", NOW - DAY),), (), conflict("sale", NOW + 6 * DAY)),
        ((of("sale", NOW - 7 * DAY),), (), None),
        ((of("primed", NOW),), (), None),
        ((), (membership(action="sale", until=NOW + 9 * DAY),), conflict("sale", NOW + 9 * DAY)),
        ((), (membership(action="sale", until=NEVER),), conflict("sale", NEVER)),
        ((of("sale", NOW),), (membership(action="sale", until=NOW + DAY),), conflict("sale", NOW + 7 * DAY)),
    ],
)
@pytest.mark.parametrize("channel", ["email", "display"])
def test_a_contradicting_theme_waits_until_the_live_one_has_ceased(
    ledger: tuple[Contact, ...], memberships: tuple[Membership, ...], expected: Verdict | None, channel: str
) -> None:
    assert judged(candidate("loyalty", channel), ledger, memberships) == expected


def test_after_a_merge_the_younger_theme_yields_to_the_older_and_neither_waits_for_the_other() -> None:
    both = (of("loyalty", NOW - 2 * DAY), of("sale", NOW - DAY, delivery_id="send-1"))
    assert judged(candidate("loyalty", delivery_id="send-9"), both) is None
    assert judged(candidate("sale"), both) == conflict("loyalty", NOW + DAY)
    assert judged(candidate("sale"), both, now=NOW + DAY) is None


def test_where_the_older_theme_ends_last_the_younger_has_no_room_before() -> None:
    both = (of("sale", NOW - 2 * DAY), of("loyalty", NOW - DAY))
    assert judged(candidate("loyalty"), both) == conflict("sale", NOW + 5 * DAY)


def test_what_follows_a_theme_is_for_while_that_is_live() -> None:
    assert judged(candidate("banner", "website")) == conflict("sale is not live")
    assert judged(candidate("banner", "website"), (of("sale", NOW - DAY),)) is None


@pytest.mark.parametrize(
    ("channel", "ledger", "expected"),
    [
        ("display", (), None),
        ("email", (), conflict("order: display goes first", NOW + DAY)),
        (
            "email",
            (of("primed", NOW - HOUR, channel="display"),),
            conflict("order: display goes first", NOW + 23 * HOUR),
        ),
        ("email", (of("primed", NOW - DAY, channel="display"),), None),
        ("email", (of("primed", NOW - DAY, channel="sms"),), conflict("order: display goes first", NOW + DAY)),
        ("sms", (of("primed", NOW - 2 * DAY, channel="display"),), conflict("order: email goes first", NOW + DAY)),
        ("sms", (of("primed", NOW - 2 * DAY), of("primed", NOW - HOUR)), None),
        ("email", (of("primed", NOW - 5 * DAY, channel="display"),), conflict("order: display goes first", NOW + DAY)),
    ],
)
def test_a_channel_goes_so_long_after_the_first_contact_of_the_one_before_it_in_this_life_of_the_theme(
    channel: str, ledger: tuple[Contact, ...], expected: Verdict | None
) -> None:
    assert judged(candidate("primed", channel), ledger) == expected


def test_a_membership_primes_like_a_contact() -> None:
    joined = (membership(action="primed", channel="display", since=NOW - HOUR),)
    assert judged(candidate("primed", "email"), (), joined) == conflict("order: display goes first", NOW + 23 * HOUR)


def test_where_the_channel_before_does_not_come_nobody_waits_longer_than_the_lead() -> None:
    asking = candidate("primed", "sms", proposed_at=NOW - DAY)
    assert judged(asking) is None
    assert judged(asking, now=NOW - 1) == conflict("order: email goes first", NOW)


def test_a_message_that_has_its_slot_has_had_its_turn() -> None:
    own = (of("primed", NOW, channel="sms", delivery_id="send-1"),)
    assert judged(candidate("primed", "sms"), own) is None


@pytest.mark.parametrize("channel", ["website", "call"])
def test_a_channel_outside_the_order_goes_at_any_time(channel: str) -> None:
    assert theme.check_order(candidate("primed", channel), COMPILED.ruled["primed"], {}, NOW) is None


told = st.lists(
    st.tuples(
        st.integers(0, 12),
        st.sampled_from(["sale", "loyalty", "primed"]),
        st.sampled_from(["display", "email", "sms"]),
    ),
    max_size=8,
)
joined = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 12), st.sampled_from(["sale", "primed"])), max_size=2)


@settings(max_examples=300, deadline=None)
@given(
    told,
    joined,
    st.sampled_from(["sale", "loyalty", "primed"]),
    st.sampled_from(["display", "email", "sms"]),
    st.integers(0, 6),
    st.sampled_from(["1h", "1d", "9d"]),
)
def test_a_theme_s_reason_passes_exactly_from_the_moment_it_says(
    contacts: list[tuple[int, str, str]],
    memberships: list[tuple[int, int, str]],
    name: str,
    channel: str,
    proposed: int,
    lead: str,
) -> None:
    ledger = tuple(of(t, NOW - days * DAY, channel=c) for days, t, c in sorted(contacts, reverse=True))
    # A membership that has ended leaves no trace, so its lead would begin anew: here it outlasts the longest one.
    longer = {"primed": 9 * DAY}
    members = tuple(
        membership(action=a, channel="display", since=NOW - since * DAY, until=NOW + lasts * DAY + longer.get(a, 0))
        for since, lasts, a in memberships
    )
    changed: dict[str, Any] = {"primed": Theme(window="5d", order=("display", "email", "sms"), lead=lead)}
    asking = candidate(name, channel, proposed_at=NOW - proposed * DAY, delivery_id="mine")
    verdict = judged(asking, ledger, members, **changed)
    if verdict is None:
        return
    assert verdict.until > NOW
    assert judged(asking, ledger, members, now=verdict.until, **changed) is None
    assert judged(asking, ledger, members, now=verdict.until - 1, **changed) is not None


happenings = st.lists(
    st.tuples(
        st.integers(0, 60 * HOUR),
        st.sampled_from(["sale", "loyalty", "primed"]),
        st.sampled_from(["display", "email", "sms", "release"]),
    ),
    max_size=25,
)


@settings(max_examples=200, deadline=None)
@given(happenings)
def test_at_most_one_theme_of_a_group_is_live_and_the_order_is_kept_whatever_is_asked_when(
    told: list[tuple[int, str, str]],
) -> None:
    now = int(NOW)
    ledger: tuple[Contact, ...] = ()
    memberships: tuple[Membership, ...] = ()
    waiting: list[Candidate] = []
    for number, (later, name, what) in enumerate(told):
        now += later
        if what == "release":
            ledger = ledger[:-1]
        else:
            waiting.append(candidate(name, what, delivery_id=f"send-{number}", proposed_at=now))
        memberships = tuple(joined for joined in memberships if joined.until > now)
        left = []
        for asking in waiting:
            if judged(asking, ledger, memberships, now) is not None:
                left.append(asking)
                continue
            _assert_in_order(asking, ledger, memberships, now)
            if asking.channel == "display":
                memberships = (*memberships, membership(action=asking.action, since=now, until=now + 2 * DAY))
            else:
                ledger = (*ledger, of(asking.action, now, delivery_id=asking.delivery_id, channel=asking.channel))
        waiting = left
        live = live_themes(ledger, memberships, Instant(now), COMPILED)
        assert not {"sale", "loyalty"} <= set(live)
        # Nobody waits for ever: with nothing new, everything that waits gets its turn.
        for asking in waiting:
            verdict = judged(asking, ledger, memberships, now)
            assert verdict is not None
            assert now < verdict.until <= now + 9 * DAY


def _assert_in_order(
    asking: Candidate, ledger: tuple[Contact, ...], memberships: tuple[Membership, ...], now: int
) -> None:
    order = ("display", "email", "sms")
    position = order.index(asking.channel)
    if asking.action != "primed" or not position:
        return
    life = lives(ledger, memberships, Instant(now), COMPILED).get("primed")
    first = life.firsts.get(order[position - 1]) if life is not None else None
    assert now >= DAY + (asking.proposed_at if first is None else first)
