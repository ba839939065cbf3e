"""split: one of several arms by chance, and the same one ever after.

The draw is a keyed hash of the customer and the experiment. The arm is kept with the customer, so that changed weights
concern only those who were not given one yet.
"""

from math import fsum

from segue.core.chance import draw
from segue.core.journeys.moves import Go, Move, StepPlan, Surroundings
from segue.model.errors import SegueError
from segue.model.runs import Run
from segue.model.steps import Split


class SplitPlan(StepPlan, frozen=True):
    """A compiled split: (arm, weight, step) in the order of the file."""

    experiment: str
    arms: tuple[tuple[str, float, str], ...]

    def arrive(self, run: Run, around: Surroundings) -> Move:
        """Go the way of the arm that the customer has, or is given now."""
        known = around.splits.get(self.experiment)
        for arm, _, step in self.arms:
            if arm == known:
                return Go(step, detail=arm)
        arm, step = self._draw(around)
        return Go(step, detail=arm, allotted=(self.experiment, arm))

    def _draw(self, around: Surroundings) -> tuple[str, str]:
        weighty = [arm for arm in self.arms if arm[1] > 0]
        mark = draw(around.seed, "split", self.experiment, around.customer_id) * fsum(arm[1] for arm in weighty)
        for arm, weight, step in weighty:
            mark -= weight
            if mark < 0:
                return arm, step
        return weighty[-1][0], weighty[-1][2]


def compile_split(step: Split, journey: str) -> SplitPlan:
    """Return the plan of ``step``.

    Raises:
        SegueError: two arms have one name, or no arm has any weight.
    """
    names = [arm.arm for arm in step.arms]
    if len(names) != len(set(names)):
        raise SegueError(f"Step {step.id!r} has two arms of one name.", "Give each arm a name of its own.")
    if not any(arm.weight > 0 for arm in step.arms):
        raise SegueError(f"Step {step.id!r} has no arm with a weight.", "Give at least one arm a weight above 0.")
    return SplitPlan(
        step.experiment or f"{journey}/{step.id}", tuple((arm.arm, arm.weight, arm.next) for arm in step.arms)
    )
