"""goto: go to another step, so many times in one run at most; then to the following one."""

from segue.core.journeys.moves import Go, Move, StepPlan, Surroundings
from segue.model.runs import Run
from segue.model.steps import Goto


class GotoPlan(StepPlan, frozen=True):
    """A compiled goto."""

    step: str
    to: str
    at_most: int
    following: str | None

    def arrive(self, run: Run, around: Surroundings) -> Move:
        """Take the loop as long as the bound allows."""
        if run.loops.get(self.step, 0) < self.at_most:
            return Go(self.to, is_loop=True)
        return Go(self.following)


def compile_goto(step: Goto, following: str | None) -> GotoPlan:
    """Return the plan of ``step``."""
    return GotoPlan(step.id, step.to, step.at_most, following)
