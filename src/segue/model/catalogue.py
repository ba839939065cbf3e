"""What a company could do, and what it knows: actions and their variants, traits, features, triggers, audiences.

These structs are the schema of the workspace's files: unknown fields are refused. Durations are text such as "48h",
conditions are expressions (docs/reference/expressions.md); both are checked by `segue check` and compiled into the
World.
"""

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import Meta, Struct

from segue.model.time import DURATION_PATTERN

Name: TypeAlias = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
Expression: TypeAlias = Annotated[str, Meta(min_length=1, max_length=2000)]
DurationText: TypeAlias = Annotated[str, Meta(pattern=DURATION_PATTERN)]
Family: TypeAlias = Literal["message", "placement", "audience", "task"]
ValueType: TypeAlias = Literal["number", "text", "boolean", "instant"]
Category: TypeAlias = Literal["promo", "service", "mandatory", "transactional"]


class Definition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of everything that a workspace file may declare."""


class TraitSpec(Definition, frozen=True, kw_only=True):
    """A given attribute of a customer."""

    type: ValueType
    description: str = ""


class EventSpec(Definition, frozen=True, kw_only=True):
    """A kind of event and the types of the properties that expressions may use."""

    properties: dict[str, ValueType] = {}
    description: str = ""


class FeatureSpec(Definition, frozen=True, kw_only=True):
    """An attribute computed from events.

    Attributes:
        kind: count | sum | last | first | distinct | recency.
        event: the event's name.
        of: the property that is summed, remembered or counted distinctly; not for count and recency.
        where: a condition on the event (its properties as ``event.NAME``).
        window: only events younger than this count; exact at any moment.
        half_life: the weight of an event halves in this time (count and sum).
        default: the value while there is none: 0 for count, sum and distinct, null for the others.

    ``last`` and ``first`` yield the property's value, or with no ``of`` the instant; ``recency`` the duration since the
    latest event.
    """

    kind: Literal["count", "sum", "last", "first", "distinct", "recency"]
    event: str
    of: str | None = None
    where: Expression | None = None
    window: DurationText | None = None
    half_life: DurationText | None = None
    default: Any = None
    description: str = ""


class EventTrigger(Definition, frozen=True, kw_only=True, tag="event", tag_field="kind"):
    """Fires when ``event`` happens and ``when`` holds."""

    event: str
    when: Expression | None = None


class TraitTrigger(Definition, frozen=True, kw_only=True, tag="trait_change", tag_field="kind"):
    """Fires when the trait's value becomes another one and ``when`` holds (``old`` is the value before)."""

    trait: str
    when: Expression | None = None


class AbsenceTrigger(Definition, frozen=True, kw_only=True, tag="absence", tag_field="kind"):
    """Fires ``within`` after ``event`` (and ``when``) unless ``then_not`` (and ``then_not_when``) happened
    meanwhile."""

    event: str
    then_not: str
    within: DurationText
    when: Expression | None = None
    then_not_when: Expression | None = None


class CountTrigger(Definition, frozen=True, kw_only=True, tag="count", tag_field="kind"):
    """Fires when the number of ``event`` (and ``where``) in the last ``within`` reaches ``at_least``; again only after
    it fell below.
    """

    event: str
    at_least: Annotated[int, Meta(ge=1)]
    within: DurationText
    where: Expression | None = None


Trigger: TypeAlias = EventTrigger | TraitTrigger | AbsenceTrigger | CountTrigger


class ChannelSpec(Struct, frozen=True, kw_only=True):
    """A channel as the core sees it: its family and what its manifest says it can do.

    Attributes:
        contact_trait: the trait that holds the address (message family): ``email``, ``phone``; empty when
            none is needed.
        is_idempotent: the provider takes an idempotency key, so that a resend of the same key is safe.
    """

    name: str
    family: Family
    contact_trait: str = ""
    is_idempotent: bool = False


class Variant(Definition, frozen=True, kw_only=True):
    """One channel-specific realisation of an action.

    Attributes:
        channel: the channel's name in ``segue.yaml``.
        template: a file under ``templates/`` (message family).
        content: data for the template, or the placement's payload.
        audience: the audience to join (audience family).
        placement: the placement it can fill (placement family).
    """

    channel: Name
    template: str | None = None
    content: dict[str, Any] = {}
    audience: Name | None = None
    placement: Name | None = None


class Action(Definition, frozen=True, kw_only=True):
    """A thing the business could do, channel-neutral.

    Attributes:
        value: what success is worth, in the workspace's currency.
        cost: what carrying it out costs, in the same currency.
        priority: higher goes first under the ``rules`` policy.
        category: promo and service obey all contact rules; mandatory skips caps; transactional skips caps
            and quiet hours.
        purpose: the consent it needs.
        eligible_when: may this action be considered for this customer at all.
        converted_by: the event after which it is pointless (bought, adopted); with ``converted_within``.
        expires_after: a message decided is worth sending no longer than this.
        standing: considered at every decision request of its placements, without a journey.
    """

    action: Name
    description: str = ""
    value: float = 0.0
    cost: float = 0.0
    priority: int = 0
    category: Category = "promo"
    purpose: str = "marketing"
    theme: Name | None = None
    eligible_when: Expression | None = None
    converted_by: str | None = None
    converted_within: DurationText = "30d"
    expires_after: DurationText = "3d"
    standing: bool = False
    variants: tuple[Variant, ...] = ()


class Rule(Definition, frozen=True, kw_only=True):
    """When ``trigger`` fires, ``action`` becomes a candidate on ``channels`` (all of its variants where empty)."""

    rule: Name
    trigger: Name
    action: Name
    channels: tuple[Name, ...] = ()
    deadline: DurationText = "1d"


class Audience(Definition, frozen=True, kw_only=True):
    """A named set of customers.

    With ``when`` it is computed over history (`segue` translates the condition to SQL); without, actions add to it and
    its channel synchronises it.
    """

    audience: Name
    description: str = ""
    when: Expression | None = None
