"""exit: the run ends here."""

from collections.abc import Mapping

from msgspec import Struct

from segue.core.journeys.moves import Go, Move, Surroundings
from segue.core.view import Condition
from segue.model.journeys import Exit, Run


class ExitPlan(Struct, frozen=True):
    """A compiled exit."""

    def arrive(self, run: Run, around: Surroundings) -> Move:
        """End the run."""
        return Go(None)

    def resume(self, run: Run, around: Surroundings) -> Move | None:
        """Nobody waits at an exit."""
        return Go(None)


def compile_exit(step: Exit, following: str | None, conditions: Mapping[str, Condition], key: str) -> ExitPlan:
    """Return the plan of ``step``."""
    return ExitPlan()
