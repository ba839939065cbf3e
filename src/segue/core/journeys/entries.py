"""Entries: who gets in, when, and what makes an entry wait: a debounce, a rate that is used up, a paused journey."""

from typing import Any

from segue.core.chance import draw
from segue.core.journeys.compiled import PARALLEL, JourneyPlan
from segue.core.journeys.interrupts import GOAL, interruption
from segue.core.journeys.work import Work
from segue.core.shared import entries_left, entry_period_end
from segue.core.view import Condition
from segue.model.decisions import Reason
from segue.model.ids import RunId, derive
from segue.model.runs import Entered, Pending, Run
from segue.model.shared import Tally
from segue.model.time import NEVER, Instant
from segue.model.transitions import Blocked

ENTERED_MAX = 64
"""Entries with an instance key remembered per customer; the oldest is forgotten first. One without is never forgotten:
there is one per journey, and a journey that is entered once must stay so."""

PENDING_MAX = 64
"""Entries that may wait per customer; what comes on top is refused with ``paused_discarded`` or ``capacity``."""


def request(work: Work, plan: JourneyPlan, facts: dict[str, Any]) -> None:
    """Let the customer into the journey of ``plan``, later, or not at all, as its trigger has fired with ``facts``."""
    if plan.status in ("draining", "stopped"):
        work.blocked.append(Blocked(plan.name, Reason.JOURNEY_STOPPED))
    elif plan.entry_when is not None and _ask(work, plan.entry_when, facts) is not True:
        work.blocked.append(Blocked(plan.name, Reason.TRIGGER_CONDITION_UNMET))
    elif plan.status == "paused":
        _put_off(work, plan, Pending(plan.name, _key(work, plan, facts), NEVER, "paused", facts))
    elif plan.debounce:
        due = Instant(work.now + plan.debounce)
        _put_off(work, plan, Pending(plan.name, _key(work, plan, facts), due, "debounce", facts))
    else:
        admit(work, plan, _key(work, plan, facts), facts)


def admit(work: Work, plan: JourneyPlan, key: str, facts: dict[str, Any], parent: RunId | None = None) -> bool:
    """Open a run now, if nothing speaks against it; return whether one was opened.

    Args:
        parent: given for a sub-journey, which cannot wait for the rate: "" for one that nobody waits for.
    """
    ledger_key = f"{plan.name}/{key}" if key else plan.name
    last = next((entered for entered in work.entered if entered.journey == ledger_key), None)
    refusal = _refusal(work, plan, key, last, facts)
    if not refusal and plan.rate_per and not _has_room(work, plan):
        if parent is None:
            _put_off(work, plan, Pending(plan.name, key, _later(work, plan), "rate", facts))
            return False
        refusal = Reason.CAPACITY
    if refusal:
        work.blocked.append(Blocked(plan.name, refusal))
        return False
    count = last.count + 1 if last else 1
    work.entered = _remember(work.entered, Entered(ledger_key, work.now, count))
    if plan.rate_per:
        work.tallies.append(Tally("entry", plan.name, 1.0))
    work.begin(
        Run(
            run_id=RunId(derive("run", work.around.customer_id, ledger_key, count, work.now)),
            journey=plan.name,
            version=plan.version,
            key=key,
            step=plan.first_step,
            entered_at=work.now,
            step_at=work.now,
            wake_at=NEVER,
            facts=facts,
            parent=parent or RunId(""),
        ),
        plan,
    )
    return True


def admit_child(work: Work, parent: Run, plan: JourneyPlan, *, is_awaited: bool) -> bool:
    """Open a run of another journey with the facts of ``parent``; return whether it took the customer in."""
    if plan.status != "live":
        work.blocked.append(Blocked(plan.name, Reason.JOURNEY_STOPPED))
        return False
    if plan.entry_when is not None and _ask(work, plan.entry_when, parent.facts) is not True:
        work.blocked.append(Blocked(plan.name, Reason.TRIGGER_CONDITION_UNMET))
        return False
    key = _key(work, plan, parent.facts)
    return admit(work, plan, key, parent.facts, parent.run_id if is_awaited else RunId(""))


