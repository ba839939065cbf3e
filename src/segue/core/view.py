"""The view: what a condition may look at, at one moment, about one customer."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from msgspec.structs import replace

from segue.core.facts import Fact
from segue.model.customers import Profile
from segue.model.shared import NOTHING_SHARED, Shared
from segue.model.time import NEVER, Instant

Condition: TypeAlias = Callable[[dict[str, Any], dict[str, Any], dict[str, Any], dict[str, Any], int], Any]
"""A compiled expression: (traits, feature states, event properties, run facts, now) -> value, null when unknown."""

_NO_FACTS: dict[str, Any] = {}


class View:
    """The customer's knowledge after the event was folded in, the event itself, and the moment.

    Args:
        shared: what all customers draw on, as of this position of the log.
        is_here: the customer is there at this moment: they have just done something.
        late_after: microseconds after which an event is history when it arrives (`Workspace.late_after`).
    """

    __slots__ = ("event", "fact", "features", "is_here", "late_after", "now", "profile", "shared", "traits", "zone")

    def __init__(
        self,
        profile: Profile,
        fact: Fact,
        now: Instant,
        zone: str,
        shared: Shared = NOTHING_SHARED,
        *,
        is_here: bool = False,
        late_after: int = NEVER,
    ) -> None:
        self.profile = profile
        self.late_after = late_after
        self.shared = shared
        self.is_here = is_here
        self.traits = profile.traits
        self.features = profile.features
        self.fact = fact
        self.event = fact.properties
        self.now = now
        self.zone = zone

    def knowing(self, traits: Mapping[str, Any]) -> "View":
        """Return the same view with new traits of the customer; null takes one away."""
        known = {name: value for name, value in {**self.traits, **traits}.items() if value is not None}
        profile = replace(self.profile, traits=known)
        return View(
            profile, self.fact, self.now, self.zone, self.shared, is_here=self.is_here, late_after=self.late_after
        )

    def value(self, condition: Condition, run_facts: dict[str, Any] = _NO_FACTS) -> Any:
        """Return the value of ``condition`` here, for a run with ``run_facts``."""
        return condition(self.traits, self.features, self.event, run_facts, self.now)

    def holds(self, condition: Condition | None, run_facts: dict[str, Any] = _NO_FACTS) -> bool:
        """Tell whether ``condition`` is true (not false, not null); no condition always holds."""
        return condition is None or condition(self.traits, self.features, self.event, run_facts, self.now) is True
