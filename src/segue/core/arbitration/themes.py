"""Themes: which message lines are live for a customer, and since when.

A theme lives from the first contact or membership of one of its actions until its window after the latest contact, and
for as long as a membership lasts. What has to be sent (`OBLIGED`) and what only follows a theme give it no life.
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from segue.core.catalogue import OBLIGED
from segue.model.catalogue import Action, Theme
from segue.model.customers import Contact, Membership
from segue.model.time import Instant, parse_duration
from segue.model.workspace import Workspace


class ThemePlan(Struct, frozen=True):
    """A compiled theme; durations in microseconds.

    Attributes:
        exclusive: the group of which one theme is live at most, "" for none.
        order: channels that go one before the other, each ``lead`` after the one before.
    """

    name: str
    window: int
    exclusive: str
    order: tuple[str, ...]
    lead: int


class ThemePlans(Struct, frozen=True):
    """All themes that actions belong to.

    Attributes:
        plans: by name.
        enlivened: by action: the theme that a membership for it keeps alive.
        ruled: by action: its theme, where that may ever be a reason against it.
    """

    plans: dict[str, ThemePlan]
    enlivened: dict[str, ThemePlan]
    ruled: dict[str, ThemePlan]


class Life(Struct, frozen=True):
    """A theme's present life.

    Attributes:
        since: its first contact or membership.
        latest: the latest one.
        until: when it ceases to be live, if nothing more comes.
        firsts: by channel: the first contact or membership of this life.
    """

    plan: ThemePlan
    since: Instant
    latest: Instant
    until: Instant
    firsts: dict[str, Instant]


def compile_themes(workspace: Workspace) -> ThemePlans:
    """Return the plans of all themes that actions name; one that is not declared has the defaults."""
    plans: dict[str, ThemePlan] = {}
    enlivened: dict[str, ThemePlan] = {}
    ruled: dict[str, ThemePlan] = {}
    for action in workspace.actions:
        if action.theme is None:
            continue
        plan = plans.setdefault(action.theme, _compile(action.theme, workspace.themes.get(action.theme, Theme())))
        if action.category in OBLIGED:
            continue
        if not action.follows_theme:
            enlivened[action.action] = plan
        if plan.exclusive or _is_ordered(action, plan) or action.follows_theme:
            ruled[action.action] = plan
    return ThemePlans(plans, enlivened, ruled)


def live_themes(
    ledger: Sequence[Contact], memberships: Sequence[Membership], now: Instant, plans: ThemePlans
) -> tuple[str, ...]:
    """Return the names of the themes that are live for a customer at ``now``, the one with the latest contact first."""
    found = lives(ledger, memberships, now, plans).values()
    return tuple(life.plan.name for life in sorted(found, key=lambda life: (-life.latest, life.plan.name)))


def lives(
    ledger: Sequence[Contact], memberships: Iterable[Membership], now: Instant, plans: ThemePlans
) -> dict[str, Life]:
    """Return the present life of every theme that is live at ``now``.

    Args:
        ledger: oldest first.
        memberships: those that last; of one that is over nothing is known.
    """
    if not plans.plans:
        return {}
    found: dict[str, Life] = {}
    for at, until, channel, plan in sorted(_signs(ledger, memberships, now, plans), key=lambda sign: sign[0]):
        life = found.get(plan.name)
        if life is None or at >= life.until:
            found[plan.name] = Life(plan, at, at, until, {channel: at})
        else:
            firsts = life.firsts if channel in life.firsts else life.firsts | {channel: at}
            found[plan.name] = Life(plan, life.since, at, max(life.until, until), firsts)
    return {name: life for name, life in found.items() if life.until > now}


def _signs(
    ledger: Iterable[Contact], memberships: Iterable[Membership], now: Instant, plans: ThemePlans
) -> Iterator[tuple[Instant, Instant, str, ThemePlan]]:
    """Yield (from, until, channel, theme) of everything that keeps a theme alive."""
    for contact in ledger:
        plan = plans.plans.get(contact.theme) if contact.theme else None
        if plan is not None and contact.category not in OBLIGED and contact.at <= now:
            yield contact.at, Instant(contact.at + plan.window), contact.channel, plan
    for membership in memberships:
        plan = plans.enlivened.get(membership.action)
        if plan is not None and membership.since <= now < membership.until:
            yield membership.since, membership.until, membership.channel, plan


def _compile(name: str, theme: Theme) -> ThemePlan:
    return ThemePlan(
        name=name,
        window=parse_duration(theme.window),
        exclusive=theme.exclusive or "",
        order=theme.order,
        lead=parse_duration(theme.lead),
    )


def _is_ordered(action: Action, plan: ThemePlan) -> bool:
    return any(variant.channel in plan.order[1:] for variant in action.variants)
