"""The town's workspace: small, complete, and tight enough that every rule bites; and what is published later."""

from functools import cache

from msgspec import structs

from segue.core.world import World, build_world
from segue.model.assignments import Holdout
from segue.model.catalogue import (
    Action,
    Audience,
    Capacity,
    ChannelSpec,
    EventSpec,
    FeatureSpec,
    Rule,
    Theme,
    TraitSpec,
    Variant,
)
from segue.model.contact_rules import Cap, ContactRules, QuietHours
from segue.model.journeys import Entry, ExitRule, Handler, Journey, Migration
from segue.model.steps import (
    Arm,
    Branch,
    Case,
    EventMatch,
    Exit,
    Goal,
    MessageGroup,
    Propose,
    Split,
    Wait,
    WaitFor,
    Webhook,
)
from segue.model.triggers import AbsenceTrigger, ApiTrigger, AudienceTrigger, EventTrigger, TraitTrigger
from segue.model.workspace import PolicySpec, Workspace

ZONE = "Europe/London"
LOT = "town 304"
"""A seed by which one of the two who share the flat's mailbox is held out of everything, and one of the two at home of
the cart journey."""


WELCOME = Journey(
    journey="welcome",
    entry=Entry(on=EventTrigger(event="joined")),
    reentry="after 1d",
    exits=(ExitRule(event="account_closed"), ExitRule(when="tier == 'staff'")),
    goal=EventMatch(event="order_completed"),
    expires_after="7d",
    on=(Handler(event="called", pause="20h"),),
    steps=(
        Wait(id="settle_in", after="1h"),
        Split(id="try_it", arms=(Arm(arm="short", next="ask"), Arm(arm="long", weight=2.0, next="series"))),
        Propose(
            id="series",
            action="hello",
            group=MessageGroup(order=("push", "email"), gap="6h", cancel_on=(EventMatch(event="message_clicked"),)),
            deadline="2d",
        ),
        WaitFor(id="window", events=(EventMatch(event="page_viewed", next="ask"),), within="1d", on_timeout="rest"),
        Propose(id="ask", action="question", deadline="2d", on_skip="fork"),
        Branch(id="fork", cases=(Case(when="views_7d >= 2", next="won"),), otherwise="rest"),
        Wait(id="rest", at="+1d 09:00", next="leave"),
        Goal(id="won"),
        Exit(id="leave"),
    ),
)
SPRING = Journey(
    journey="spring",
    entry=Entry(on=TraitTrigger(trait="tier", when="tier == 'gold'")),
    reentry="after 2d",
    exits=(ExitRule(event="account_closed"),),
    expires_after="7d",
    steps=(
        Propose(id="offer", action="spring_offer", channels=("email", "letter"), deadline="3d"),
        Wait(id="think", after="20h"),
        Propose(id="show", action="spring_offer", channels=("display",), keep="1d"),
        Propose(id="remind", action="spring_offer", channels=("sms", "push"), on_cap="skip"),
        Wait(id="hold", after="2d"),
    ),
)
AUTUMN = Journey(
    journey="autumn",
    entry=Entry(on=AudienceTrigger(audience="lookers")),
    reentry="after 1d",
    exits=(ExitRule(event="account_closed"),),
    expires_after="7d",
    steps=(
        Propose(id="pick", action=None, actions=("autumn_offer", "autumn_news"), deadline="2d"),
        Wait(id="breathe", after="8h"),
        Propose(id="tell", action="autumn_offer", channels=("push", "email"), deadline="1d", on_lost="skip"),
        Propose(id="show", action="autumn_offer", channels=("display",), keep="12h"),
        Exit(id="leave"),
    ),
)
CART = Journey(
    journey="cart",
    entry=Entry(on=AbsenceTrigger(event="cart_updated", then_not="order_completed", within="30min")),
    reentry="after 0d",
    instance_key="event.cart_id",
    exits=(ExitRule(event="order_completed"),),
    expires_after="1d 6h",
    steps=(
        Propose(id="nudge", action="cart_nudge", channels=("push", "email"), deadline="1d"),
        Wait(id="hold", after="1d"),
        Propose(id="again", action="cart_nudge", channels=("email", "letter"), deadline="1d"),
    ),
)
CARE = Journey(
    journey="care",
    entry=Entry(on=ApiTrigger()),
    reentry="after 0d",
    expires_after="5d",
    steps=(
        Webhook(id="call", channel="crm", payload={"tier": "tier"}, deadline="1d", on_failure="leave"),
        Wait(id="soft", after="6h"),
        Goal(id="reached"),
        Exit(id="leave"),
    ),
)

RULES = ContactRules(
    caps=(
        Cap(cap="weekly", limit=3, window="7d"),
        Cap(cap="daily", limit=2, window="1d"),
        Cap(cap="season", limit=2, window="7d", scope="theme"),
        Cap(cap="sms_weekly", limit=1, window="7d", scope="channel", only="sms"),
    ),
    quiet_hours=(QuietHours(start="21:00", end="08:00"),),
    min_gap="1h",
    consent={"email": "opt_out", "letter": "opt_out", "sms": "opt_in", "display": "opt_out", "push": "opt_out"},
)


