"""What a contact means for everything that is shared: what it takes, and whom it reaches. And what undoing it means."""

from collections.abc import Iterable

from segue.core.catalogue import ActionPlan, VariantPlan
from segue.core.shared.leases import given_back, taken
from segue.core.shared.plan import SharedPlan
from segue.core.shared.reach import CHANCE, OTHERS, REACHED, ReachPlan
from segue.core.shared.stock import KIND, sold
from segue.core.view import View
from segue.model.shared import Tally
from segue.model.time import Instant


def promised(plan: SharedPlan, action: ActionPlan, variant: VariantPlan, view: View) -> tuple[Tally, ...]:
    """Return the tallies of what was just promised to the customer of ``view``."""
    used = taken(plan, action, variant)
    if not plan.stocks and not plan.aims:
        return used
    name = action.action.action
    return (
        *used,
        *_of_stock(plan, name, variant.channel.name, 1.0),
        *_of_reach(plan, name, variant.channel.name, view, 1.0),
    )


def undone(plan: SharedPlan, action: str, channel: str, promised_at: Instant, view: View) -> tuple[Tally, ...]:
    """Return the tallies of what was promised at ``promised_at`` and is not carried out.

    Whether it would have reached whom it was meant for is asked of the customer as they are now.
    """
    returned = given_back(plan, action, channel, promised_at, view.now)
    aims = plan.aims.get((action, channel), ())
    current = tuple(aim for aim in aims if promised_at // aim.period == view.now // aim.period)
    missed = tuple(Tally(_kind(aim, view), aim.name, -1.0) for aim in current if aim.share or view.holds(aim.who))
    return (*returned, *_of_stock(plan, action, channel, -1.0), *missed)


def happened(plan: SharedPlan, view: View) -> tuple[Tally, ...]:
    """Return the tallies of the event itself: what its success takes from a stock."""
    stocks = plan.sold_by.get(view.fact.name) if plan.sold_by else None
    return sold(stocks, view.fact, view.now, view.late_after) if stocks else ()


def chances(plan: SharedPlan, eligible: Iterable[tuple[str, str]], view: View) -> tuple[Tally, ...]:
    """Return one tally for each target that a decision among ``eligible`` (action, channel) could have served."""
    concerned = {aim.name: aim for key in eligible for aim in plan.aims.get(key, ()) if not aim.share}
    return tuple(Tally(CHANCE, aim.name, 1.0) for aim in concerned.values() if view.holds(aim.who))


def _of_stock(plan: SharedPlan, action: str, channel: str, amount: float) -> tuple[Tally, ...]:
    return (Tally(KIND, plan.stocks[action].key, amount),) if (action, channel) in plan.taking else ()


def _of_reach(plan: SharedPlan, action: str, channel: str, view: View, amount: float) -> tuple[Tally, ...]:
    aims = plan.aims.get((action, channel), ())
    return tuple(Tally(_kind(aim, view), aim.name, amount) for aim in aims if aim.share or view.holds(aim.who))


def _kind(aim: ReachPlan, view: View) -> str:
    return REACHED if view.holds(aim.who) else OTHERS
