"""A workspace with everything that journeys and coordination have: all step and entry kinds, themes, groups,
capacities, calendar and theme caps, an arbitration window, a price on every slot. Tight enough that each of them bites.
"""

from segue.core.world import World, build_world
from segue.model.catalogue import (
    Action,
    Audience,
    Capacity,
    ChannelSpec,
    EventSpec,
    FeatureSpec,
    Theme,
    TraitSpec,
    Variant,
)
from segue.model.contact_rules import Cap, ContactRules, QuietHours
from segue.model.journeys import Entry, ExitRule, Handler, Journey, Pacing, Rate, Stage
from segue.model.steps import (
    Arm,
    Branch,
    Case,
    Choose,
    EventMatch,
    Exit,
    Goal,
    Goto,
    MessageGroup,
    Option,
    Propose,
    SetTrait,
    Split,
    SubJourney,
    Wait,
    WaitFor,
    Webhook,
)
from segue.model.triggers import (
    AbsenceTrigger,
    ApiTrigger,
    AudienceTrigger,
    EventTrigger,
    JourneyTrigger,
    ScheduleTrigger,
    TraitTrigger,
)
from segue.model.workspace import PolicySpec, Workspace

ZONE = "Europe/London"
SEASONS = {"spring": "5d", "autumn": "3d"}
"""The themes of one exclusivity group, and their windows."""

GROUP_ORDER = ("push", "email", "sms")
GROUP_GAP = "1d"
SMS_A_DAY = 2
EMAIL_BUDGET = 0.5

_ORDERED = EventMatch(event="order_completed")

