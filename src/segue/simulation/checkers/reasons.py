"""Every candidate ends chosen, or suppressed with exactly one first reason; and what waits is decided about again."""

from collections.abc import Iterator
from math import isclose

from segue.model.decisions import SILENCE, Decision, Reason
from segue.model.time import HOUR, Instant
from segue.simulation.checkers.evidence import Evidence


def check_reasons(evidence: Evidence) -> Iterator[str]:
    """Yield decisions whose candidates do not add up, and candidates that were put off and never came up again."""
    waiting: dict[str, Instant] = {}
    for entry in evidence.entries:
        for decision in entry.decisions:
            for what in _errors_of(decision):
                yield f"entry {entry.seq}: {what}"
            for row in decision.considered:
                waiting.pop(row.key, None)
                if row.until:
                    waiting[row.key] = Instant(row.until)
    for key, until in waiting.items() if evidence.is_settled else ():
        if until < evidence.ended_at - HOUR and key.startswith("journey:"):
            yield f"{key} was to be considered again at {until}, and never was"


def _errors_of(decision: Decision) -> Iterator[str]:
    keys = [row.key for row in decision.considered]
    if len(keys) != len(set(keys)):
        yield f"a candidate is in decision {decision.decision_id} twice"
    for row in decision.considered:
        is_carried_out = row.key == decision.chosen and not decision.is_ghost
        if (row.suppressed is None) != is_carried_out:
            yield f"{row.key} is {'chosen' if is_carried_out else 'not chosen'} with the reason {row.suppressed}"
        if row.key == decision.chosen and decision.is_ghost and row.suppressed is not Reason.HOLDOUT:
            yield f"the ghost {row.key} is suppressed for {row.suppressed}"
        if row.suppressed is not None and row.suppressed not in set(Reason):
            yield f"{row.suppressed!r} is no reason"
    chances = sum(row.probability for row in decision.considered)
    if not isclose(chances, 1.0, abs_tol=1e-9):
        yield f"the probabilities of decision {decision.decision_id} add up to {chances} ({SILENCE} included)"
