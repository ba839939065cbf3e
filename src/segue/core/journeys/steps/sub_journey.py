"""sub_journey: enter another journey, and wait for its end or go on."""

from msgspec.structs import replace

from segue.core.journeys.moves import CHILD, CHILD_CONVERTED, CHILD_ENDED, Descend, Go, Move, StepPlan, Surroundings
from segue.model.runs import Run
from segue.model.steps import SubJourney
from segue.model.time import NEVER, Instant

_HEARD = {CHILD_ENDED: 1, CHILD_CONVERTED: 2}


class SubJourneyPlan(StepPlan, frozen=True):
    """A compiled sub-journey. `Run.best` holds a word heard while standing still: 1 for ended, 2 for converted."""

    journey: str
    is_awaited: bool
    following: str | None
    on_converted: str | None

    def arrive(self, run: Run, around: Surroundings) -> Move:
        """Start the other journey."""
        return Descend(self.journey, self.is_awaited)

    def resume(self, run: Run, around: Surroundings) -> Move | None:
        """Go on once the other journey is over, or did not take the customer in."""
        best = self.hear(run, around).best
        if best:
            return Go(self.on_converted if best == _HEARD[CHILD_CONVERTED] else self.following)
        # A merge of two customers may take the child away; then the run is woken without a word.
        return Go(self.following) if run.wake_at <= around.view.now else None

    def hear(self, run: Run, around: Surroundings) -> Run:
        """Note how the other journey ended."""
        word = around.answers.get((run.run_id, CHILD))
        return run if word is None else replace(run, best=_HEARD[word], wake_at=around.view.now)

    def rejoin(self, run: Run, around: Surroundings) -> Run:
        """Wait for the journey that was started."""
        return run


def without_child(run: Run) -> Run:
    """Return ``run``, which waits for a journey that is gone, as it wakes up and goes on."""
    return run if run.wake_at < NEVER else replace(run, wake_at=Instant(0))


def compile_sub_journey(step: SubJourney, following: str | None) -> SubJourneyPlan:
    """Return the plan of ``step``."""
    return SubJourneyPlan(step.journey, step.wait, following, step.on_converted or following)
