"""wait_for: one of several events decides where to go. In a race the first; of a collection the one that is listed
first; a timeout when none comes.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from segue.core.journeys.matching import Awaited, compile_match
from segue.core.journeys.moves import Go, Move, Stay, StepPlan, Surroundings
from segue.core.view import Condition
from segue.model.runs import Run
from segue.model.steps import WaitFor
from segue.model.time import Instant, parse_duration


class WaitForPlan(StepPlan, frozen=True):
    """A compiled wait for events, in the order in which they are asked; `Run.best` is 1 + the index of the best."""

    awaited: tuple[Awaited, ...]
    within: int
    on_timeout: str | None
    is_collecting: bool = False

    def arrive(self, run: Run, around: Surroundings) -> Move:
        """Wait for the events, ``within`` at most."""
        return Stay(Instant(run.step_at + self.within)) if self.within else Go(self.on_timeout)

    def resume(self, run: Run, around: Surroundings) -> Move | None:
        """Go where the event leads that won, or that is best at the end; at the deadline itself an event counts."""
        heard = self.hear(run, around)
        is_over = around.view.now >= run.wake_at
        if heard.best and (is_over or not self.is_collecting):
            awaited = self.awaited[heard.best - 1]
            return Go(awaited.next, detail=awaited.event)
        if is_over:
            return Go(self.on_timeout)
        return None if heard is run else Stay(run.wake_at, heard.best)

    def hear(self, run: Run, around: Surroundings) -> Run:
        """Note the event if it is better than what has come; in a race the first stays the best."""
        known = run.best if run.best else len(self.awaited) + 1
        if run.best and not self.is_collecting:
            return run
        for index, awaited in enumerate(self.awaited[: known - 1], start=1):
            if awaited.matches(run, around.view):
                return replace(run, best=index, wake_at=run.wake_at if self.is_collecting else around.view.now)
        return run

    def adopt(self, run: Run, earlier: "WaitForPlan") -> Run:
        """Keep the event that came, wherever it is listed now; one that is not awaited any more did not come."""
        if not run.best:
            return run
        came = earlier.awaited[run.best - 1].event
        places = [index for index, awaited in enumerate(self.awaited, start=1) if awaited.event == came]
        return replace(run, best=places[0] if places else 0)

    def rejoin(self, run: Run, around: Surroundings) -> Run:
        """Wait for what is left of this wait."""
        best = run.best if run.best <= len(self.awaited) else 0
        return replace(run, wake_at=Instant(run.step_at + self.within), best=best)

    @property
    def is_wait(self) -> bool:
        """A hurry shortens it."""
        return True

    @property
    def listens(self) -> tuple[str, ...]:
        """The events waited for."""
        return tuple(awaited.event for awaited in self.awaited)


def compile_wait_for(
    step: WaitFor, following: str | None, conditions: Mapping[str, Condition], key: str
) -> WaitForPlan:
    """Return the plan of ``step``."""
    return WaitForPlan(
        awaited=tuple(
            compile_match(match, conditions, f"{key}.events.{index}", following)
            for index, match in enumerate(step.events)
        ),
        within=parse_duration(step.within),
        on_timeout=step.on_timeout or following,
        is_collecting=step.mode == "collect",
    )