def open_pending(work: Work) -> None:
    """Look at every entry that waits: one that is interrupted is dropped, one that is due gets in."""
    for waiting in tuple(work.pending):
        plan = work.plans.by_name.get(waiting.journey)
        if plan is None or plan.status in ("draining", "stopped"):
            _drop(work, waiting, Reason.JOURNEY_STOPPED)
        elif reason := interruption(_as_run(waiting, work), plan, work.around.view):
            _drop(work, waiting, Reason.ALREADY_CONVERTED if reason == GOAL else Reason(reason))
        elif is_due(waiting, plan, work.now):
            work.pending.remove(waiting)
            admit(work, plan, waiting.key, waiting.facts)


def is_due(waiting: Pending, plan: JourneyPlan, now: Instant) -> bool:
    """Tell whether ``waiting`` may get in now; what a pause held may as soon as the pause is over."""
    return plan.status != "paused" and (waiting.why == "paused" or waiting.due <= now)


def _refusal(work: Work, plan: JourneyPlan, key: str, last: Entered | None, facts: dict[str, Any]) -> Reason | None:
    is_inside = any(run.journey == plan.name and run.key == key for run in work.runs.values())
    if plan.reentry == PARALLEL:
        may_enter = not (is_inside and plan.instance_key is not None)
    else:
        may_enter = not is_inside and (last is None or work.now - last.at >= plan.reentry)
    if not may_enter:
        return Reason.REENTRY_BLOCKED
    if any(rule.event is None and work.around.view.holds(rule.when, facts) for rule in plan.exits):
        return Reason.EXIT_PREDICATE
    return None


def _has_room(work: Work, plan: JourneyPlan) -> bool:
    around = work.around
    taken = sum(tally.amount for tally in work.tallies if tally.name == plan.name)
    return entries_left(around.shared, around.shared_plan, plan.name, work.now) - taken >= 1.0


def _later(work: Work, plan: JourneyPlan) -> Instant:
    """Return a moment of the next period, the customer's own, so that those who wait do not come all at once."""
    around = work.around
    begins = entry_period_end(around.shared_plan, plan.name, work.now)
    share = draw(around.seed, "rate", plan.name, around.customer_id, begins)
    return Instant(max(begins, work.now + 1) + int(share * plan.rate_per))


def _put_off(work: Work, plan: JourneyPlan, entry: Pending) -> None:
    """Let ``entry`` wait. One of the same journey and key takes its facts; only a debounce begins anew."""
    is_countable = plan.reentry == PARALLEL and plan.instance_key is None and entry.why != "debounce"
    if not is_countable:
        for index, known in enumerate(work.pending):
            if known.journey == entry.journey and known.key == entry.key:
                due = entry.due if known.why == entry.why == "debounce" else known.due
                work.pending[index] = Pending(entry.journey, entry.key, due, known.why, entry.facts)
                return
    if len(work.pending) >= PENDING_MAX:
        refused = Reason.PAUSED_DISCARDED if entry.why == "paused" else Reason.CAPACITY
        work.blocked.append(Blocked(plan.name, refused))
        return
    work.pending.append(entry)


def _drop(work: Work, waiting: Pending, reason: Reason) -> None:
    work.pending.remove(waiting)
    work.blocked.append(Blocked(waiting.journey, reason))


def _as_run(waiting: Pending, work: Work) -> Run:
    """Return the run that would be interrupted if the entry had not waited."""
    return Run(RunId(""), waiting.journey, 0, waiting.key, "", work.now, work.now, NEVER, facts=waiting.facts)


def _key(work: Work, plan: JourneyPlan, facts: dict[str, Any]) -> str:
    return "" if plan.instance_key is None else _key_text(_ask(work, plan.instance_key, facts))


def _ask(work: Work, condition: Condition, facts: dict[str, Any]) -> Any:
    """Return what ``condition`` says of the entry event, which may have happened a while ago."""
    view = work.around.view
    return condition(view.traits, view.features, facts, {}, view.now)


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
