"""What a step can answer: stay, go on, offer an action, or end the run."""

from typing import Protocol, TypeAlias

from msgspec import Struct

from segue.core.view import View
from segue.model.decisions import Candidate
from segue.model.journeys import Run
from segue.model.time import NEVER, Instant


class Stay(Struct, frozen=True):
    """The run waits here; at ``wake_at`` at the latest it is asked again."""

    wake_at: Instant = NEVER


class Go(Struct, frozen=True):
    """The run goes to ``step``; None is the end of the journey."""

    step: str | None
    is_converted: bool = False


class Offer(Struct, frozen=True):
    """The run stays, and these candidates, one for each channel, are proposed to arbitration."""

    candidates: tuple[Candidate, ...]


class Finish(Struct, frozen=True):
    """The run ends here, with a reason."""

    reason: str


Move: TypeAlias = Stay | Go | Offer | Finish


class Surroundings(Struct, frozen=True):
    """What a step sees besides its run.

    Attributes:
        view: the customer, the event and the moment.
        workspace: the workspace's name, for send keys.
        customer_id: whose run it is.
        answers: arbitration's words by (run, occurrence).
    """

    view: View
    workspace: str
    customer_id: str
    answers: dict[tuple[str, int], str]


class StepPlan(Protocol):
    """A compiled step. One kind per file in ``steps/``."""

    def arrive(self, run: Run, around: Surroundings) -> Move:
        """Say what happens as the run comes to this step."""
        ...

    def resume(self, run: Run, around: Surroundings) -> Move | None:
        """Say what this event, tick or answer changes for a run that waits here; None for nothing."""
        ...
