"""Count triggers: fire when the number of events in a window reaches a threshold, again only after it fell below.

Nothing is remembered but the count itself, a hidden windowed feature: the trigger fires when the count at ``now`` lies
below the threshold without the event and reaches it with the event. A window that slides between two events thereby
rearms the trigger without any alarm.
"""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from segue.core.expressions import Compiled
from segue.core.triggers.firing import Firing, Moment
from segue.model.catalogue import CountTrigger, FeatureSpec


class CountPlan(Struct, frozen=True):
    """A compiled count trigger; ``count`` reads the hidden feature."""

    name: str
    at_least: int
    count: Compiled


def count_feature(trigger: CountTrigger) -> FeatureSpec:
    """Return the hidden feature that a count trigger reads."""
    return FeatureSpec(kind="count", event=trigger.event, where=trigger.where, window=trigger.within)


def detect_counts(plans: Iterable[CountPlan], moment: Moment) -> list[Firing]:
    """Return the firings of this event, in the order of the definitions."""
    return [
        Firing(plan.name, moment.fact.properties)
        for plan in plans
        if _count(plan, moment.before.features, moment) < plan.at_least <= _count(plan, moment.after.features, moment)
    ]


def _count(plan: CountPlan, features: dict[str, Any], moment: Moment) -> int:
    count: int = plan.count({}, features, {}, {}, moment.now)
    return count
