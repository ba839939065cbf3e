"""What a company could do, and what it knows: actions and their variants, traits, features, rules, themes, capacities.

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
StageName: TypeAlias = Literal["awareness", "consideration", "conversion", "retention"]
Need: TypeAlias = Literal["image", "link", "long_text", "attachment"]
TimeOfDay: TypeAlias = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Weekday: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Factor: TypeAlias = Annotated[float, Meta(gt=0)]


class Definition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of everything that a workspace file may declare."""


class TraitSpec(Definition, frozen=True, kw_only=True):
    """A given attribute of a customer."""

    type: ValueType
    description: str = ""


class EventSpec(Definition, frozen=True, kw_only=True):
    """A kind of event and the types of the properties that expressions may use.

    Attributes:
        activity: the customer is there, awake, when it happens (not so for what a back office books): it counts for
            their receptive hours, and as being available now.
    """

    properties: dict[str, ValueType] = {}
    activity: bool = True
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


class ChannelSpec(Struct, frozen=True, kw_only=True):
    """A channel as the core sees it: its family and what its manifest says it can do.

    Attributes:
        contact_trait: the trait that holds the address (message family): ``email``, ``phone``; empty when
            none is needed.
        is_idempotent: the provider takes an idempotency key, so that a resend of the same key is safe.
        latency: microseconds from decision to perception when all is well.
        can: what content it can carry.
        roles: stages it is meant for; all where empty.
        hears_back: it is told when a message was opened or clicked, so that silence says something too.
    """

    name: str
    family: Family
    contact_trait: str = ""
    is_idempotent: bool = False
    latency: int = 0
    can: tuple[Need, ...] = ()
    roles: tuple[StageName, ...] = ()
    hears_back: bool = False


class Window(Definition, frozen=True, kw_only=True):
    """A stretch of days, for what may be done then only; at least one of the fields is given.

    Attributes:
        begins, ends: dates (``2026-11-20``), the last one included, or moments (``2026-11-20T18:00``) on the clock of
            ``zone``; a moment with an offset is the same for everybody. Open where None.
        weekdays: only these days of the week; all where empty.
        zone: whose clock: the ``customer``'s, or the ``workspace``'s for everybody.
    """

    begins: str | None = None
    ends: str | None = None
    weekdays: tuple[Weekday, ...] = ()
    zone: Literal["customer", "workspace"] = "customer"


class ContextWeight(Definition, frozen=True, kw_only=True):
    """What an action's worth is multiplied by for customers, and at moments, for which ``when`` holds."""

    when: Expression
    weight: Factor


class Requirement(Definition, frozen=True, kw_only=True):
    """Another action that must have come first.

    Attributes:
        has: ``delivered``: a channel has accepted it, or its audience or placement holds the customer; ``succeeded``:
            its ``converted_by`` has happened.
        within: no longer ago than this; however long ago where None.
    """

    action: Name
    has: Literal["delivered", "succeeded"] = "delivered"
    within: DurationText | None = None


class Variant(Definition, frozen=True, kw_only=True):
    """One channel-specific realisation of an action.

    Attributes:
        channel: the channel's name in ``segue.yaml``.
        template: a file under ``templates/`` (message family).
        content: data for the template, or the placement's payload.
        audience: the audience to join (audience family).
        placement: the placement it can fill (placement family).
        cost: what carrying it out on this channel costs; the action's where None.
        lift: how much of the action's value this channel brings more than doing nothing does: 1 is all of it.
        margin: the action's where None: a variant may give more away.
        features: what its content is like, in numbers that models learn from: ``discount: 0.2``, ``urgency: 1``.
    """

    channel: Name
    template: str | None = None
    content: dict[str, Any] = {}
    audience: Name | None = None
    placement: Name | None = None
    cost: float | None = None
    lift: float = 1.0
    margin: Annotated[float, Meta(le=1)] | None = None
    features: dict[Name, float] = {}


