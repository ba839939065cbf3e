"""Eligibility, and what has already been bought or adopted."""

from segue.core.arbitration.verdicts import Verdict
from segue.core.catalogue import ActionPlan
from segue.core.view import View
from segue.model.decisions import Reason


def check_eligibility(action: ActionPlan, view: View) -> Verdict | None:
    """Refuse an action that is not for this customer, or that has already succeeded."""
    if action.eligible_when is not None and not view.holds(action.eligible_when):
        return Verdict(Reason.INELIGIBLE)
    if action.converted is not None and view.holds(action.converted):
        return Verdict(Reason.ALREADY_CONVERTED, action.action.converted_by or "")
    return None
