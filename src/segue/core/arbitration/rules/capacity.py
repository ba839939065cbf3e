"""Capacity and budget: what all customers share must not be exceeded."""

from segue.core.arbitration.verdicts import Verdict
from segue.core.catalogue import ActionPlan, VariantPlan
from segue.core.shared import SharedPlan, left, period_end, uses_of
from segue.model.decisions import Reason
from segue.model.shared import Shared
from segue.model.time import Instant

_ROUNDING = 1e-9
"""Share of an amount that a sum of many costs may be off by."""


def check_capacity(
    action: ActionPlan, variant: VariantPlan, shared: Shared, plan: SharedPlan, budgets: tuple[str, ...], now: Instant
) -> Verdict | None:
    """Refuse what takes more of a capacity than the present period has left; names it, and when its next period begins.

    Args:
        budgets: the capacities that count what a contact costs.
    """
    refusal: Verdict | None = None
    for capacity, amount in uses_of(plan, action, variant):
        if action.action.category not in plan.capacities[capacity].obeys:
            continue
        if left(shared, plan, capacity, now) >= amount * (1 - _ROUNDING):
            continue
        # Of several the last to begin anew says when: before that, this one would refuse again.
        until = period_end(plan, capacity, now)
        reason = Reason.BUDGET if capacity in budgets else Reason.CAPACITY
        refusal = Verdict(reason, capacity, until) if refusal is None else _later(refusal, until)
    return refusal


def _later(refusal: Verdict, until: Instant) -> Verdict:
    return Verdict(refusal.reason, refusal.detail, max(refusal.until, until))