def _action(name: str, *channels: str, **fields: object) -> Action:
    needs = {"display": {"audience": "lookers_display"}, "site": {"placement": "hero"}}
    costs = {"email": 0.05, "letter": 0.05, "sms": 0.1, "push": 0.01, "display": 0.1, "site": 0.0}
    variants = tuple(
        Variant(channel=channel, template="t.txt", cost=costs[channel], **needs.get(channel, {}))  # type: ignore[arg-type]
        for channel in channels
    )
    return Action(action=name, variants=variants, **{"value": 1.0, **fields})  # type: ignore[arg-type]


def _actions() -> tuple[Action, ...]:
    return (
        _action("hello", "push", "email", priority=1, converted_by="order_completed"),
        _action("question", "email", "letter", value=1.5),
        _action("spring_offer", "email", "letter", "sms", "push", "display", theme="spring", value=2.0),
        _action("autumn_offer", "push", "email", "display", theme="autumn", value=1.8, expires_after="1d"),
        _action("autumn_news", "email", "letter", theme="autumn"),
        _action("cart_nudge", "push", "email", "letter", value=3.0, converted_by="order_completed"),
        _action("look_again", "sms", "email", value=0.9),
        _action("receipt", "email", category="transactional", purpose="transactional"),
        _action("banner", "site", standing=True, value=0.1),
        _action("sale", "site", standing=True, value=2.0, eligible_when="orders >= 1"),
    )


@cache
def workspace() -> Workspace:
    """Return the workspace that the simulation begins with."""
    return Workspace(
        name="town",
        zone=ZONE,
        seed=LOT,
        groups={"holdout": 0.15, "random": 0.1},
        holdouts={
            "without_sms": Holdout(share=0.3, channels=("sms",)),
            "without_cart": Holdout(share=0.2, journeys=("cart",)),
        },
        policy=PolicySpec(name="rules", exploration=0.1),
        channels=(
            ChannelSpec(name="email", family="message", contact_trait="email"),
            ChannelSpec(name="letter", family="message", contact_trait="email"),  # another sender, the same mailbox
            ChannelSpec(name="sms", family="message", contact_trait="phone"),
            ChannelSpec(name="push", family="message", is_idempotent=True),
            ChannelSpec(name="crm", family="message", is_idempotent=True),
            ChannelSpec(name="display", family="audience"),
            ChannelSpec(name="site", family="placement"),
        ),
        traits={name: TraitSpec(type="text") for name in ("email", "phone", "tier")},
        events={"complained": EventSpec(activity=False)},
        features={
            "orders": FeatureSpec(kind="count", event="order_completed"),
            "views_7d": FeatureSpec(kind="count", event="page_viewed", window="7d"),
        },
        triggers={"ordered": EventTrigger(event="order_completed"), "viewed": EventTrigger(event="item_viewed")},
        rules=(
            Rule(rule="receipt", trigger="ordered", action="receipt"),
            Rule(rule="look", trigger="viewed", action="look_again"),
        ),
        audiences=(Audience(audience="lookers", when="views_7d >= 2"),),
        themes={
            "spring": Theme(window="3d", exclusive="season"),
            "autumn": Theme(window="2d", exclusive="season"),
        },
        capacities={
            "sms_a_day": Capacity(limit=1, per="1d", channels=("sms",)),
            "pushes_a_day": Capacity(limit=3, per="1d", channels=("push",)),
            "letters": Capacity(limit=0.1, per="7d", counts="cost", channels=("letter",)),
        },
        actions=_actions(),
        journeys=(WELCOME, SPRING, AUTUMN, CART, CARE),
        contact_rules=RULES,
    )


def published(number: int) -> Workspace:
    """Return what is published as the ``number``-th change: a journey's new version, a pause, a stop, and back.

    0 is the first workspace.

    Each of them holds the changes before it: a version that people went into does not change.
    """
    if not number:
        return workspace()
    newer = structs.replace(
        WELCOME,
        version=2,
        in_flight="migrate",
        migration=Migration(steps={"window": "ask"}),
        steps=tuple(step for step in WELCOME.steps if step.id != "window"),
    )
    changes: tuple[tuple[Journey, ...], ...] = (
        (newer, SPRING, AUTUMN, CART, CARE),
        (newer, structs.replace(SPRING, status="paused"), AUTUMN, structs.replace(CART, status="draining"), CARE),
        (newer, SPRING, structs.replace(AUTUMN, status="stopped"), CART, CARE),
    )
    return structs.replace(workspace(), journeys=changes[(number - 1) % len(changes)])


@cache
def initial_world(number: int) -> World:
    """Return the World of `published` for a process that starts with it."""
    return build_world(published(number))
