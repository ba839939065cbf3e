"""Seasons: the windows in which an action may be carried out, and the blackouts in which nothing is offered."""

from collections.abc import Sequence

from msgspec import Struct

from segue.core.arbitration.verdicts import Verdict
from segue.core.windows import WindowPlan, closes_at, compile_window, is_open, opens_at
from segue.model.catalogue import Action, Window
from segue.model.contact_rules import Blackout
from segue.model.decisions import Reason
from segue.model.time import NEVER, Instant
from segue.model.workspace import Workspace


class SeasonPlan(Struct, frozen=True):
    """When an action may be carried out.

    Attributes:
        words: the windows as they are declared, for the verdict.
    """

    windows: tuple[WindowPlan, ...]
    words: str


class BlackoutPlan(Struct, frozen=True):
    """A compiled blackout; no channels or no actions means all."""

    name: str
    window: WindowPlan
    channels: tuple[str, ...]
    actions: tuple[str, ...]
    obeys: tuple[str, ...]
    holds: bool


def compile_seasons(workspace: Workspace) -> dict[str, SeasonPlan]:
    """Return the seasons of every action that has a calendar.

    Raises:
        SegueError: a date cannot be read.
    """
    zone = workspace.zone
    return {
        action.action: SeasonPlan(
            tuple(compile_window(window, zone) for window in action.calendar),
            "; ".join(map(say_window, action.calendar)),
        )
        for action in workspace.actions
        if action.calendar
    }


def compile_blackouts(blackouts: tuple[Blackout, ...], zone: str) -> tuple[BlackoutPlan, ...]:
    """Return the plans of ``blackouts``; ``zone`` is the workspace's.

    Raises:
        SegueError: a date cannot be read.
    """
    return tuple(
        BlackoutPlan(
            each.blackout,
            compile_window(each, zone),
            each.channels,
            each.actions,
            each.obeys,
            each.then == "hold",
        )
        for each in blackouts
    )


def check_season(plan: SeasonPlan, now: Instant, zone: str) -> Verdict | None:
    """Refuse an action outside of its windows, until the next one opens."""
    opening = opens_at(plan.windows, now, zone)
    if opening <= now:
        return None
    return Verdict(Reason.INELIGIBLE, f"calendar: {plan.words}", opening if opening < NEVER else Instant(0))


def check_blackouts(
    action: Action, channel: str, blackouts: Sequence[BlackoutPlan], now: Instant, zone: str
) -> Verdict | None:
    """Refuse what is offered in a blackout, until none of those that concern it is on any more.

    Where several overlap, one that drops is enough; the first that is on gives its name.
    """
    concerned = [plan for plan in blackouts if _concerns(plan, action, channel)]
    current = [plan for plan in concerned if is_open(plan.window, now, zone)]
    if not current:
        return None
    until = closes_at([plan.window for plan in concerned], now, zone)
    holds = all(plan.holds for plan in current) and until < NEVER
    return Verdict(Reason.INELIGIBLE, f"blackout: {current[0].name}", until if holds else Instant(0))


def say_window(window: Window) -> str:
    """Return a window in words: ``2026-11-20 to 2026-11-30 on fri, sat``."""
    begins = f"from {window.begins}" if window.begins and not window.ends else window.begins or ""
    ends = f"to {window.ends}" if window.ends and window.begins else f"until {window.ends}" if window.ends else ""
    days = f"on {', '.join(window.weekdays)}" if window.weekdays else ""
    return " ".join(part for part in (begins, ends, days) if part)


def _concerns(plan: BlackoutPlan, action: Action, channel: str) -> bool:
    return (
        action.category in plan.obeys
        and (not plan.channels or channel in plan.channels)
        and (not plan.actions or action.action in plan.actions)
    )
