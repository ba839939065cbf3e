"""Event triggers: fire when an event happens and a condition holds. Those of one event are asked all at once."""

from collections.abc import Mapping

from msgspec import Struct

from segue.core.expressions import Compiled, Node, Scope, compile_batch, parse
from segue.core.triggers.firing import Firing, Moment
from segue.model.catalogue import FeatureSpec
from segue.model.triggers import EventTrigger


class EventPlan(Struct, frozen=True):
    """The event triggers of one event: ``holding`` gives the names of those whose condition holds."""

    holding: Compiled


_ALWAYS = "now is not None"


def compile_events(
    triggers: Mapping[str, EventTrigger], scope: Scope, features: Mapping[str, FeatureSpec]
) -> EventPlan:
    """Return the plan of all event triggers that listen to one event."""
    nodes: dict[str, Node] = {
        name: parse(trigger.when or _ALWAYS, scope, "boolean") for name, trigger in triggers.items()
    }
    return EventPlan(compile_batch(nodes, features))


def detect_events(plan: EventPlan, moment: Moment) -> list[Firing]:
    """Return the firings of this event, in the order of the definitions."""
    after, fact = moment.after, moment.fact
    names = plan.holding(after.traits, after.features, fact.properties, {}, moment.now)
    return [Firing(name, fact.properties) for name in names]
