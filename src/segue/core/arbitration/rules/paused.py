"""A pause: what a run that stands still has proposed is held; nothing is lost."""

from collections.abc import Collection, Mapping

from segue.core.arbitration.rules.frequency import journey_of
from segue.core.arbitration.verdicts import Verdict
from segue.model.decisions import Candidate, Reason
from segue.model.runs import Run
from segue.model.time import NEVER, Instant


def check_paused(
    candidate: Candidate, runs: Mapping[str, object], paused: Collection[str], now: Instant
) -> Verdict | None:
    """Refuse what a paused run or journey proposed, until the pause ends.

    A pause may end early, so it is never a reason to give up: at the latest the candidate is looked at again at its
    deadline. Nobody knows when a paused journey is resumed: whoever resumes it has to have its candidates judged again
    (`pause_end` tells which).
    """
    end = pause_end(candidate, runs, paused, now)
    if not end:
        return None
    return Verdict(Reason.PAUSED_HELD, journey_of(candidate), min(end, candidate.deadline))


def pause_end(candidate: Candidate, runs: Mapping[str, object], paused: Collection[str], now: Instant) -> Instant:
    """Return when the pause that concerns ``candidate`` ends: 0 where there is none, `NEVER` for a paused journey.

    Args:
        runs: runs by id.
        paused: names of the journeys that are paused, in whatever version.
    """
    if paused and journey_of(candidate) in paused:
        return NEVER
    run = runs.get(candidate.run_id) if candidate.run_id else None
    return run.paused_until if isinstance(run, Run) and run.paused_until > now else Instant(0)
