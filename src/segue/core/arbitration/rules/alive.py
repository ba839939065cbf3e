"""The proposal must still be wanted: its run not interrupted, its deadline not over."""

from collections.abc import Container, Mapping

from segue.core.arbitration.rules.frequency import journey_of
from segue.core.arbitration.verdicts import Verdict
from segue.model.decisions import Candidate, Reason
from segue.model.time import Instant

_REASONS = {
    "goal": Reason.ALREADY_CONVERTED,
    "exit_event": Reason.EXIT_EVENT,
    "exit_predicate": Reason.EXIT_PREDICATE,
    "expired": Reason.EXPIRED,
    "migrated_out": Reason.MIGRATED_OUT,
}


def interruption(ended: str) -> Reason:
    """Return the reason for candidates of a run that ended with ``ended``."""
    return _REASONS.get(ended, Reason.JOURNEY_STOPPED)


def check_going(candidate: Candidate, going: Container[str]) -> Verdict | None:
    """Refuse what outlived its run, where the journey was stopped since or is gone: whoever stops one means all of it.

    Args:
        going: the journeys that are there and were not stopped.
    """
    journey = journey_of(candidate)
    return Verdict(Reason.JOURNEY_STOPPED, journey) if journey and journey not in going else None


def check_alive(
    candidate: Candidate,
    runs: Mapping[str, object],
    ended: Mapping[str, str],
    now: Instant,
    withdrawn: Container[tuple[str, int]] = (),
) -> Verdict | None:
    """Refuse what a dead run proposed, what its run has left behind, and what is past its deadline."""
    if candidate.run_id and candidate.run_id not in runs:
        return Verdict(interruption(ended.get(candidate.run_id, "")), candidate.source)
    if (candidate.run_id, candidate.occurrence) in withdrawn:
        return Verdict(Reason.EXIT_EVENT, candidate.source)
    if now > candidate.deadline:
        return Verdict(Reason.EXPIRED)
    return None
