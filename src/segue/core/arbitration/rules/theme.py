"""Themes: nothing contradicts the message line that is live, and the cheap channel goes before the dear one."""

from collections.abc import Mapping, Sequence

from segue.core.arbitration.themes import Life, ThemePlan
from segue.core.arbitration.verdicts import Verdict
from segue.core.catalogue import ActionPlan
from segue.model.customers import Contact
from segue.model.decisions import Candidate, Reason
from segue.model.time import Instant


def check_theme(
    candidate: Candidate,
    action: ActionPlan,
    plan: ThemePlan,
    lives: Mapping[str, Life],
    ledger: Sequence[Contact],
    now: Instant,
) -> Verdict | None:
    """Refuse what contradicts a live theme, what follows one that is not live, and what would go before its turn.

    Args:
        plan: the action's theme.
        lives: the themes that are live.
        ledger: for the slot of a message that has one already.
    """
    if action.action.follows_theme and plan.name not in lives:
        return Verdict(Reason.THEME_CONFLICT, f"{plan.name} is not live")
    own = next((contact for contact in ledger if contact.delivery_id == candidate.delivery_id), None)
    return check_exclusive(plan, lives, own) or (check_order(candidate, plan, lives, now) if own is None else None)


def check_exclusive(plan: ThemePlan, lives: Mapping[str, Life], own: Contact | None = None) -> Verdict | None:
    """Refuse a theme while another one of its group is live; names the one that lasts longest, and its end.

    Args:
        own: the slot of a message that is about to be handed over. Two themes of a group are live only where two
            customers turned out to be one; then the younger of them yields, so that they do not wait for each other.
    """
    if not plan.exclusive:
        return None
    rivals = [
        life
        for life in lives.values()
        if life.plan.exclusive == plan.exclusive
        and life.plan.name != plan.name
        and (own is None or (life.since, life.plan.name) < (own.at, plan.name))
    ]
    if not rivals:
        return None
    rival = max(rivals, key=lambda life: (life.until, life.plan.name))
    return Verdict(Reason.THEME_CONFLICT, rival.plan.name, rival.until)


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


def _turn(proposed_at: Instant, plan: ThemePlan, life: Life | None, before: str) -> Instant:
    on_its_own = Instant(proposed_at + plan.lead)
    first = life.firsts.get(before) if life is not None else None
    if life is None or first is None:
        return on_its_own
    turn = Instant(first + plan.lead)
    # A lead longer than the window: by then the theme has ceased, and the contact before is of a life that is over.
    return turn if turn < life.until else max(on_its_own, life.until)
