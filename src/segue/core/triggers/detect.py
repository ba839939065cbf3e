"""Detect which triggers fire in one transition, and what has to be watched after it."""

from segue.core.facts import Fact
from segue.core.triggers.absences import due_firings, listen, merge_absences
from segue.core.triggers.counts import detect_counts
from segue.core.triggers.events import detect_events
from segue.core.triggers.firing import Firing, Moment
from segue.core.triggers.plan import TriggerPlan
from segue.core.triggers.trait_changes import detect_trait_changes
from segue.model.customers import Profile, Watches
from segue.model.events import Event, Merged
from segue.model.time import NEVER, Instant


def detect(
    watches: Watches, before: Profile, after: Profile, fact: Fact, event: Event, now: Instant, plan: TriggerPlan
) -> tuple[Watches, tuple[Firing, ...]]:
    """Return the watches after this transition and the triggers that fired in it.

    Absences that came due fire first, then what the event itself set off: event, trait and count triggers, each kind in
    the order of the definitions. What a merge brings into the profile is no change of the customer and fires nothing.
    """
    listeners = plan.by_event.get(fact.name)
    has_new_traits = before.traits is not after.traits and not isinstance(event, Merged)
    if listeners is None and not watches.absences and not has_new_traits:
        return watches, ()
    moment = Moment(before, after, fact, now)
    absences = watches.absences
    if listeners is not None and listeners.absences:
        absences = listen(absences, listeners.absences, moment)
    absences, firings = due_firings(absences, now)
    if listeners is not None and listeners.events is not None:
        firings += detect_events(listeners.events, moment)
    if has_new_traits:
        firings += detect_trait_changes(plan.traits, moment)
    if listeners is not None:
        firings += detect_counts(listeners.counts, moment)
    if absences is not watches.absences:
        watches = Watches(absences, watches.reached)
    return watches, tuple(firings)


def next_due(watches: Watches) -> Instant:
    """Return the moment at which the next absence comes due; `NEVER` where none is watched."""
    due = NEVER
    for watch in watches.absences:
        due = min(due, watch.due)
    return due


def merge_watches(ours: Watches, theirs: Watches) -> Watches:
    """Return what triggers remember of two customers who turned out to be one."""
    if not theirs.absences:
        return ours
    return Watches(merge_absences(ours.absences, theirs.absences), ours.reached)
