"""Absence triggers: "A, then not B within d".

- An A whose condition holds opens a watch, due d after the A happened; the trigger fires at the first transition whose
  now is not before that moment (the runtime's tick), with the A's properties as facts.
- **One watch for each trigger.** A newer A before the watch is due restarts it: someone who keeps adding to a cart has
  not abandoned it, and gets one reminder, counted from the last addition. An A after it was due finds it fired.
- A B from the A's own instant up to and including the due moment cancels the watch, also one that arrives in the very
  transition in which the watch would fire. A B that happened before the A does not count, whenever it arrives.
- Where A and B are one event, the new A ends the old watch and opens the next.
- An A that arrives late, when a B after it is already known, opens no watch (`absence_feature` remembers the latest B).
"""

from collections.abc import Iterable

from msgspec import Struct

from segue.core.expressions import Compiled, Scope, parse
from segue.core.triggers.firing import Firing, Moment
from segue.model.catalogue import FeatureSpec
from segue.model.customers import Watch
from segue.model.errors import ExpressionError
from segue.model.time import Instant
from segue.model.triggers import AbsenceTrigger


class AbsencePlan(Struct, frozen=True):
    """A compiled absence trigger; ``within`` in microseconds.

    Attributes:
        last_key: the state key of the latest B; "" where its condition needs more than the event to tell.
    """

    name: str
    event: str
    then_not: str
    within: int
    when: Compiled | None
    then_not_when: Compiled | None
    last_key: str


def absence_feature(trigger: AbsenceTrigger) -> FeatureSpec | None:
    """Return the hidden feature that remembers when the awaited event last happened.

    None where its condition looks at more than the event: a feature cannot know the customer of an earlier moment.
    """
    if trigger.then_not_when:
        try:
            parse(trigger.then_not_when, Scope(has_event=True), "boolean")
        except ExpressionError:
            return None
    return FeatureSpec(kind="last", event=trigger.then_not, where=trigger.then_not_when)


def listen(
    watches: tuple[Watch, ...], plans: Iterable[AbsencePlan], moment: Moment, since: Instant
) -> tuple[Watch, ...]:
    """Return ``watches`` after this event was heard as the B, then as the A, of ``plans``.

    Args:
        since: what would have been due before is history: nothing is watched for it any more.
    """
    fact = moment.fact
    for plan in plans:
        running = next((watch for watch in watches if watch.trigger == plan.name), None)
        if fact.name == plan.then_not and running is not None and _cancels(running, plan, moment):
            watches, running = tuple(watch for watch in watches if watch is not running), None
        if fact.name == plan.event and fact.at + plan.within >= since and moment.holds(plan.when):
            watches = _open(watches, running, plan, moment)
    return watches


def due_firings(watches: tuple[Watch, ...], now: Instant) -> tuple[tuple[Watch, ...], list[Firing]]:
    """Return the watches that still run at ``now``, and the firings of the others, earliest first."""
    due = [watch for watch in watches if watch.due <= now]
    if not due:
        return watches, []
    due.sort(key=lambda watch: (watch.due, watch.trigger))
    running = tuple(watch for watch in watches if watch.due > now)
    return running, [Firing(watch.trigger, watch.facts) for watch in due]


def merge_absences(ours: tuple[Watch, ...], theirs: tuple[Watch, ...]) -> tuple[Watch, ...]:
    """Return the watches of two customers who are one: of two for one trigger, the one that began later."""
    latest = {watch.trigger: watch for watch in sorted((*theirs, *ours), key=lambda watch: watch.since)}
    return tuple(sorted(latest.values(), key=lambda watch: (watch.since, watch.trigger)))


def _cancels(watch: Watch, plan: AbsencePlan, moment: Moment) -> bool:
    return watch.since <= moment.fact.at <= watch.due and moment.holds(plan.then_not_when)


def _open(watches: tuple[Watch, ...], running: Watch | None, plan: AbsencePlan, moment: Moment) -> tuple[Watch, ...]:
    at = moment.fact.at
    fresh = Watch(plan.name, at, Instant(at + plan.within), moment.fact.properties)
    if plan.event != plan.then_not and at < moment.before.features.get(plan.last_key, at) <= fresh.due:
        return watches
    if running is None or at > running.due:
        return (*watches, fresh)
    if at < running.since:
        return watches
    return tuple(fresh if watch is running else watch for watch in watches)
