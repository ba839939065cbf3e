"""Suppression by outcome: an action that was ignored so many times in a row is not sent any more."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from segue.core.arbitration.ledger import CONFIRMED
from segue.core.arbitration.verdicts import Verdict
from segue.model.catalogue import Action
from segue.model.customers import Contact
from segue.model.decisions import Candidate, Reason
from segue.model.time import Instant, parse_duration


class PatiencePlan(Struct, frozen=True):
    """How often an action may be ignored, and after how many microseconds without an open or a click it has been."""

    times: int
    within: int


def compile_patience(actions: Iterable[Action]) -> dict[str, PatiencePlan]:
    """Return the patience of every action that is given up at some point."""
    return {
        action.action: PatiencePlan(action.give_up_after, parse_duration(action.ignored_within))
        for action in actions
        if action.give_up_after is not None
    }


def check_ignored(candidate: Candidate, ledger: Sequence[Contact], now: Instant, plan: PatiencePlan) -> Verdict | None:
    """Refuse what was ignored too often since the customer last engaged with it.

    What was sent less than ``within`` ago may still be opened and says nothing yet; nor does what has not been accepted
    by its provider, or was only decided for a held-out customer. An open or a click, however late, begins a new count.
    """
    ignored = 0
    for contact in reversed(ledger):
        if contact.action != candidate.action or contact.state != CONFIRMED:
            continue
        if contact.engaged_at:
            break
        ignored += contact.at + plan.within <= now
    return Verdict(Reason.IGNORED, f"{ignored} in a row") if ignored >= plan.times else None
