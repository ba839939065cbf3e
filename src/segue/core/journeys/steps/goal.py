"""goal: mark the run as converted and go on."""

from collections.abc import Mapping

from msgspec import Struct

from segue.core.journeys.moves import Go, Move, Surroundings
from segue.core.view import Condition
from segue.model.journeys import Goal, Run


class GoalPlan(Struct, frozen=True):
    """A compiled goal."""

    following: str | None

    def arrive(self, run: Run, around: Surroundings) -> Move:
        """Count the run as converted."""
        return Go(self.following, is_converted=True)

    def resume(self, run: Run, around: Surroundings) -> Move | None:
        """Nobody waits at a goal."""
        return self.arrive(run, around)


def compile_goal(step: Goal, following: str | None, conditions: Mapping[str, Condition], key: str) -> GoalPlan:
    """Return the plan of ``step``."""
    return GoalPlan(following)
