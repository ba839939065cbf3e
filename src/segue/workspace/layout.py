"""The layout: which file of a workspace holds which definition.

segue.yaml                name, zone, groups, policy, channels, placements, server
features.yaml             traits: what sources tell; features: what is computed from events
events.yaml               events: their names and properties
triggers.yaml             triggers: conditions that become true; rules: what then becomes a candidate
contact_rules.yaml        caps, quiet hours, minimum gap, kind of consent
reach.yaml                reach: how many contacts certain customers are to get
themes.yaml               themes: message lines that all channels follow
capacities.yaml           capacities: what all customers share, such as call slots or a budget
learning.yaml             what is learnt from: objectives, what models see, gates
actions/NAME.yaml         one action and its variants
catalogue/NAME.csv        actions too, one a row; also NAME.parquet
journeys/NAME.yaml        one journey
audiences/NAME.yaml       one audience
sources/NAME.yaml         how columns of a file become events
models/current.yaml       which trained models decide; `segue learn` writes it and the models beside it
templates/                what messages look like
tests/NAME.yaml           scenarios in virtual time
"""

from pathlib import PurePosixPath
from typing import Annotated, Any

from msgspec import Meta, Struct

from segue.channels.settings import Rate
from segue.model.assignments import Holdout
from segue.model.catalogue import (
    Action,
    Audience,
    Capacity,
    Definition,
    DurationText,
    EventSpec,
    FeatureSpec,
    Name,
    Rule,
    Theme,
    TraitSpec,
)
from segue.model.contact_rules import ContactRules
from segue.model.journeys import Journey
from segue.model.learning import Learning
from segue.model.reach import Reach
from segue.model.triggers import Trigger
from segue.model.workspace import PolicySpec
from segue.sources.files.mapping import SourceMapping

MODELS_FOLDER = "models"
"""Trained models, each in a file, and which of them decide."""

STATE_FOLDER = ".segue"
"""What Segue itself keeps in a workspace: store, keys, schemas. Not for git."""

Share = Annotated[float, Meta(ge=0, le=1)]
Port = Annotated[int, Meta(ge=0, le=65535)]


class PlacementSettings(Definition, frozen=True, kw_only=True, omit_defaults=True):
    """A placement: a place on a page or in an app that asks what to show.

    Attributes:
        default: what it shows where no decision comes in time, as it is: nothing is rendered into it. Not shown where
            the decision was to be silent. Without it nothing is shown either way.
    """

    default: dict[str, Any] | None = None
    description: str = ""


class ServerSettings(Definition, frozen=True, kw_only=True):
    """Where the server listens and how the outside world reaches it.

    Attributes:
        public_url: the address customers and providers see; links to unsubscribe start with it.
        decide_within: a placement that has waited so long for its decision gets its default content.
    """

    host: str = "127.0.0.1"
    port: Port = 8484
    public_url: str = ""
    decide_within: DurationText = "250ms"


class SegueFile(Definition, frozen=True, kw_only=True):
    """``segue.yaml``: what concerns the whole workspace; fields without a word here are those of `Workspace`.

    Attributes:
        channels: by the channel's name: ``type`` (a folder of `segue.channels`), the rest are that type's settings.
        providers: calls a second at most over all channels that name the provider.
    """

    name: Name
    seed: str = "segue"
    zone: str = "UTC"
    zone_trait: Name = "zone"
    country_zones: dict[str, str] = {}
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")] = "EUR"
    groups: dict[str, Share] = {}
    holdouts: dict[Name, Holdout] = {}
    epoch: str = "1"
    late_after: DurationText = "3d"
    policy: PolicySpec = PolicySpec()
    channels: dict[Name, dict[str, Any]] = {}
    providers: dict[Name, Rate] = {}
    placements: dict[Name, PlacementSettings] = {}
    hours_by: Name | None = None
    server: ServerSettings = ServerSettings()


class FeaturesFile(Definition, frozen=True, kw_only=True):
    """``features.yaml``: what is known about a customer."""

    traits: dict[Name, TraitSpec] = {}
    features: dict[Name, FeatureSpec] = {}


class EventsFile(Definition, frozen=True, kw_only=True):
    """``events.yaml``: the events that sources send, by name."""

    events: dict[str, EventSpec] = {}


class TriggersFile(Definition, frozen=True, kw_only=True):
    """``triggers.yaml``: conditions that become true, and the candidates they make."""

    triggers: dict[Name, Trigger] = {}
    rules: tuple[Rule, ...] = ()


class ThemesFile(Definition, frozen=True, kw_only=True):
    """``themes.yaml``: message lines that all channels follow, by name."""

    themes: dict[Name, Theme] = {}


class ReachFile(Definition, frozen=True, kw_only=True):
    """``reach.yaml``: how many contacts, or which share of them, certain customers are to get, by name."""

    reach: dict[Name, Reach] = {}


class CapacitiesFile(Definition, frozen=True, kw_only=True):
    """``capacities.yaml``: what all customers share, by name."""

    capacities: dict[Name, Capacity] = {}


class ModelsFile(Definition, frozen=True, kw_only=True):
    """``models/current.yaml``: which of the trained models beside it decide. `segue learn` and `segue models` write it.

    Attributes:
        current: the version of each kind that decides.
        earlier: the versions that decided before, the latest first; none is ever deleted.
    """

    current: dict[Name, str] = {}
    earlier: dict[Name, tuple[str, ...]] = {}


class Kind(Struct, frozen=True):
    """A kind of file.

    Attributes:
        pattern: where it lies, relative to the workspace.
        schema: the struct it is read as.
        name_field: for folders with one definition a file: the field that names it.
    """

    name: str
    pattern: str
    schema: Any
    name_field: str = ""

    def matches(self, path: PurePosixPath) -> bool:
        """Tell whether a file at ``path`` is of this kind."""
        pattern = PurePosixPath(self.pattern)
        return len(pattern.parts) == len(path.parts) and path.match(self.pattern)


ACTION = Kind("action", "actions/*.yaml", Action, "action")

KINDS = (
    Kind("segue", "segue.yaml", SegueFile),
    Kind("features", "features.yaml", FeaturesFile),
    Kind("events", "events.yaml", EventsFile),
    Kind("triggers", "triggers.yaml", TriggersFile),
    Kind("contact_rules", "contact_rules.yaml", ContactRules),
    Kind("reach", "reach.yaml", ReachFile),
    Kind("themes", "themes.yaml", ThemesFile),
    Kind("capacities", "capacities.yaml", CapacitiesFile),
    Kind("learning", "learning.yaml", Learning),
    ACTION,
    Kind("journey", "journeys/*.yaml", Journey, "journey"),
    Kind("audience", "audiences/*.yaml", Audience, "audience"),
    Kind("source", "sources/*.yaml", SourceMapping),
    Kind("models", "models/current.yaml", ModelsFile),
    Kind("test", "tests/*.yaml", dict[str, Any]),
)


def kind_of(path: PurePosixPath) -> Kind | None:
    """Return the kind of file that belongs at ``path``; None where no definition belongs there."""
    return next((kind for kind in KINDS if kind.matches(path)), None)
