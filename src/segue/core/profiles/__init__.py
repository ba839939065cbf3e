"""Profiles: fold events into what is known about a customer: traits, features, consents, unusable contact points.

`compile_profile` generates one function for each event that features count; `fold` applies it, copy on write.
"""

from segue.core.profiles.fold import fold
from segue.core.profiles.merge import merge_profiles
from segue.core.profiles.plan import ProfilePlan, compile_profile
from segue.core.profiles.snapshot import snapshot
from segue.core.profiles.zones import zone_of

__all__ = ["ProfilePlan", "compile_profile", "fold", "merge_profiles", "snapshot", "zone_of"]
