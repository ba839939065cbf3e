from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.arbitration.themes import ThemePlan, ThemePlans, compile_themes, live_themes, lives
from segue.model.catalogue import Action, Theme
from segue.model.customers import Contact, Membership
from segue.model.time import DAY, HOUR, NEVER, Instant
from tests.builders import NOW, action, contact, membership, workspace

THEMES = {"sale": Theme(window="7d", exclusive="price"), "reorder": Theme(window="2d", order=("display", "email"))}
ACTIONS = (
    action("banner", "website", theme="sale", follows_theme=True),
    action("discount", "email", "display", theme="sale"),
    action("again", "email", "display", theme="reorder"),
    action("primer", "display", theme="reorder"),
    action("receipt", "email", theme="reorder", category="transactional"),
    action("tip", "email", theme="undeclared"),
    action("plain", "email"),
)


def compiled(*actions: Action, **themes: Theme) -> ThemePlans:
    return compile_themes(workspace(actions=actions, themes=themes))


PLANS = compiled(*ACTIONS, **THEMES)


def of(theme: str, at: int, **changes: Any) -> Contact:
    return contact(at, theme=theme, **changes)


def join(action_name: str, since: int, until: int = NEVER, **changes: Any) -> Membership:
    return membership(action=action_name, since=since, until=until, delivery_id=f"join-{since}", **changes)


def test_themes_are_compiled_with_durations_in_microseconds_and_one_not_declared_has_the_defaults() -> None:
    assert PLANS.plans["sale"] == ThemePlan("sale", 7 * DAY, "price", (), DAY)
    assert PLANS.plans["reorder"] == ThemePlan("reorder", 2 * DAY, "", ("display", "email"), DAY)
    assert PLANS.plans["undeclared"] == ThemePlan("undeclared", 7 * DAY, "", (), DAY)


def test_only_actions_whose_theme_may_be_a_reason_against_them_are_ruled_by_it() -> None:
    # `primer` goes first in any case; nothing about themes stops what has to be sent.
    assert sorted(PLANS.ruled) == ["again", "banner", "discount"]
    assert sorted(PLANS.enlivened) == ["again", "discount", "primer", "tip"]
    assert compiled(action()) == ThemePlans({}, {}, {})


@pytest.mark.parametrize(
    ("ledger", "memberships", "live"),
    [
        ((), (), ()),
        ((of("sale", NOW),), (), ("sale",)),
        ((of("sale", NOW - 7 * DAY + 1),), (), ("sale",)),
        ((of("sale", NOW - 7 * DAY),), (), ()),
        ((of("sale", NOW - 9 * DAY), of("sale", NOW - 3 * DAY)), (), ("sale",)),
        ((of("sale", NOW, state="ghost"),), (), ("sale",)),
        ((of("sale", NOW, state="reserved"),), (), ("sale",)),
        ((of("unheard_of", NOW), contact(NOW)), (), ()),
        ((of("reorder", NOW, category="transactional"),), (), ()),
        ((), (join("discount", NOW - 90 * DAY),), ("sale",)),
        ((), (join("discount", NOW - 90 * DAY, until=NOW + 1),), ("sale",)),
        ((), (join("discount", NOW - 90 * DAY, until=NOW),), ()),
        ((), (join("banner", NOW),), ()),
        ((), (join("plain", NOW), join("no_such_action", NOW)), ()),
        ((of("sale", NOW - 2 * HOUR), of("reorder", NOW - HOUR)), (), ("reorder", "sale")),
        ((of("sale", NOW - HOUR), of("reorder", NOW - HOUR)), (), ("reorder", "sale")),
        ((of("reorder", NOW - 2 * HOUR),), (join("discount", NOW - HOUR),), ("sale", "reorder")),
    ],
)
def test_a_theme_is_live_until_its_window_after_the_latest_contact_and_while_a_membership_lasts_latest_first(
    ledger: tuple[Contact, ...], memberships: tuple[Membership, ...], live: tuple[str, ...]
) -> None:
    assert live_themes(ledger, memberships, NOW, PLANS) == live


def test_a_life_knows_when_each_channel_first_spoke_in_it() -> None:
    ledger = (
        of("reorder", NOW - 20 * DAY, channel="sms"),
        of("reorder", NOW - 3 * DAY, channel="email"),
        of("reorder", NOW - DAY, channel="email"),
    )
    life = lives(ledger, (join("primer", NOW - 2 * DAY, until=NOW + DAY),), NOW, PLANS)["reorder"]
    assert (life.since, life.latest, life.until) == (NOW - 3 * DAY, NOW - DAY, NOW + DAY)
    assert life.firsts == {"email": NOW - 3 * DAY, "display": NOW - 2 * DAY}


contacts = st.lists(st.tuples(st.integers(0, 20), st.sampled_from(["sale", "reorder", ""])), max_size=8)


@given(contacts, st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=3))
def test_a_theme_is_live_exactly_until_its_life_says(
    told: list[tuple[int, str]], joined: list[tuple[int, int]]
) -> None:
    ledger = tuple(of(theme, NOW - days * DAY) for days, theme in sorted(told, reverse=True))
    memberships = tuple(join("discount", NOW - since * DAY, until=NOW + lasts * DAY) for since, lasts in joined)
    found = lives(ledger, memberships, NOW, PLANS)
    for name, window in (("sale", 7), ("reorder", 2)):
        ends = [-days + window for days, theme in told if theme == name]
        ends += [lasts for _, lasts in joined] if name == "sale" else []
        assert (name in found) == any(end > 0 for end in ends)
        if name in found:
            until = found[name].until
            assert name in live_themes(ledger, memberships, Instant(until - 1), PLANS)
            assert name not in live_themes(ledger, memberships, until, PLANS)
