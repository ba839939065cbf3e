"""Trait triggers: fire when a trait has another value after the event than before."""

from typing import Any

from msgspec import Struct

from segue.core.expressions import Compiled
from segue.core.triggers.firing import Firing, Moment


class TraitPlan(Struct, frozen=True):
    """A compiled trait trigger; ``when`` also sees ``old``, the value before (null where there was none)."""

    name: str
    trait: str
    when: Compiled | None


def detect_trait_changes(plans: tuple[TraitPlan, ...], moment: Moment) -> list[Firing]:
    """Return the firings of this transition, in the order of the definitions.

    The facts are ``trait``, ``old`` and ``new``.
    """
    before, after = moment.before.traits, moment.after.traits
    firings = []
    for plan in plans:
        old, new = before.get(plan.trait), after.get(plan.trait)
        if _differ(old, new) and _holds(plan, moment, old):
            firings.append(Firing(plan.name, {"trait": plan.trait, "old": old, "new": new}))
    return firings


def _differ(old: Any, new: Any) -> bool:
    """Tell whether two values differ; True and 1 do, 1 and 1.0 do not."""
    return bool(old != new) or isinstance(old, bool) != isinstance(new, bool)


def _holds(plan: TraitPlan, moment: Moment, old: Any) -> bool:
    if plan.when is None:
        return True
    after, fact = moment.after, moment.fact
    holds: bool = plan.when(after.traits, after.features, fact.properties, {}, moment.now, {"old": old})
    return holds
