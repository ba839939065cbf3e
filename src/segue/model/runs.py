"""Runs: the way of one customer through a journey, and what is told of it."""

from typing import Any

from msgspec import Struct

from segue.model.ids import RunId
from segue.model.time import Instant


class Run(Struct, frozen=True, array_like=True):
    """One customer's run through a journey (an enrollment in progress).

    Attributes:
        key: the instance key's value, "" where the journey has none.
        step_at: when the run came to ``step``.
        wake_at: when the step ends by itself; `NEVER` when only an event can end it. A pause, a stage's patience and
            the end of the run's time come on top of it.
        visits: how many steps were entered so far; the occurrence in a send key.
        facts: the entry event's properties, for conditions and templates.
        parent: the run that started this one and waits for it, "" for none.
        best: of a wait for events: 1 + the index of the best one so far, 0 for none. Of a message group: 1 + the index
            of the channel that was proposed last, negative once that went out and the gap runs, more than there are
            channels when the group is over.
        loops: how often each goto was taken.
        paused_until: it stands still until then; 0 when it does not.
        stage, stage_at: the stage it is in, and when that began or last made progress; 0 when its recovery was tried.
    """

    run_id: RunId
    journey: str
    version: int
    key: str
    step: str
    entered_at: Instant
    step_at: Instant
    wake_at: Instant
    visits: int = 1
    is_converted: bool = False
    facts: dict[str, Any] = {}
    parent: RunId = RunId("")
    best: int = 0
    loops: dict[str, int] = {}
    paused_until: Instant = Instant(0)
    stage: str = ""
    stage_at: Instant = Instant(0)


class Entered(Struct, frozen=True, array_like=True):
    """When a customer last entered a journey, and how often."""

    journey: str
    at: Instant
    count: int = 1


class Pending(Struct, frozen=True, array_like=True):
    """An entry that waits until ``due``; `NEVER` for as long as the journey is paused.

    ``why`` is ``debounce``, ``rate`` or ``paused``.
    """

    journey: str
    key: str
    due: Instant
    why: str
    facts: dict[str, Any] = {}


class Allotted(Struct, frozen=True, array_like=True):
    """The arm a customer was given in an experiment, once and for all."""

    experiment: str
    arm: str
    at: Instant


class Ended(Struct, frozen=True, array_like=True):
    """A run that ended in this transition, and why: ``goal``, ``exit_event``, ``exit_predicate``, ``expired``,
    ``done``.
    """

    run_id: RunId
    journey: str
    reason: str
    is_converted: bool


class Moved(Struct, frozen=True, array_like=True):
    """A run that came to a step, left one, or both: what live counters, paths and experiments are made of.

    Attributes:
        step: the step it left, "" when it entered the journey.
        to: the step it came to, "" when the run ended.
        how: ``entered``, ``passed`` (the step was over), ``exited`` (an interrupt, a handler, a recovery, a stop),
            ``migrated``.
        detail: the arm of a split, the option of a choice, the reason of an end.
        stage: the stage it is in afterwards.
    """

    run_id: RunId
    journey: str
    version: int
    step: str
    to: str
    how: str
    detail: str = ""
    stage: str = ""
