"""set_trait: state traits of the customer; the new values are known from the next step on."""

from collections.abc import Mapping

from segue.core.journeys.moves import Go, Move, StepPlan, Surroundings
from segue.core.view import Condition
from segue.model.runs import Run
from segue.model.steps import SetTrait


class SetTraitPlan(StepPlan, frozen=True):
    """Compiled statements: (trait, value)."""

    following: str | None
    values: tuple[tuple[str, Condition], ...]

    def arrive(self, run: Run, around: Surroundings) -> Move:
        """State the values as they are now; all of them see the traits as they were before."""
        return Go(self.following, traits={trait: around.view.value(value, run.facts) for trait, value in self.values})


def compile_set_trait(
    step: SetTrait, following: str | None, conditions: Mapping[str, Condition], key: str
) -> SetTraitPlan:
    """Return the plan of ``step``."""
    return SetTraitPlan(following, tuple((trait, conditions[f"{key}.set.{trait}"]) for trait in step.set))
