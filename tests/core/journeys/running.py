"""Journeys run without an engine: what one event does, with plans compiled from conditions that a test writes."""

from collections.abc import Mapping
from typing import Any

from segue.core.facts import Fact
from segue.core.journeys.plan import JourneyPlans, compile_journeys
from segue.core.journeys.run import Progress, run_journeys
from segue.core.view import Condition
from segue.model.customers import Enrollments, Profile
from segue.model.journeys import Entry, Journey
from segue.model.runs import Run
from segue.model.steps import Propose, Step, Wait
from tests.builders import NOW, action, around, fact, plans, profile, view, workspace

PAUSE = Wait(id="pause", after="48h")
MAIL = Propose(id="mail", action="offer")
EMPTY = Enrollments()


def journey(*steps: Step, **changes: Any) -> Journey:
    whole: dict[str, Any] = {"journey": "reorder", "entry": Entry(trigger="lapsed"), "steps": steps or (PAUSE,)}
    return Journey(**(whole | changes))


def compiled(*journeys: Journey, **conditions: Condition) -> JourneyPlans:
    """Compile ``journeys``; a condition's name has ``__`` for each dot behind ``journeys.``."""
    keyed = {f"journeys.{name.replace('__', '.')}": test for name, test in conditions.items()}
    return compile_journeys(workspace(journeys=journeys), plans(action("offer", "email")), keyed)


def after(
    enrollments: Enrollments,
    plans: JourneyPlans,
    *fired: str,
    seen: Fact | None = None,
    now: int = NOW,
    facts: Mapping[str, Any] | None = None,
    answers: Mapping[tuple[str, int], str] | None = None,
    about: Profile | None = None,
) -> Progress:
    """What happens to ``enrollments`` when the event ``seen`` sets off the triggers ``fired``."""
    here = view(about or profile(), seen or fact(at=now), now)
    firings = tuple((trigger, dict(facts or {})) for trigger in fired)
    return run_journeys(enrollments, firings, around(here, answers), plans)


def inside(plans: JourneyPlans, now: int = NOW, **facts: Any) -> Enrollments:
    return after(EMPTY, plans, "lapsed", now=now, facts=facts).enrollments


def only(progress: Progress) -> Run:
    (found,) = progress.enrollments.runs
    return found
