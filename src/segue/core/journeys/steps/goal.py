"""goal: mark the run as converted and go on."""

from segue.core.journeys.moves import Go, Move, StepPlan, Surroundings
from segue.model.runs import Run


class GoalPlan(StepPlan, frozen=True):
    """A compiled goal."""

    following: str | None

    def arrive(self, run: Run, around: Surroundings) -> Move:
        """Count the run as converted."""
        return Go(self.following, is_converted=True)


def compile_goal(following: str | None) -> GoalPlan:
    """Return the plan of a goal."""
    return GoalPlan(following)
