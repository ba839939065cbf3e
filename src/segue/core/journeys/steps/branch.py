"""branch: the first case whose condition holds, else the other way."""

from collections.abc import Mapping

from segue.core.journeys.moves import Go, Move, StepPlan, Surroundings
from segue.core.view import Condition
from segue.model.runs import Run
from segue.model.steps import Branch


class BranchPlan(StepPlan, frozen=True):
    """Compiled cases in order, and the else."""

    cases: tuple[tuple[Condition, str], ...]
    otherwise: str

    def arrive(self, run: Run, around: Surroundings) -> Move:
        """Go the way of the first case that holds."""
        for condition, step in self.cases:
            if around.view.holds(condition, run.facts):
                return Go(step)
        return Go(self.otherwise)


def compile_branch(step: Branch, conditions: Mapping[str, Condition], key: str) -> BranchPlan:
    """Return the plan of ``step``."""
    cases = ((conditions[f"{key}.cases.{index}.when"], case.next) for index, case in enumerate(step.cases))
    return BranchPlan(tuple(cases), step.otherwise)
