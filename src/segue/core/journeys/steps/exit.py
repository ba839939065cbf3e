"""exit: the run ends here."""

from segue.core.journeys.moves import Go, Move, StepPlan, Surroundings
from segue.model.runs import Run


class ExitPlan(StepPlan, frozen=True):
    """A compiled exit."""

    def arrive(self, run: Run, around: Surroundings) -> Move:
        """End the run."""
        return Go(None)


def compile_exit() -> ExitPlan:
    """Return the plan of an exit; there is only one."""
    return ExitPlan()
