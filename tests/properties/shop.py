"""A small but complete workspace: every stage has something to do, and the contact rules are tight enough to bite."""

from segue.core.world import World, build_world
from segue.model.catalogue import Action, ChannelSpec, FeatureSpec, Rule, TraitSpec, Variant
from segue.model.contact_rules import Cap, ContactRules, QuietHours
from segue.model.journeys import Entry, ExitRule, Journey
from segue.model.steps import Branch, Case, EventMatch, Exit, Goal, Propose, Wait, WaitFor
from segue.model.triggers import AbsenceTrigger, CountTrigger, EventTrigger, TraitTrigger
from segue.model.workspace import PolicySpec, Workspace

ZONE = "Europe/London"


def an_action(name: str, *channels: str, **fields: object) -> Action:
    """Return an action with a variant on each channel."""
    needs = {"display": {"audience": "lookers"}, "website": {"placement": "hero"}}
    variants = tuple(Variant(channel=c, template="t.txt", **needs.get(c, {})) for c in channels)  # type: ignore[arg-type]
    return Action(action=name, variants=variants, **{"value": 1.0, "cost": 0.01, **fields})  # type: ignore[arg-type]


RULES = ContactRules(
    caps=(
        Cap(cap="weekly", limit=3, window="7d"),
        Cap(cap="daily", limit=2, window="1d"),
        Cap(cap="sms_weekly", limit=1, window="7d", scope="channel", only="sms"),
    ),
    quiet_hours=(QuietHours(start="21:00", end="08:00"),),
    min_gap="2h",
    consent={"email": "opt_out", "sms": "opt_in", "display": "opt_out", "push": "opt_out"},
)

WELCOME = Journey(
    journey="welcome",
    entry=Entry(on=EventTrigger(event="signed_up")),
    reentry="after 1d",
    exits=(ExitRule(event="unsubscribed_account"),),
    goal=EventMatch(event="order_completed"),
    steps=(
        Wait(id="settle_in", after="1h"),
        Propose(id="hello", action="hello", channels=("email", "sms"), deadline="3d"),
        WaitFor(
            id="opened",
            events=(EventMatch(event="message_opened", next="thanks"),),
            within="48h",
            on_timeout="show",
        ),
        Propose(id="show", action="hello", channels=("display",), next="morning"),
        Goal(id="thanks"),
        Wait(id="morning", at="+1d 09:00"),
        Branch(id="fork", cases=(Case(when="orders >= 1", next="leave"),), otherwise="remind"),
        Propose(id="remind", action="reminder", on_cap="skip", on_lost="skip"),
        Exit(id="leave"),
    ),
)
CART = Journey(
    journey="cart",
    entry=Entry(on=AbsenceTrigger(event="cart_updated", then_not="order_completed", within="30min")),
    reentry="after 0d",
    instance_key="event.cart_id",
    exits=(ExitRule(event="order_completed"),),
    expires_after="5d",
    steps=(
        Propose(id="nudge", action="cart_nudge", channels=("push", "email"), deadline="1d"),
        Wait(id="hold", after="2d"),
        Propose(id="again", action="cart_nudge", channels=("email",), deadline="1d"),
    ),
)


def a_workspace(**changes: object) -> Workspace:
    """Return the workspace, with ``changes``."""
    fields: dict[str, object] = {
        "name": "shop",
        "zone": ZONE,
        "groups": {"holdout": 0.2, "random": 0.1},
        "policy": PolicySpec(name="rules", exploration=0.1),
        "channels": (
            ChannelSpec(name="email", family="message", contact_trait="email"),
            ChannelSpec(name="sms", family="message", contact_trait="phone"),
            ChannelSpec(name="push", family="message"),
            ChannelSpec(name="display", family="audience"),
            ChannelSpec(name="website", family="placement"),
        ),
        "traits": {"email": TraitSpec(type="text"), "phone": TraitSpec(type="text"), "tier": TraitSpec(type="text")},
        "features": {
            "orders": FeatureSpec(kind="count", event="order_completed"),
            "views_1d": FeatureSpec(kind="count", event="page_viewed", window="1d"),
        },
        "triggers": {
            "keen": CountTrigger(event="page_viewed", at_least=3, within="1d"),
            "went_gold": TraitTrigger(trait="tier", when="tier == 'gold'"),
            "ordered": EventTrigger(event="order_completed"),
        },
        "rules": (
            Rule(rule="look_again", trigger="keen", action="look_again"),
            Rule(rule="gold", trigger="went_gold", action="gold_news"),
            Rule(rule="receipt", trigger="ordered", action="receipt"),
        ),
        "actions": (
            an_action("hello", "email", "sms", "display", priority=2),
            an_action("reminder", "email", "push"),
            an_action("cart_nudge", "push", "email", value=5.0, converted_by="order_completed", converted_within="1d"),
            an_action("look_again", "push", "email", eligible_when="views_1d < 10"),
            an_action("gold_news", "email", category="service"),
            an_action("receipt", "email", category="transactional", purpose="transactional"),
            an_action("banner", "website", standing=True),
            an_action("sale", "website", standing=True, value=2.0, eligible_when="orders >= 1"),
        ),
        "journeys": (WELCOME, CART),
        "contact_rules": RULES,
    }
    return Workspace(**{**fields, **changes})  # type: ignore[arg-type]


def a_world(**changes: object) -> World:
    """Return the workspace's World."""
    return build_world(a_workspace(**changes))
