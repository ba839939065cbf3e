"""What detection works on and what it yields."""

from typing import Any

from msgspec import Struct

from segue.core.expressions import Compiled
from segue.core.facts import Fact
from segue.model.customers import Profile
from segue.model.time import Instant


class Firing(Struct, frozen=True):
    """A trigger that became true; ``facts`` are what a journey that it opens remembers as ``run.NAME``."""

    trigger: str
    facts: dict[str, Any]


class Moment(Struct, frozen=True):
    """One transition as triggers see it: the profile before and after the event was folded in, the event, the time.

    Attributes:
        zone: the one that the customer lives by, after the event.
        seed, customer_id: what the times of day that are the customer's own derive from.
    """

    before: Profile
    after: Profile
    fact: Fact
    now: Instant
    zone: str = "UTC"
    seed: str = ""
    customer_id: str = ""

    def holds(self, condition: Compiled | None) -> bool:
        """Tell whether ``condition`` holds after the event; no condition always does."""
        if condition is None:
            return True
        result: bool = condition(self.after.traits, self.after.features, self.fact.properties, {}, self.now)
        return result
