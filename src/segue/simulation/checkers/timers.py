"""Every timer has fired, is cancelled, or is pending: a run is at one place at a time, leaves it once, not before its
time, and not long after.
"""

from collections.abc import Iterator

from segue.model.events import Tick
from segue.model.runs import Moved
from segue.model.steps import Wait
from segue.model.time import HOUR, Instant, parse_duration
from segue.simulation.checkers.evidence import Evidence

SLACK = 24 * HOUR
"""So long after its time a timer must have fired, whatever went wrong meanwhile, in a simulation that came to rest."""


def check_timers(evidence: Evidence) -> Iterator[str]:
    """Yield ticks before their time, runs that are in two places, and waits that ended too early or never."""
    places: dict[str, tuple[Moved, Instant]] = {}
    migrating: dict[str, tuple[str, Instant]] = {}
    for entry in evidence.entries:
        if isinstance(entry.event, Tick) and entry.event.at > entry.now:
            yield f"entry {entry.seq}: a timer of {entry.event.at} fired at {entry.now}"
        for move in entry.moved:
            if move.how == "migrated" and move.run_id in places:
                migrating[move.run_id] = move.step, places[move.run_id][1]
            yield from _step_out(evidence, places, move, entry.now, entry.seq)
            if move.to:
                was, since = migrating.pop(move.run_id, ("", entry.now))
                # A run that migrates keeps the time that it has waited at the same step.
                places[move.run_id] = move, since if was == move.to else entry.now
    for run_id, (move, since) in places.items() if evidence.is_settled else ():
        due = _due(evidence, move, since)
        if due is not None and due < evidence.ended_at - SLACK and not _is_held(evidence, move):
            yield f"run {run_id} still waits at {move.journey}/{move.to}, since {since}"


def _step_out(
    evidence: Evidence, places: dict[str, tuple[Moved, Instant]], move: Moved, now: Instant, seq: int
) -> Iterator[str]:
    """Yield what is wrong with how a run left the place where it was."""
    came, since = places.pop(move.run_id, (None, Instant(0)))
    if move.step != (came.to if came is not None else ""):
        yield f"entry {seq}: run {move.run_id} leaves {move.step!r}, and was at {came.to if came else 'no step'!r}"
        return
    due = _due(evidence, came, since) if came is not None and move.how == "passed" else None
    if due is not None and now < due:
        yield f"entry {seq}: run {move.run_id} left {move.journey}/{move.step} {due - now} microseconds too early"


def _due(evidence: Evidence, move: Moved, since: Instant) -> Instant | None:
    """Return when an exact wait ends that a run came to at ``since``; None for any other step."""
    journeys = [j for w in (evidence.workspace, *evidence.workspaces.values()) for j in w.journeys]
    journey = next((j for j in journeys if (j.journey, j.version) == (move.journey, move.version)), None)
    step = next((s for s in journey.steps if s.id == move.to), None) if journey is not None else None
    if not isinstance(step, Wait) or step.after is None or step.paced:
        return None
    return Instant(since + parse_duration(step.after))


def _is_held(evidence: Evidence, move: Moved) -> bool:
    """Tell whether the journey is paused at the end: then everything in it is held."""
    last = evidence.workspaces.get(evidence.blocks[-1].revision) if evidence.blocks else None
    return last is not None and any(j.journey == move.journey and j.status == "paused" for j in last.journeys)
