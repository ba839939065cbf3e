"""Count triggers: fire when the number of events in a window reaches a threshold, again only after it fell below.

Nothing is remembered but what is counted, in a hidden windowed feature: the trigger fires when the count at ``now``
lies below the threshold without the event and reaches it with the event. A window that slides between two events
thereby rearms the trigger without any alarm.

**Counted apart** (``by``), the hidden feature is the windowed ``first`` value of the property, because its state is all
that is needed: each (instant, value) in the window. So late events, the window's edge, merged customers and storage are
what they are for every feature, and the count of a value is a look through the list. The list is bounded as every
window's is (`core.profiles.states`): up to 2,000 events in the window the count is exact, however many values there
are; beyond that older ones are thinned out to the first of each thousandth of the window, and a value's count may be
too low. An event without the property, or with a list or object in it, does not count.
"""

from bisect import bisect_right
from collections.abc import Iterable
from typing import Any, Literal, TypeAlias

from msgspec import Struct

from segue.core.expressions import Compiled
from segue.core.triggers.firing import Firing, Moment
from segue.model.catalogue import FeatureSpec
from segue.model.triggers import CountTrigger


class CountPlan(Struct, frozen=True):
    """A compiled count trigger; ``count`` reads the hidden feature."""

    name: str
    at_least: int
    count: Compiled


class CountByPlan(Struct, frozen=True):
    """A compiled count trigger that counts the values of ``by`` apart; ``within`` in microseconds.

    Attributes:
        key: the state key of the hidden feature.
    """

    name: str
    at_least: int
    by: str
    key: str
    within: int


AnyCountPlan: TypeAlias = CountPlan | CountByPlan


def count_feature(trigger: CountTrigger) -> FeatureSpec:
    """Return the hidden feature that a count trigger reads."""
    kind: Literal["count", "first"] = "count" if trigger.by is None else "first"
    return FeatureSpec(kind=kind, event=trigger.event, of=trigger.by, where=trigger.where, window=trigger.within)


def detect_counts(plans: Iterable[AnyCountPlan], moment: Moment) -> list[Firing]:
    """Return the firings of this event, in the order of the definitions."""
    return [
        Firing(plan.name, moment.fact.properties)
        for plan in plans
        if _count(plan, moment.before.features, moment) < plan.at_least <= _count(plan, moment.after.features, moment)
    ]


def _count(plan: AnyCountPlan, features: dict[str, Any], moment: Moment) -> int:
    match plan:
        case CountPlan():
            count: int = plan.count({}, features, {}, {}, moment.now)
            return count
        case CountByPlan():
            instants, values = features.get(plan.key, _NONE)
            start = bisect_right(instants, moment.now - plan.within)
            return _count_same(values[start:], moment.fact.properties.get(plan.by))


_NONE: tuple[list[int], list[Any]] = ([], [])


def _count_same(values: list[Any], wanted: Any) -> int:
    """Return how often ``wanted`` is among ``values``; 1 and 1.0 are one value, True and 1 are two."""
    if isinstance(wanted, str):
        return values.count(wanted)
    return sum(bool(value == wanted) and isinstance(value, bool) == isinstance(wanted, bool) for value in values)
