"""The Workspace: everything a team declares, as one value. `segue.workspace` reads it from files, `core.world`
compiles it.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from segue.model.assignments import Holdout
from segue.model.catalogue import (
    Action,
    Audience,
    Capacity,
    ChannelSpec,
    Definition,
    DurationText,
    EventSpec,
    FeatureSpec,
    Rule,
    Theme,
    TraitSpec,
)
from segue.model.contact_rules import ContactRules
from segue.model.journeys import Journey
from segue.model.learning import Learning
from segue.model.reach import Reach
from segue.model.snapshots import ModelSnapshot
from segue.model.triggers import Trigger


class PolicySpec(Definition, frozen=True, kw_only=True):
    """Which policy the ``agent`` group gets.

    Attributes:
        name: ``rules``, ``propensity``, ``uplift``, ``bandit``, ``value`` or ``random``.
        exploration: share of decisions drawn uniformly among the eligible, flagged as exploration.
        draw: how ``bandit`` and ``value`` turn what they believe into probabilities: ``inverse_gap`` or ``thompson``.
        greed: how fast ``inverse_gap`` narrows down to the best as evidence grows.
        reach: share of decisions that an action may get at most while nothing is known of it; all once
            ``reach_evidence`` decisions have been learnt from.
    """

    name: str = "rules"
    exploration: Annotated[float, Meta(ge=0, le=1)] = 0.0
    draw: Literal["inverse_gap", "thompson"] = "inverse_gap"
    greed: Annotated[float, Meta(gt=0)] = 20.0
    reach: Annotated[float, Meta(gt=0, le=1)] = 0.02
    reach_evidence: Annotated[int, Meta(ge=1)] = 200


class Workspace(Struct, frozen=True, kw_only=True):
    """All definitions of one workspace.

    Attributes:
        name: the workspace's name; part of every send key.
        seed: from which all chance derives.
        zone: the zone of customers whose own is unknown.
        zone_trait: the trait that holds a customer's IANA zone.
        country_zones: the zone of customers known only by the trait ``country``.
        groups: shares of the standing groups other than ``agent`` (which is the rest): {"holdout": 0.1}.
        holdouts: customers for whom single channels or journeys are left out, by name.
        epoch: the assignment epoch; a new one draws new groups.
        late_after: an event that arrives so long after it happened is history: it is known and counted, and sets
            nothing off. A run asks the same of events from before it began.
        hours_by: the trait by which customers are grouped for receptive hours, "" for one group.
        models: trained models by kind (``propensity``, ``uplift``, ``long_term``, ``churn``); `segue learn` adds them.
        retired: earlier versions of journeys that people are still in; the runtime adds them, no file does.
    """

    name: str
    seed: str = "segue"
    zone: str = "UTC"
    zone_trait: str = "zone"
    country_zones: dict[str, str] = {}
    currency: str = "EUR"
    groups: dict[str, float] = {}
    holdouts: dict[str, Holdout] = {}
    epoch: str = "1"
    late_after: DurationText = "3d"
    policy: PolicySpec = PolicySpec()
    channels: tuple[ChannelSpec, ...] = ()
    placements: dict[str, dict[str, Any]] = {}
    traits: dict[str, TraitSpec] = {}
    events: dict[str, EventSpec] = {}
    features: dict[str, FeatureSpec] = {}
    triggers: dict[str, Trigger] = {}
    rules: tuple[Rule, ...] = ()
    actions: tuple[Action, ...] = ()
    themes: dict[str, Theme] = {}
    capacities: dict[str, Capacity] = {}
    reach: dict[str, Reach] = {}
    hours_by: str = ""
    journeys: tuple[Journey, ...] = ()
    retired: tuple[Journey, ...] = ()
    audiences: tuple[Audience, ...] = ()
    contact_rules: ContactRules = ContactRules()
    learning: Learning = Learning()
    models: dict[str, ModelSnapshot] = {}

    @property
    def learns(self) -> bool:
        """Whether models see its customers: then decisions log what they saw, and events their rewards."""
        return self.policy.name not in ("rules", "random") or self.learning != Learning()
