"""Detect which triggers fire in one transition, and what has to be watched after it."""

from typing import NamedTuple

from msgspec import structs

from segue.core.facts import Fact
from segue.core.triggers.absences import due_firings, listen
from segue.core.triggers.audiences import look, next_look
from segue.core.triggers.counts import detect_counts
from segue.core.triggers.events import detect_events
from segue.core.triggers.firing import Firing, Moment
from segue.core.triggers.plan import TriggerPlan
from segue.core.triggers.schedules import keep_schedules
from segue.core.triggers.trait_changes import detect_trait_changes
from segue.model.customers import Profile, Watches
from segue.model.events import Enroll, Event, Merged
from segue.model.time import NEVER, Instant


def detect(
    watches: Watches,
    before: Profile,
    after: Profile,
    fact: Fact,
    event: Event,
    now: Instant,
    plan: TriggerPlan,
    *,
    zone: str = "UTC",
    seed: str = "",
    customer_id: str = "",
) -> tuple[Watches, tuple[Firing, ...]]:
    """Return the watches after this transition and the triggers that fired in it.

    First fires what came due: absences, then schedules. Then what the event itself set off: event, trait and count
    triggers, a request to enter. Last come the audiences left and entered. Each kind in the order of the definitions,
    what came due by its moment. What a merge brings into the profile is no change of a trait. What happened too long
    ago (`Workspace.late_after`) is known from now on, and fires nothing.

    Args:
        zone: the one the customer lives by after the event.
        seed, customer_id: what their own times of day derive from.
    """
    listeners = plan.by_event.get(fact.name)
    has_new_traits = before.traits is not after.traits and not isinstance(event, Merged)
    has_timers = plan.has_timers or watches.look_at or watches.schedules
    if listeners is None and not watches.absences and not has_new_traits and not has_timers:
        return watches, _enrolling(event, plan) if plan.enrolling else ()
    moment = Moment(before, after, fact, now, zone, seed, customer_id)
    absences = watches.absences
    since = Instant(now - plan.late_after)
    if listeners is not None and listeners.absences:
        absences = listen(absences, listeners.absences, moment, since)
    absences, firings = due_firings(absences, now)
    timers = _Timers(watches, [], [])
    if has_timers:
        timers = _keep_timers(watches, plan, moment, may_have_moved=has_new_traits or isinstance(event, Merged))
    firings += timers.due
    if fact.at < since:
        listeners = None  # history is known, and sets nothing off
    if listeners is not None and listeners.events is not None:
        firings += detect_events(listeners.events, moment)
    if has_new_traits:
        firings += detect_trait_changes(plan.traits, moment)
    if listeners is not None:
        firings += detect_counts(listeners.counts, moment)
    firings += (*_enrolling(event, plan), *timers.changes)
    watches = timers.watches
    if absences is not watches.absences:
        watches = structs.replace(watches, absences=absences)
    return watches, tuple(firings)


def next_due(watches: Watches) -> Instant:
    """Return when the customer is to be looked at again: an absence or a schedule comes due, or the daily look;
    `NEVER` where nothing is watched.
    """
    due = watches.look_at or NEVER
    for watch in watches.absences:
        due = min(due, watch.due)
    for _, moment in watches.schedules:
        if moment < due:  # a dozen of them after every event: three times as fast as `min`
            due = moment
    return due


class _Timers(NamedTuple):
    """What was watched without any event: the watches afterwards, the schedules that came due, audiences' firings."""

    watches: Watches
    due: list[Firing]
    changes: list[Firing]


def _keep_timers(watches: Watches, plan: TriggerPlan, moment: Moment, *, may_have_moved: bool) -> _Timers:
    schedules, due = keep_schedules(watches.schedules, plan.schedules, moment, may_have_moved=may_have_moved)
    inside, changes = look(watches.inside, plan.audiences, moment)
    look_at = next_look(watches.look_at, plan.audiences, moment)
    if schedules is not watches.schedules or inside is not watches.inside or look_at != watches.look_at:
        watches = structs.replace(watches, schedules=schedules, inside=inside, look_at=look_at)
    return _Timers(watches, due, changes)


def _enrolling(event: Event, plan: TriggerPlan) -> tuple[Firing, ...]:
    """Return the firing of a request to enter; none where the journey is not entered by request."""
    if not isinstance(event, Enroll) or event.journey not in plan.enrolling:
        return ()
    return (Firing(plan.enrolling[event.journey], event.facts),)