class Action(Definition, frozen=True, kw_only=True):
    """A thing the business could do, channel-neutral.

    Attributes:
        value: what success is worth, in the workspace's currency.
        cost: what carrying it out costs, in the same currency.
        margin: share of the sales price that is left after goods and discount; below ``margin_floor`` of the contact
            rules it is not offered.
        priority: higher goes first under the ``rules`` policy.
        lever: what its worth is multiplied by because the business wants it: 1 is as it is.
        context_weights: what its worth is multiplied by where a condition holds; all that hold, one after the other.
        category: promo and service obey all contact rules; mandatory skips caps; transactional skips caps
            and quiet hours.
        purpose: the consent it needs.
        eligible_when: may this action be considered for this customer at all.
        calendar: when it may be carried out: in any of these windows; always where there are none.
        stock: how many there are, for all customers together; it is not offered once they are gone.
        stock_taken_by: what takes one: each ``success`` (``converted_by``, of whichever customer), or each
            ``contact``, such as a message with a voucher's code.
        stock_as_of: the moment at which there were so many: what happened before it takes nothing, and another moment
            begins a new count.
        requires: other actions that must have come first, all of them.
        features: what it is like, in numbers that models learn from; a variant's own go before.
        converted_by: the event after which it is pointless (bought, adopted); with ``converted_within``.
        expires_after: a message decided is worth sending no longer than this.
        standing: considered at every decision request of its placements, without a journey.
        follows_theme: reinforces its theme: its audiences are joined and its placements filled while the theme is live
            for the customer, and only then.
        tags: for caps.
        urgency: it is of use only when perceived within this time: slower channels are not eligible.
        needs: what the content needs: channels that cannot carry it are not eligible.
        give_up_after: not sent any more once so many in a row were ignored: no open and no click within
            ``ignored_within``.
    """

    action: Name
    description: str = ""
    value: float = 0.0
    cost: float = 0.0
    margin: Annotated[float, Meta(le=1)] | None = None
    priority: int = 0
    lever: Factor = 1.0
    context_weights: tuple[ContextWeight, ...] = ()
    category: Category = "promo"
    purpose: str = "marketing"
    theme: Name | None = None
    eligible_when: Expression | None = None
    calendar: tuple[Window, ...] = ()
    stock: Annotated[int, Meta(ge=0)] | None = None
    stock_taken_by: Literal["success", "contact"] = "success"
    stock_as_of: str | None = None
    requires: tuple[Requirement, ...] = ()
    features: dict[Name, float] = {}
    converted_by: str | None = None
    converted_within: DurationText = "30d"
    expires_after: DurationText = "3d"
    standing: bool = False
    follows_theme: bool = False
    tags: tuple[Name, ...] = ()
    urgency: DurationText | None = None
    needs: tuple[Need, ...] = ()
    give_up_after: Annotated[int, Meta(ge=1)] | None = None
    ignored_within: DurationText = "3d"
    variants: tuple[Variant, ...] = ()


class Theme(Definition, frozen=True, kw_only=True):
    """A message line that all channels follow for a customer.

    It is live for a customer from the first contact (or audience membership) of one of its actions, until ``window``
    after the latest.

    Attributes:
        exclusive: at most one theme of this group is live for a customer; another's messages are suppressed with
            ``theme_conflict``.
        order: channels that go one before the other (the cheap one primes the dear one); the others go at any time.
        lead: a channel of ``order`` goes so long after the first contact of the one before it, or after its own
            proposal where the one before does not come.
    """

    window: DurationText = "7d"
    exclusive: Name | None = None
    order: tuple[Name, ...] = ()
    lead: DurationText = "1d"
    description: str = ""


class Capacity(Definition, frozen=True, kw_only=True):
    """A scarce quantity that all customers share: call slots an hour, messages a day, a budget.

    It is a hard counter: never exceeded; and it has a shadow price, so that it goes to those for whom it does most.

    Attributes:
        limit: how much there is in each period; a whole number of contacts, or an amount of the workspace's currency.
        per: the period; periods follow one another from 1970-01-01T00:00Z.
        counts: what uses it up: every contact, or what each costs.
        channels, actions: only these; all where empty.
        obeys: categories that it stops; the others use it up and go through.
        ramp: shares of ``limit`` in the first periods from ``ramp_from`` on (warming a sender up).
    """

    limit: Annotated[float, Meta(ge=0)]
    per: DurationText
    counts: Literal["contacts", "cost"] = "contacts"
    channels: tuple[Name, ...] = ()
    actions: tuple[Name, ...] = ()
    obeys: tuple[Category, ...] = ("promo", "service")
    ramp: tuple[Annotated[float, Meta(ge=0, le=1)], ...] = ()
    ramp_from: str | None = None
    description: str = ""


class Rule(Definition, frozen=True, kw_only=True):
    """When ``trigger`` fires, ``action`` becomes a candidate on ``channels`` (all of its variants where empty).

    ``on_lost``: when another candidate won, or silence did because the slot is worth more: skip at once, or wait within
    the deadline.
    """

    rule: Name
    trigger: Name
    action: Name
    channels: tuple[Name, ...] = ()
    deadline: DurationText = "1d"
    on_lost: Literal["skip", "wait"] = "skip"


class Audience(Definition, frozen=True, kw_only=True):
    """A named set of customers.

    With ``when`` it is computed over history (`segue` translates the condition to SQL); without, actions add to it and
    its channel synchronises it.
    """

    audience: Name
    description: str = ""
    when: Expression | None = None
