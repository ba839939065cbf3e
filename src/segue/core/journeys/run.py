"""Run journeys: interrupts first, then the step each run waits at, then new entries.

The order matters: an exit is effective at once, wherever the customer waits, and the event that ends a run may open it
again in the same transition.
"""

from typing import Any, assert_never

from msgspec import Struct
from msgspec.structs import replace

from segue.core.journeys.moves import Finish, Go, Move, Offer, Stay, Surroundings
from segue.core.journeys.plan import PARALLEL, JourneyPlan, JourneyPlans
from segue.core.journeys.steps.wait_for import concerns
from segue.core.view import View
from segue.model.customers import Enrollments
from segue.model.decisions import Candidate, Reason
from segue.model.ids import RunId, derive
from segue.model.journeys import Ended, Entered, Run
from segue.model.time import NEVER, Instant
from segue.model.transitions import Blocked

MOVES_MAX = 64
"""More steps than this in one transition is a loop without a wait; the run ends with ``loop_bound``."""

ENTERED_MAX = 64
"""Entries with an instance key remembered per customer; the oldest is forgotten first. One without is never forgotten:
there is one per journey, and a journey that is entered once must stay so."""


class Progress(Struct, frozen=True):
    """What the journeys stage did: new enrollments, what is proposed, which runs ended, which entries were blocked."""

    enrollments: Enrollments
    proposals: tuple[Candidate, ...] = ()
    ended: tuple[Ended, ...] = ()
    blocked: tuple[Blocked, ...] = ()


def run_journeys(
    enrollments: Enrollments,
    firings: tuple[tuple[str, dict[str, Any]], ...],
    around: Surroundings,
    plans: JourneyPlans,
) -> Progress:
    """Return where the customer is in every journey after this event.

    Args:
        firings: (trigger, facts) of every trigger that fired.
    """
    if not enrollments.runs and not any(trigger in plans.by_trigger for trigger, _ in firings):
        return Progress(enrollments)
    work = _Work(enrollments, around, plans)
    work.continue_runs()
    work.open_runs(firings)
    return work.progress()


def next_due(enrollments: Enrollments) -> Instant:
    """Return when the first run wants to be woken; `NEVER` for none."""
    due = NEVER
    for run in enrollments.runs:
        due = min(due, run.wake_at)
    return due


