"""wait: stay for a duration, until a local time of day, a computed moment, or the customer's best hour.

The end is counted from when the run came here, so that a run keeps the time it waited when its journey migrates, and
the pacing, which is looked at with every event, moves the end and not the beginning.
"""

import re
from collections.abc import Mapping

from msgspec.structs import replace

from segue.core.expression_sites import is_duration_text
from segue.core.journeys.moves import Go, Move, Stay, StepPlan, Surroundings
from segue.core.journeys.pacing import PacingPlan
from segue.core.local_time import next_local
from segue.core.receptive import best_moment, group_of
from segue.core.view import Condition
from segue.model.errors import SegueError
from segue.model.runs import Run
from segue.model.steps import Wait
from segue.model.time import Instant, parse_duration
from segue.model.workspace import Workspace

_LOCAL_TIME = re.compile(r"(?:\+(\d+)d\s+)?([01]?\d|2[0-3]):([0-5]\d)(?:\s+local)?")


class WaitPlan(StepPlan, frozen=True):
    """A compiled wait: exactly one of ``duration``, ``after``, ``until``, ``minute`` and ``receptive`` is set.

    Attributes:
        receptive: the time within which the best hour is looked for, in microseconds.
        pacing: stretches and shrinks ``duration`` and ``after``.
        workspace: says whose hours stand in for the customer's own.
    """

    following: str | None
    duration: int | None = None
    after: Condition | None = None
    until: Condition | None = None
    minute: int | None = None
    days: int = 0
    receptive: int | None = None
    pacing: PacingPlan | None = None
    workspace: Workspace | None = None

    def arrive(self, run: Run, around: Surroundings) -> Move:
        """Wait until the moment; one that has passed, or that nobody can compute, is no wait at all."""
        end = self._end(run, around)
        return Go(self.following) if end is None or end <= around.view.now else Stay(end)

    def resume(self, run: Run, around: Surroundings) -> Move | None:
        """Go on when the moment has come; a change of the pace moves it, the customer's presence is the best hour."""
        view = around.view
        if view.now >= run.wake_at or (self.receptive is not None and view.is_here):
            return Go(self.following)
        if self.pacing is None:
            return None
        move = self.arrive(run, around)
        return None if move == Stay(run.wake_at) else move

    def rejoin(self, run: Run, around: Surroundings) -> Run:
        """Wait for what is left of this wait."""
        end = self._end(run, around)
        return replace(run, wake_at=around.view.now if end is None else end)

    @property
    def is_wait(self) -> bool:
        """A hurry shortens it."""
        return True

    @property
    def is_restless(self) -> bool:
        """Whether every event may move the end."""
        return self.pacing is not None or self.receptive is not None

    def _end(self, run: Run, around: Surroundings) -> Instant | None:
        view, since = around.view, run.step_at
        if self.receptive is not None:
            return self._best_hour(Instant(since + self.receptive), around)
        if self.minute is not None:
            return next_local(since, view.zone, self.minute, self.days)
        if self.until is not None:
            until = view.value(self.until, run.facts)
            return None if until is None else Instant(int(until))
        duration = self.duration
        if self.after is not None:
            duration = view.value(self.after, run.facts)
        if duration is None:
            return None
        pace = 1.0 if self.pacing is None else self.pacing.factor(run, view)
        return Instant(since + (int(duration) if pace == 1.0 else round(duration * pace)))

    def _best_hour(self, until: Instant, around: Surroundings) -> Instant:
        view = around.view
        if until <= view.now:
            return until
        assert self.workspace is not None, "a receptive wait is compiled with its workspace"
        group = group_of(view.profile, self.workspace)
        return best_moment(view.profile, view.shared, group, view.now, until, view.zone, is_here=view.is_here)


def compile_wait(
    step: Wait,
    following: str | None,
    conditions: Mapping[str, Condition],
    key: str,
    pacing: PacingPlan | None = None,
    workspace: Workspace | None = None,
) -> WaitPlan:
    """Return the plan of ``step``.

    Args:
        pacing: the journey's.

    Raises:
        SegueError: not exactly one of after, at, until and receptive; ``at`` is not a time of day; a paced wait that is
            not `after` a duration, or in a journey without pacing.
    """
    if sum(field is not None for field in (step.after, step.at, step.until, step.receptive)) != 1:
        raise SegueError(f"Step {step.id!r} needs exactly one of after, at, until and receptive.", "Keep one of them.")
    if step.paced and (step.after is None or pacing is None):
        reason = f"Step {step.id!r} is paced, but {'has no `after`' if step.after is None else 'its journey is not'}."
        raise SegueError(reason, "Only `after` is paced, in a journey that declares `pacing`.")
    if step.at is not None:
        days, minute = parse_local_time(step.at)
        return WaitPlan(following, minute=minute, days=days)
    if step.until is not None:
        return WaitPlan(following, until=conditions[f"{key}.until"])
    if step.receptive is not None:
        return WaitPlan(following, receptive=parse_duration(step.receptive), workspace=workspace)
    assert step.after is not None
    pacing = pacing if step.paced else None
    if is_duration_text(step.after):
        return WaitPlan(following, duration=parse_duration(step.after), pacing=pacing)
    return WaitPlan(following, after=conditions[f"{key}.after"], pacing=pacing)


def parse_local_time(text: str) -> tuple[int, int]:
    """Return (days, minute of the day) of "09:00" or "+1d 09:00".

    Raises:
        SegueError: the text is neither.
    """
    found = _LOCAL_TIME.fullmatch(text.strip())
    if found is None:
        raise SegueError(f"{text!r} is not a local time.", 'Write "09:00" or "+1d 09:00".')
    return int(found[1] or 0), int(found[2]) * 60 + int(found[3])
