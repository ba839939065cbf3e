"""Prerequisites: other actions that must have come first."""

from collections.abc import Sequence

from segue.core.arbitration.ledger import CONFIRMED, GHOST
from segue.core.arbitration.verdicts import Verdict
from segue.core.catalogue import ActionPlan, RequirementPlan
from segue.core.view import View
from segue.model.customers import Contact, Membership
from segue.model.decisions import Reason

KEPT = 2
"""So many of the latest contacts of a required action are remembered, however old: the latest may be on its way yet."""


def check_prerequisites(
    action: ActionPlan, ledger: Sequence[Contact], memberships: Sequence[Membership], view: View
) -> Verdict | None:
    """Refuse an action before those that it requires; names the first that is missing.

    A held-out customer's ghost counts as delivered: what follows is decided for them as for everybody.
    """
    for required in action.requires:
        if required.succeeded is not None:
            is_met = view.holds(required.succeeded)
        else:
            is_met = _was_delivered(required, ledger, memberships, view.now)
        if not is_met:
            return Verdict(Reason.INELIGIBLE, f"requires: {required.action}")
    return None


def _was_delivered(
    required: RequirementPlan, ledger: Sequence[Contact], memberships: Sequence[Membership], now: int
) -> bool:
    since = now - required.within
    return any(
        contact.action == required.action and contact.at > since and contact.state in (CONFIRMED, GHOST)
        for contact in ledger
    ) or any(member.action == required.action and member.until > now for member in memberships)
