"""Pacing: waits stretch for the calm and shrink for the keen, on a geometric line between two intensities."""

from msgspec import Struct

from segue.core.view import Condition, View
from segue.model.errors import SegueError
from segue.model.journeys import Pacing
from segue.model.runs import Run


class PacingPlan(Struct, frozen=True):
    """A compiled pacing; ``by`` yields the intensity."""

    by: Condition
    calm: float
    keen: float
    slowest: float
    fastest: float

    def factor(self, run: Run, view: View) -> float:
        """Return how many times as long a paced wait of ``run`` takes; 1 while the intensity is unknown."""
        intensity = view.value(self.by, run.facts)
        if intensity is None:
            return 1.0
        share = min(max((float(intensity) - self.calm) / (self.keen - self.calm), 0.0), 1.0)
        return float(self.slowest ** (1.0 - share) * self.fastest**share)


def compile_pacing(pacing: Pacing, by: Condition) -> PacingPlan:
    """Return the plan of ``pacing``.

    Raises:
        SegueError: ``keen`` is not above ``calm``.
    """
    if pacing.keen <= pacing.calm:
        reason = f"Pacing from {pacing.calm:g} (calm) to {pacing.keen:g} (keen) has no way in between."
        raise SegueError(reason, "Give `keen` a larger number than `calm`.")
    return PacingPlan(by, pacing.calm, pacing.keen, pacing.slowest, pacing.fastest)
