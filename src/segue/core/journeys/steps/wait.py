"""wait: stay for a duration, until a local time of day, or until a computed moment."""

import re
from collections.abc import Mapping

from msgspec import Struct

from segue.core.expression_sites import is_duration_text
from segue.core.journeys.moves import Go, Move, Stay, Surroundings
from segue.core.local_time import next_local
from segue.core.view import Condition
from segue.model.errors import SegueError
from segue.model.journeys import Run, Wait
from segue.model.time import Instant, parse_duration

_LOCAL_TIME = re.compile(r"(?:\+(\d+)d\s+)?([01]?\d|2[0-3]):([0-5]\d)(?:\s+local)?")


class WaitPlan(Struct, frozen=True):
    """A compiled wait: exactly one of ``duration``, ``after``, ``until`` and ``minute`` is set."""

    following: str | None
    duration: int | None = None
    after: Condition | None = None
    until: Condition | None = None
    minute: int | None = None
    days: int = 0

    def arrive(self, run: Run, around: Surroundings) -> Move:
        """Wait until the moment; one that has passed, or that nobody can compute, is no wait at all."""
        wake_at = self._moment(run, around)
        return Go(self.following) if wake_at is None or wake_at <= around.view.now else Stay(wake_at)

    def resume(self, run: Run, around: Surroundings) -> Move | None:
        """Go on when the moment has come."""
        return Go(self.following) if around.view.now >= run.wake_at else None

    def _moment(self, run: Run, around: Surroundings) -> Instant | None:
        view = around.view
        if self.duration is not None:
            return Instant(view.now + self.duration)
        if self.minute is not None:
            return next_local(view.now, view.zone, self.minute, self.days)
        if self.after is not None:
            duration = view.value(self.after, run.facts)
            return None if duration is None else Instant(view.now + int(duration))
        assert self.until is not None
        until = view.value(self.until, run.facts)
        return None if until is None else Instant(int(until))


def compile_wait(step: Wait, following: str | None, conditions: Mapping[str, Condition], key: str) -> WaitPlan:
    """Return the plan of ``step``.

    Raises:
        SegueError: not exactly one of after, at and until; or ``at`` is not a time of day.
    """
    if sum(field is not None for field in (step.after, step.at, step.until)) != 1:
        raise SegueError(f"Step {step.id!r} needs exactly one of after, at and until.", "Keep one of them.")
    if step.at is not None:
        days, minute = parse_local_time(step.at)
        return WaitPlan(following, minute=minute, days=days)
    if step.until is not None:
        return WaitPlan(following, until=conditions[f"{key}.until"])
    assert step.after is not None
    if is_duration_text(step.after):
        return WaitPlan(following, duration=parse_duration(step.after))
    return WaitPlan(following, after=conditions[f"{key}.after"])


def parse_local_time(text: str) -> tuple[int, int]:
    """Return (days, minute of the day) of "09:00" or "+1d 09:00".

    Raises:
        SegueError: the text is neither.
    """
    found = _LOCAL_TIME.fullmatch(text.strip())
    if found is None:
        raise SegueError(f"{text!r} is not a local time.", 'Write "09:00" or "+1d 09:00".')
    return int(found[1] or 0), int(found[2]) * 60 + int(found[3])
