"""Audience triggers: the customer enters or leaves a computed audience.

- A *look* evaluates the conditions of all audiences with a trigger, at once. Every transition of a customer is one.
- **Entering** is being inside now and not at the last look; **leaving** the other way round. Before the first look a
  customer was outside: whoever is inside when a trigger is new enters at the next look.
- What only time changes ("no order for 30 days") would wait for the customer's next event, so where a condition depends
  on the time there is a look once a day, for each customer at a moment of the day of their own.
- A merge is a transition like any other: the one customer was inside what either of the two was inside.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from segue.core.chance import draw
from segue.core.expressions import Compiled, Node, compile_batch
from segue.core.expressions.nodes import references
from segue.core.triggers.firing import Firing, Moment
from segue.model.catalogue import FeatureSpec
from segue.model.time import DAY, NEVER, Instant
from segue.model.triggers import AudienceTrigger


class AudiencesPlan(Struct, frozen=True):
    """The audiences with a trigger.

    Attributes:
        holding: gives the names of the audiences that the customer is in.
        entered, left: the triggers to fire, by audience, in the order of the definitions.
        is_timed: time alone can change what ``holding`` gives.
    """

    holding: Compiled
    entered: dict[str, tuple[str, ...]]
    left: dict[str, tuple[str, ...]]
    is_timed: bool


def compile_audiences(
    triggers: Mapping[str, AudienceTrigger], conditions: Mapping[str, Node], features: Mapping[str, FeatureSpec]
) -> AudiencesPlan | None:
    """Return the plan of all audience triggers; None where there is none.

    Args:
        conditions: of the audiences that they name.
    """
    if not triggers:
        return None
    return AudiencesPlan(
        holding=compile_batch(conditions, features),
        entered={audience: _listening(triggers, audience, "enters") for audience in conditions},
        left={audience: _listening(triggers, audience, "leaves") for audience in conditions},
        is_timed=any(_is_timed(node, features) for node in conditions.values()),
    )


def look(inside: tuple[str, ...], plan: AudiencesPlan | None, moment: Moment) -> tuple[tuple[str, ...], list[Firing]]:
    """Return the audiences that the customer is in now, and the firings: what was left first, then what was entered."""
    if plan is None:
        return (), []
    after = moment.after
    found: list[str] = plan.holding(after.traits, after.features, {}, {}, moment.now)
    if tuple(found) == inside:
        return inside, []
    left = [(plan.left.get(audience, ()), audience) for audience in inside if audience not in found]
    entered = [(plan.entered[audience], audience) for audience in found if audience not in inside]
    firings = [Firing(name, {"audience": audience}) for names, audience in (*left, *entered) for name in names]
    return tuple(found), firings


def next_look(look_at: Instant, plan: AudiencesPlan | None, moment: Moment) -> Instant:
    """Return when to look again though nothing happens; `NEVER` where time changes nothing, 0 without audiences."""
    if plan is None:
        return Instant(0)
    if not plan.is_timed:
        return NEVER
    if moment.now < look_at < NEVER:
        return look_at
    time_of_day = int(draw(moment.seed, "look", moment.customer_id) * DAY)
    return Instant(moment.now + ((time_of_day - moment.now) % DAY or DAY))


def _listening(triggers: Mapping[str, AudienceTrigger], audience: str, change: str) -> tuple[str, ...]:
    return tuple(name for name, t in triggers.items() if t.audience == audience and t.change == change)


def _is_timed(node: Node, features: Mapping[str, FeatureSpec]) -> bool:
    """Tell whether the condition reads the time: ``now``, or a feature whose value changes as time passes."""
    found = tuple(references(node))
    return any(reference.space == "now" for reference in found) or _ages(
        features[reference.name] for reference in found if reference.space == "feature"
    )


def _ages(features: Iterable[FeatureSpec]) -> bool:
    return any(spec.kind == "recency" or spec.window or spec.half_life for spec in features)
