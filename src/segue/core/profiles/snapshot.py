"""What is known about a customer at one moment, for people and templates."""

from typing import Any

from segue.core.profiles.plan import ProfilePlan
from segue.model.customers import Profile
from segue.model.time import Instant


def snapshot(profile: Profile, plan: ProfilePlan, now: Instant) -> dict[str, Any]:
    """Return every trait and every declared feature at ``now``, by name.

    A trait is hidden by a feature of the same name. Instants and durations are microseconds; null is None.
    """
    return {**profile.traits, **plan.read(profile.features, now)}