class _Work:
    """The stage's scratch pad for one transition."""

    def __init__(self, enrollments: Enrollments, around: Surroundings, plans: JourneyPlans) -> None:
        self.before = enrollments
        self.around = around
        self.plans = plans
        self.runs: list[Run] = []
        self.entered = enrollments.entered
        self.proposals: list[Candidate] = []
        self.ended: list[Ended] = []
        self.blocked: list[Blocked] = []

    def continue_runs(self) -> None:
        for run in self.before.runs:
            plan = self.plans.by_name.get(run.journey)
            if plan is None:
                self._end(run, Reason.JOURNEY_STOPPED)
            elif interrupt := _interrupt(run, plan, self.around.view):
                self._end(run, interrupt, is_converted=run.is_converted or interrupt == "goal")
            elif (step := plan.steps.get(run.step)) is None:
                self._end(run, Reason.MIGRATED_OUT)
            elif (move := step.resume(run, self.around)) is None:
                self.runs.append(run)
            else:
                self._follow(run, move, plan)

    def open_runs(self, firings: tuple[tuple[str, dict[str, Any]], ...]) -> None:
        for trigger, facts in firings:
            for plan in self.plans.by_trigger.get(trigger, ()):
                self._enter(plan, facts)

    def progress(self) -> Progress:
        enrollments = Enrollments(tuple(self.runs), self.entered)
        return Progress(enrollments, tuple(self.proposals), tuple(self.ended), tuple(self.blocked))

    def _enter(self, plan: JourneyPlan, facts: dict[str, Any]) -> None:
        view = self.around.view
        if not view.holds(plan.entry_when):
            self.blocked.append(Blocked(plan.name, Reason.TRIGGER_CONDITION_UNMET))
            return
        key = "" if plan.instance_key is None else _key_text(view.value(plan.instance_key))
        ledger_key = f"{plan.name}/{key}" if key else plan.name
        last = next((entered for entered in self.entered if entered.journey == ledger_key), None)
        if not self._may_enter(plan, key, last):
            self.blocked.append(Blocked(plan.name, Reason.REENTRY_BLOCKED))
            return
        if any(rule.event is None and view.holds(rule.when, facts) for rule in plan.exits):
            self.blocked.append(Blocked(plan.name, Reason.EXIT_PREDICATE))
            return
        count = last.count + 1 if last else 1
        self.entered = _remember(self.entered, Entered(ledger_key, view.now, count))
        run = Run(
            run_id=RunId(derive("run", self.around.customer_id, ledger_key, count, view.now)),
            journey=plan.name,
            version=plan.version,
            key=key,
            step=plan.first_step,
            entered_at=view.now,
            step_at=view.now,
            wake_at=NEVER,
            facts=facts,
        )
        self._follow(run, plan.steps[plan.first_step].arrive(run, self.around), plan)

    def _may_enter(self, plan: JourneyPlan, key: str, last: Entered | None) -> bool:
        is_inside = any(run.journey == plan.name and run.key == key for run in self.runs)
        if plan.reentry == PARALLEL:
            return not (is_inside and plan.instance_key is not None)
        return not is_inside and (last is None or self.around.view.now - last.at >= plan.reentry)

    def _follow(self, run: Run, move: Move, plan: JourneyPlan) -> None:
        """Follow moves until the run stays or ends."""
        now = self.around.view.now
        for _ in range(MOVES_MAX):
            match move:
                case Stay():
                    self.runs.append(replace(run, wake_at=_no_later(run, plan, move.wake_at)))
                    return
                case Offer():
                    self.runs.append(replace(run, wake_at=_no_later(run, plan, NEVER)))
                    self.proposals.extend(move.candidates)
                    return
                case Finish():
                    self._end(run, move.reason)
                    return
                case Go():
                    if move.is_converted:
                        run = replace(run, is_converted=True)
                    if move.step is None:
                        self._end(run, "done")
                        return
                    run = replace(run, step=move.step, step_at=now, visits=run.visits + 1)
                    move = plan.steps[move.step].arrive(run, self.around)
                case _:
                    assert_never(move)
        self._end(run, "loop_bound")

    def _end(self, run: Run, reason: str, *, is_converted: bool | None = None) -> None:
        converted = run.is_converted if is_converted is None else is_converted
        self.ended.append(Ended(run.run_id, run.journey, reason, converted))


def _interrupt(run: Run, plan: JourneyPlan, view: View) -> str:
    """Return why the run ends at once, "" when it does not."""
    goal, fact = plan.goal, view.fact
    if goal is not None and goal.event == fact.name and concerns(run, fact) and view.holds(goal.when, run.facts):
        return "goal"
    for rule in plan.exits:
        if rule.event is None:
            if view.holds(rule.when, run.facts):
                return Reason.EXIT_PREDICATE
        elif rule.event == fact.name and concerns(run, fact) and view.holds(rule.when, run.facts):
            return Reason.EXIT_EVENT
    if view.now - run.entered_at >= plan.expires_after:
        return Reason.EXPIRED
    return ""


def _no_later(run: Run, plan: JourneyPlan, wake_at: Instant) -> Instant:
    return min(wake_at, Instant(run.entered_at + plan.expires_after))


def _remember(entered: tuple[Entered, ...], entry: Entered) -> tuple[Entered, ...]:
    others = tuple(known for known in entered if known.journey != entry.journey)
    keyed = [known for known in others if "/" in known.journey]
    if "/" in entry.journey and len(keyed) >= ENTERED_MAX:
        others = tuple(known for known in others if known is not keyed[0])
    return (*others, entry)


def _key_text(value: Any) -> str:
    if value is None:
        return ""
    # JSON knows one kind of number: a cart 7.0 is the cart 7.
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
