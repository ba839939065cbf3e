"""wait_for: a race; the first of several events decides where to go, a timeout when none comes."""

from collections.abc import Mapping

from msgspec import Struct

from segue.core.facts import Fact
from segue.core.journeys.moves import Go, Move, Stay, Surroundings
from segue.core.view import Condition
from segue.model.journeys import Run, WaitFor
from segue.model.time import Instant, parse_duration


class Awaited(Struct, frozen=True):
    """One event of the race and where it leads."""

    event: str
    when: Condition | None
    next: str | None


class WaitForPlan(Struct, frozen=True):
    """A compiled race; events in the order in which they are asked."""

    awaited: tuple[Awaited, ...]
    within: int
    on_timeout: str | None

    def arrive(self, run: Run, around: Surroundings) -> Move:
        """Wait for the events, ``within`` at most."""
        return Stay(Instant(around.view.now + self.within))

    def resume(self, run: Run, around: Surroundings) -> Move | None:
        """Go where the first matching event leads; at the deadline itself an event still wins."""
        view = around.view
        for awaited in self.awaited:
            if awaited.event == view.fact.name and concerns(run, view.fact) and view.holds(awaited.when, run.facts):
                return Go(awaited.next)
        return Go(self.on_timeout) if view.now >= run.wake_at else None


def concerns(run: Run, fact: Fact) -> bool:
    """Tell whether ``fact`` is about ``run``: what is told of a message concerns only the run that sent it."""
    return not fact.name.startswith("message_") or fact.properties.get("run_id") == run.run_id


def compile_wait_for(
    step: WaitFor, following: str | None, conditions: Mapping[str, Condition], key: str
) -> WaitForPlan:
    """Return the plan of ``step``."""
    return WaitForPlan(
        awaited=tuple(
            Awaited(awaited.event, conditions.get(f"{key}.events.{index}.when"), awaited.next or following)
            for index, awaited in enumerate(step.events)
        ),
        within=parse_duration(step.within),
        on_timeout=step.on_timeout or following,
    )
