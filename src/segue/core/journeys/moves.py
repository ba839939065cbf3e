"""What a step can answer: stay, go on, offer an action, ask the policy, start another journey, or end the run."""

from typing import Any, TypeAlias

from msgspec import Struct

from segue.core.catalogue import Scored
from segue.core.shared import SharedPlan
from segue.core.view import View
from segue.model.decisions import Candidate
from segue.model.ids import RunId
from segue.model.runs import Run
from segue.model.shared import NOTHING_SHARED, Shared
from segue.model.time import NEVER, Instant


class Stay(Struct, frozen=True):
    """The run waits here; at ``wake_at`` at the latest it is asked again. ``best`` is `Run.best`."""

    wake_at: Instant = NEVER
    best: int = 0


class Go(Struct, frozen=True):
    """The run goes to ``step``; None is the end of the journey.

    Attributes:
        detail: the arm or option that led there, for `Moved.detail`.
        is_loop: a goto was taken.
        allotted: (experiment, arm) that the customer was given here.
        traits: new values of traits, known from the next step on; null takes one away.
        is_withdrawn: what this step proposed is wanted no more.
    """

    step: str | None
    is_converted: bool = False
    detail: str = ""
    is_loop: bool = False
    allotted: tuple[str, str] | None = None
    traits: dict[str, Any] = {}
    is_withdrawn: bool = False


class Offer(Struct, frozen=True):
    """The run stays, and these candidates are proposed to arbitration."""

    candidates: tuple[Candidate, ...]
    best: int = 0


class Question(Struct, frozen=True):
    """A choice that the policy makes: one of ``options`` (their names are in `Scored.action`), or silence.

    Its word comes as an `Answer` to (run, occurrence): the option's name, "" for silence.
    """

    run_id: RunId
    occurrence: int
    journey: str
    step: str
    options: tuple[Scored, ...]


class Ask(Struct, frozen=True):
    """The run stays until the policy has chosen."""

    question: Question


class Descend(Struct, frozen=True):
    """The run enters another journey with its own facts, and waits for the end of that where ``is_awaited``."""

    journey: str
    is_awaited: bool


class Finish(Struct, frozen=True):
    """The run ends here, with a reason."""

    reason: str


Move: TypeAlias = Stay | Go | Offer | Ask | Descend | Finish

CHILD = 0
"""The occurrence under which a run finds the word about the journey it waits for; steps are counted from 1."""

CHILD_CONVERTED = "converted"
CHILD_ENDED = "ended"


class Surroundings(Struct, frozen=True):
    """What a step sees besides its run.

    Attributes:
        view: the customer, the event and the moment.
        workspace: the workspace's name, for send keys.
        customer_id: whose run it is.
        answers: arbitration's words by (run, occurrence), and those about a child by (run, `CHILD`).
        shared, shared_plan: what all customers draw on, and how it is counted.
        seed: from which all chance derives.
        splits: the arms that the customer was given, by experiment.
        following: how many transitions of the same moment have led to this one.
    """

    view: View
    workspace: str
    customer_id: str
    answers: dict[tuple[str, int], str]
    shared: Shared = NOTHING_SHARED
    shared_plan: SharedPlan = SharedPlan()
    seed: str = ""
    splits: dict[str, str] = {}
    following: int = 0


class StepPlan(Struct, frozen=True):
    """A compiled step; one kind per file in ``steps/``. As it stands here, a step at which nobody waits."""

    def arrive(self, run: Run, around: Surroundings) -> Move:
        """Say what happens as the run comes to this step."""
        raise NotImplementedError

    def resume(self, run: Run, around: Surroundings) -> Move | None:
        """Say what this event, tick or answer changes for a run that waits here; None for nothing."""
        return self.arrive(run, around)

    def hear(self, run: Run, around: Surroundings) -> Run:
        """Return the run that stands still here, with what must not be lost on it until it goes on.

        Where it could go on at once, it is due from now on: so it is asked as soon as it does not stand still any more.
        """
        return run

    def adopt(self, run: Run, earlier: Any) -> Run:
        """Return the run as its fields mean the same here that they meant at ``earlier``, a step of this kind."""
        return run

    def rejoin(self, run: Run, around: Surroundings) -> Run | None:
        """Return the run as it goes on waiting here after a migration from a step of this kind; None: it arrives."""
        return None

    @property
    def listens(self) -> tuple[str, ...]:
        """The events that concern a run that waits here."""
        return ()

    @property
    def is_restless(self) -> bool:
        """Whether every event concerns a run that waits here."""
        return False

    @property
    def is_wait(self) -> bool:
        """Whether a run is here for the sake of time, which a handler may shorten."""
        return False
