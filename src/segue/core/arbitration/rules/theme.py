"""Themes: nothing contradicts the message line that is live, and the cheap channel goes before the dear one."""

from collections.abc import Mapping

from segue.core.arbitration.themes import Life, ThemePlan
from segue.core.arbitration.verdicts import Verdict
from segue.core.catalogue import ActionPlan
from segue.model.decisions import Candidate, Reason
from segue.model.time import NEVER, Instant


def check_theme(
    candidate: Candidate,
    action: ActionPlan,
    plan: ThemePlan,
    lives: Mapping[str, Life],
    now: Instant,
    *,
    is_booked: bool,
) -> Verdict | None:
    """Refuse what contradicts a live theme, what follows one that is not live, and what would go before its turn.

    Args:
        plan: the action's theme.
        lives: the themes that are live.
        is_booked: it has its slot already, so it has had its turn.
    """
    if action.action.follows_theme and plan.name not in lives:
        return Verdict(Reason.THEME_CONFLICT, f"{plan.name} is not live")
    return check_exclusive(plan, lives, now) or (None if is_booked else check_order(candidate, plan, lives, now))


def check_exclusive(plan: ThemePlan, lives: Mapping[str, Life], now: Instant) -> Verdict | None:
    """Refuse a theme while another one of its group is live; names the one that is, and when the group is free.

    Two of a group are live only where two customers turned out to be one: then the younger theme yields to the older
    one, so that they do not wait for each other.
    """
    rivals = _rivals(plan, lives, now)
    if not rivals:
        return None
    changes = sorted(life.until for life in lives.values() if life.plan.exclusive == plan.exclusive)
    free_at = next(at for at in changes if not _rivals(plan, lives, at))
    return Verdict(Reason.THEME_CONFLICT, rivals[0].plan.name, free_at)


def check_order(candidate: Candidate, plan: ThemePlan, lives: Mapping[str, Life], now: Instant) -> Verdict | None:
    """Refuse a channel of the theme's order before its turn: ``lead`` after the first contact of the channel before it.

    Where that one does not come, after the candidate's own proposal; so nobody waits for ever.
    """
    position = plan.order.index(candidate.channel) if candidate.channel in plan.order else 0
    if not position:
        return None
    before = plan.order[position - 1]
    turn = _turn(candidate.proposed_at, plan, lives.get(plan.name), before)
    return Verdict(Reason.THEME_CONFLICT, f"order: {before} goes first", turn) if turn > now else None


def _rivals(plan: ThemePlan, lives: Mapping[str, Life], at: Instant) -> list[Life]:
    """Return the lives that ``plan`` has to yield to at a moment from now on, the oldest first."""
    if not plan.exclusive:
        return []
    own = lives.get(plan.name)
    age = _age(own) if own is not None and own.until > at else (NEVER, "")
    group = [life for life in lives.values() if life.plan.exclusive == plan.exclusive and life.until > at]
    return sorted((life for life in group if _age(life) < age), key=_age)


def _age(life: Life) -> tuple[Instant, str]:
    return life.since, life.plan.name


def _turn(proposed_at: Instant, plan: ThemePlan, life: Life | None, before: str) -> Instant:
    on_its_own = Instant(proposed_at + plan.lead)
    first = life.firsts.get(before) if life is not None else None
    if life is None or first is None:
        return on_its_own
    turn = Instant(first + plan.lead)
    # A lead longer than the window: by then the theme has ceased, and the contact before is of a life that is over.
    return turn if turn < life.until else max(on_its_own, life.until)
