"""The customer's time zone."""

from functools import lru_cache

from segue.model.customers import Profile
from segue.model.time import is_zone
from segue.model.workspace import Workspace


def zone_of(profile: Profile, workspace: Workspace) -> str:
    """Return the IANA zone the customer lives by: their own, else their country's, else the workspace's."""
    zone = profile.traits.get(workspace.zone_trait)
    if isinstance(zone, str) and _is_known(zone):
        return zone
    country = profile.traits.get("country")
    return workspace.country_zones.get(country, workspace.zone) if isinstance(country, str) else workspace.zone


@lru_cache(maxsize=4096)
def _is_known(zone: str) -> bool:
    """Tell whether ``zone`` exists; remembered for wrong names too, which would be looked up on disk each time."""
    return is_zone(zone)