WELCOME = Journey(
    journey="welcome",
    entry=Entry(on=EventTrigger(event="joined")),
    reentry="after 1d",
    exits=(ExitRule(event="account_closed"), ExitRule(when="tier == 'staff'")),
    goal=_ORDERED,
    expires_after="40d",
    on=(
        Handler(event="complained", pause="3d"),
        Handler(event="called", resume=True),
        Handler(event="item_viewed", when="event.item == 'a'", hurry=0.5, set={"liked": "event.item"}),
        Handler(event="pricing_viewed", goto="ask"),
    ),
    steps=(
        Wait(id="settle_in", receptive="1d"),
        Split(id="try_it", arms=(Arm(arm="short", next="ask"), Arm(arm="long", weight=2.0, next="series"))),
        Propose(
            id="series",
            action="hello",
            group=MessageGroup(order=GROUP_ORDER, gap=GROUP_GAP, cancel_on=(EventMatch(event="message_clicked"),)),
            deadline="3d",
        ),
        WaitFor(
            id="window",
            events=(EventMatch(event="item_viewed", next="ask"), EventMatch(event="page_viewed")),
            within="2d",
            mode="collect",
            on_timeout="again",
        ),
        SetTrait(id="mark", set={"stage": "'known'"}),
        Propose(id="ask", action="question", timing="receptive", deadline="2d", on_skip="fork"),
        Branch(id="fork", cases=(Case(when="views_7d >= 2", next="won"),), otherwise="again"),
        Goto(id="again", to="series", at_most=1),
        Wait(id="rest", at="+1d 09:00", next="leave"),
        Goal(id="won"),
        Exit(id="leave"),
    ),
)
SPRING = Journey(
    journey="spring",
    entry=Entry(on=TraitTrigger(trait="tier", when="tier == 'gold'"), when="orders < 100"),
    reentry="after 2d",
    exits=(ExitRule(event="account_closed"),),
    expires_after="40d",
    pacing=Pacing(by="views_7d", calm=0, keen=4),
    stages=(
        Stage(stage="consideration", expect=EventMatch(event="item_viewed"), within="4d", recover="remind"),
        Stage(stage="conversion", within="5d", recover="show"),
    ),
    steps=(
        Propose(id="offer", stage="consideration", action="spring_offer", channels=("email",), deadline="4d"),
        Wait(id="think", after="3d", paced=True),
        Propose(id="show", stage="conversion", action="spring_offer", channels=("display",), keep="2d", next="hold"),
        Propose(id="remind", action="spring_offer", channels=("sms", "push"), on_cap="skip"),
        Wait(id="hold", after="6d"),
    ),
)
AUTUMN = Journey(
    journey="autumn",
    entry=Entry(on=AudienceTrigger(audience="lookers")),
    reentry="after 1d",
    exits=(ExitRule(event="account_closed"),),
    expires_after="40d",
    steps=(
        Propose(id="pick", action=None, actions=("autumn_offer", "autumn_news"), timing="receptive", deadline="3d"),
        SubJourney(id="care", journey="care", on_converted="leave"),
        Propose(id="tell", action="autumn_offer", channels=("push", "email"), deadline="2d", on_lost="skip"),
        Exit(id="leave"),
    ),
)
CARE = Journey(
    journey="care",
    entry=Entry(on=ApiTrigger()),
    reentry="after 0d",
    expires_after="20d",
    steps=(
        Choose(
            id="which",
            options=(Option(option="soft", next="soft", value=0.4), Option(option="hard", next="call", value=0.5)),
            otherwise="leave",
        ),
        Wait(id="soft", after="6h", next="leave"),
        Webhook(id="call", channel="crm", payload={"tier": "tier"}, deadline="1d", on_failure="leave"),
        Goal(id="reached"),
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
THANKS = Journey(
    journey="thanks",
    entry=Entry(on=JourneyTrigger(journey="welcome", outcome="converted")),
    reentry="parallel",
    expires_after="10d",
    steps=(Propose(id="thank", action="thank_you", deadline="2d"),),
)
MONDAYS = Journey(
    journey="mondays",
    entry=Entry(
        on=ScheduleTrigger(at="09:00", days=("mon",), spread="2h", when="orders >= 1"), rate=Rate(limit=2, per="1d")
    ),
    reentry="after 6d",
    expires_after="10d",
    steps=(Propose(id="news", action="news", deadline="2d"),),
)
BROWSED = Journey(
    journey="browsed",
    entry=Entry(on=EventTrigger(event="item_viewed"), debounce="30min", rate=Rate(limit=1, per="6h")),
    reentry="after 3d",
    exits=(ExitRule(event="order_completed"),),
    expires_after="10d",
    steps=(
        Propose(id="look", action="look_again", timing="receptive", deadline="2d", on_lost="skip"),
        Wait(id="rest", after="1d"),
    ),
)

RULES = ContactRules(
    caps=(
        Cap(cap="weekly", limit=4, window="7d"),
        Cap(cap="daily", limit=2, calendar="day"),
        Cap(cap="season", limit=2, window="7d", scope="theme"),
        Cap(cap="sms_weekly", limit=1, window="7d", scope="channel", only="sms"),
    ),
    quiet_hours=(QuietHours(start="21:00", end="08:00"),),
    min_gap="2h",
    arbitration_window="1h",
    opportunity_cost=True,
    consent={"email": "opt_out", "sms": "opt_out", "display": "opt_out", "push": "opt_out"},
)


def an_action(name: str, *channels: str, **fields: object) -> Action:
    """Return an action with a variant on each channel."""
    needs = {"display": {"audience": f"{name}_lookers"}, "site": {"placement": "hero"}}
    costs = {"email": 0.05, "sms": 0.1, "push": 0.01, "display": 0.1, "site": 0.0}
    variants = tuple(
        Variant(channel=channel, template="t.txt", cost=costs[channel], **needs.get(channel, {}))  # type: ignore[arg-type]
        for channel in channels
    )
    return Action(action=name, variants=variants, **{"value": 1.0, **fields})  # type: ignore[arg-type]


def a_market(**changes: object) -> Workspace:
    """Return the workspace, with ``changes``."""
    fields: dict[str, object] = {
        "name": "market",
        "zone": ZONE,
        "groups": {"holdout": 0.1, "random": 0.1},
        "policy": PolicySpec(name="rules", exploration=0.1),
        "channels": (
            ChannelSpec(name="email", family="message", contact_trait="email"),
            ChannelSpec(name="sms", family="message", contact_trait="phone"),
            ChannelSpec(name="push", family="message"),
            ChannelSpec(name="crm", family="message", is_idempotent=True),
            ChannelSpec(name="display", family="audience"),
            ChannelSpec(name="site", family="placement"),
        ),
        "traits": {name: TraitSpec(type="text") for name in ("email", "phone", "tier", "stage")},
        "events": {"complained": EventSpec(activity=False)},
        "features": {
            "orders": FeatureSpec(kind="count", event="order_completed"),
            "views_7d": FeatureSpec(kind="count", event="page_viewed", window="7d"),
        },
        "audiences": (Audience(audience="lookers", when="views_7d >= 2"),),
        "themes": {name: Theme(window=window, exclusive="season") for name, window in SEASONS.items()}
        | {"care": Theme(window="2d", order=("push", "email"), lead="6h")},
        "capacities": {
            "sms_a_day": Capacity(limit=SMS_A_DAY, per="1d", channels=("sms",)),
            "email_budget": Capacity(limit=EMAIL_BUDGET, per="7d", counts="cost", channels=("email",)),
        },
        "actions": (
            an_action("hello", "push", "email", "sms", priority=1, converted_by="order_completed"),
            an_action("question", "email", "push", value=1.5, give_up_after=2, ignored_within="1d"),
            an_action("spring_offer", "email", "sms", "push", "display", theme="spring", value=2.0),
            an_action("autumn_offer", "push", "email", theme="autumn", value=1.8, expires_after="1d"),
            an_action("autumn_news", "email", theme="autumn"),
            an_action("autumn_banner", "site", theme="autumn", follows_theme=True),
            an_action("banner", "site", standing=True, value=0.1),
            an_action("cart_nudge", "push", "email", value=3.0, converted_by="order_completed", converted_within="1d"),
            an_action("thank_you", "push", "email", theme="care", category="service"),
            an_action("news", "email", theme="care"),
            an_action("look_again", "push", "sms", urgency="2d", tags=("browse",)),
            an_action("receipt", "email", category="transactional", purpose="transactional"),
        ),
        "journeys": (WELCOME, SPRING, AUTUMN, CARE, CART, THANKS, MONDAYS, BROWSED),
        "contact_rules": RULES,
    }
    return Workspace(**{**fields, **changes})  # type: ignore[arg-type]


def a_market_world(**changes: object) -> World:
    """Return the workspace's World."""
    return build_world(a_market(**changes))
