"""Matching: does an event concern a run, and is it the one that something waits for."""

from collections.abc import Mapping

from msgspec import Struct

from segue.core.view import Condition, View
from segue.model.runs import Run
from segue.model.steps import EventMatch


class Awaited(Struct, frozen=True):
    """An event that something waits for, and where it leads; None where that is not a step."""

    event: str
    when: Condition | None
    next: str | None

    def matches(self, run: Run, view: View) -> bool:
        """Tell whether the present event is the one, for ``run``."""
        return self.event == view.fact.name and concerns(run, view) and view.holds(self.when, run.facts)


def concerns(run: Run, view: View) -> bool:
    """Tell whether the present event is about ``run``.

    What is told of a message concerns only the run that sent it; and what had long happened when the run began, none.
    """
    fact = view.fact
    if fact.at < run.entered_at - view.late_after:
        return False
    return not fact.name.startswith("message_") or fact.properties.get("run_id") == run.run_id


def compile_match(match: EventMatch, conditions: Mapping[str, Condition], key: str, following: str | None) -> Awaited:
    """Return the plan of ``match``, whose condition is found under ``key``."""
    return Awaited(match.event, conditions.get(f"{key}.when"), match.next or following)
