"""Random expressions and random histories over one small shop, for properties that compare two readings of both."""

import json
from functools import cache
from typing import Any, TypeAlias

from hypothesis import strategies as st

from segue.core.expressions import Scope
from segue.core.facts import as_fact
from segue.core.profiles import compile_profile, fold
from segue.core.profiles.plan import ProfilePlan
from segue.model.catalogue import EventSpec, FeatureSpec, TraitSpec
from segue.model.customers import Customer, Profile
from segue.model.events import Tracked
from segue.model.ids import CustomerId, EventId
from segue.model.time import DAY, HOUR, Instant, parse_instant
from segue.model.workspace import Workspace

NOW = parse_instant("2026-03-29T12:00:00Z")
EVENTS = {
    "order": EventSpec(properties={"amount": "number", "item": "text", "gift": "boolean", "due": "instant"}),
    "visit": EventSpec(),
}
TRAITS = {
    "country": TraitSpec(type="text"),
    "age": TraitSpec(type="number"),
    "score": TraitSpec(type="number"),
    "vip": TraitSpec(type="boolean"),
    "joined": TraitSpec(type="instant"),
}
NUMBERS = {
    "orders": FeatureSpec(kind="count", event="order"),
    "orders_2d": FeatureSpec(kind="count", event="order", window="2d"),
    "gifts": FeatureSpec(kind="count", event="order", where="event.gift and event.amount > 1", default=-1),
    "odd": FeatureSpec(kind="count", event="visit", where='event["a/b~ c"] == event.item or event.n in [1, 2.5]'),
    "late": FeatureSpec(kind="count", event="order", where='event.due < "2026-03-28" or hour(event.due) == 9'),
    "spend": FeatureSpec(kind="sum", event="order", of="amount"),
    "spend_1d": FeatureSpec(kind="sum", event="order", of="amount", window="1d", default=0.5),
    "items": FeatureSpec(kind="distinct", event="order", of="item"),
    "items_3d": FeatureSpec(kind="distinct", event="order", of="item", window="3d"),
}
DECAYED = {
    "heat": FeatureSpec(kind="count", event="visit", half_life="12h"),
    "worth": FeatureSpec(kind="sum", event="order", of="amount", half_life="3d"),
}
DURATIONS = {
    "since": FeatureSpec(kind="recency", event="order"),
    "since_2d": FeatureSpec(kind="recency", event="visit", window="2d", default="9d"),
}
INSTANTS = {
    "last_order": FeatureSpec(kind="last", event="order"),
    "first_order": FeatureSpec(kind="first", event="order"),
    "first_1d": FeatureSpec(kind="first", event="visit", window="1d"),
}
REMEMBERED = {
    "last_item": FeatureSpec(kind="last", event="order", of="item"),
    "first_item": FeatureSpec(kind="first", event="order", of="item"),
    "last_2d": FeatureSpec(kind="last", event="order", of="item", window="2d", default="none"),
    "first_2d": FeatureSpec(kind="first", event="order", of="item", window="2d"),
}
FEATURES = NUMBERS | DECAYED | DURATIONS | INSTANTS | REMEMBERED
SHOP = Workspace(name="shop", events=EVENTS, traits=TRAITS, features=FEATURES)
SCOPE = Scope(traits={name: spec.type for name, spec in TRAITS.items()}, features=FEATURES)

TEXTS = st.sampled_from(["", "UK", "uk", "a", "ab", "straße", "İx", "É", "l'été", "日本", "\U0001f600", 'q"\\', "1"])
"""Text that lower, upper, quoting and ordering could trip over."""
AMOUNTS = st.one_of(st.integers(-3, 3), st.integers(-40, 40).map(lambda quarters: quarters / 4))
"""Quarters: their sums and products are exact, so that two ways to compute must agree to the last bit."""
AGES = st.one_of(
    st.sampled_from([0, 1, HOUR, DAY - 1, DAY, DAY + 1, 2 * DAY - 1, 2 * DAY, 2 * DAY + 1, 3 * DAY]),
    st.integers(0, 5 * 24).map(lambda hours: hours * HOUR),
)
"""How long ago: mostly the edges of windows."""
MOMENTS = st.sampled_from(["2026-03-28", "2026-03-27T09:30Z", "2026-03-27 09:30:00.25+02:00", "2026-02-30", "soon"])
VALUES = st.one_of(TEXTS, AMOUNTS, st.booleans(), st.none(), MOMENTS, st.just([1]))


def traits() -> st.SearchStrategy[dict[str, Any]]:
    kinds = {"country": TEXTS, "age": AMOUNTS, "score": AMOUNTS, "vip": st.booleans()}
    joined = AGES.map(lambda age: NOW - age)
    return st.fixed_dictionaries({}, optional={**kinds, "joined": joined})


def events(customer_id: str = "c") -> st.SearchStrategy[list[Tracked]]:
    """Events of the last days, in any order, with properties of any type."""
    properties = st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("amount", "item", "gift", "due", "n", "a/b~ c"), VALUES)
    )
    event = st.builds(
        lambda name, age, properties: Tracked(
            event_id=EventId("e"),
            customer_id=CustomerId(customer_id),
            at=Instant(NOW - age),
            name=name,
            properties=properties,
        ),
        st.sampled_from(["order", "visit", "other"]),
        AGES,
        properties,
    )
    return st.lists(event, max_size=8)


def folded(plan: ProfilePlan, history: list[Tracked], now: Instant = NOW) -> Profile:
    profile = Profile()
    for event in history:
        profile = fold(profile, event, as_fact(event, Customer(event.customer_id)), plan, now)
    return profile


PLAN = compile_profile(SHOP)


Strings: TypeAlias = st.SearchStrategy[str]

_QUOTED = TEXTS.map(lambda text: json.dumps(text, ensure_ascii=False))
_RELATIONS = ["{} == {}", "{} != {}", "{} < {}", "{} <= {}", "{} > {}", "{} >= {}"]
_ZONES = ["UTC", "Europe/London", "America/New_York", "Asia/Kolkata"]
_LEAVES: dict[str, Strings] = {
    "number": AMOUNTS.map("({!r})".format)
    | st.sampled_from(["age", "score", *NUMBERS, *map("(0+{})".format, REMEMBERED)]),
    "text": _QUOTED | st.just("country"),
    "boolean": st.sampled_from(
        ["True", "False", "vip", *map('({} == "UK")'.format, REMEMBERED), *map("({} is not None)".format, REMEMBERED)]
    ),
    "instant": st.sampled_from(
        ["now", "joined", *INSTANTS, 'coalesce(last_item, now - "1d")', 'coalesce("2026-03-28", now)']
    ),
    "duration": st.sampled_from([*DURATIONS, 'abs(days(1) - "12h")']),
}
_TEMPLATES: dict[str, list[tuple[str, ...]]] = {
    "number": [
        *((f"({{}} {op} {{}})", "number", "number") for op in "+-*/"),
        *((f"{name}({{}})", "number") for name in ("abs", "round", "floor", "-")),
        *((f"{name}({{}}, {{}})", "number", "number") for name in ("min", "max", "coalesce")),
        ("length({})", "text"),
        ("({} / {})", "duration", "duration"),
        *((f'{name}({{}}, "{zone}")', "instant") for name in ("hour", "weekday") for zone in _ZONES),
        ("({} if {} else {})", "number", "boolean", "number"),
    ],
    "text": [
        *((f"{name}({{}})", "text") for name in ("lower", "upper")),
        ("coalesce({}, {})", "text", "text"),
        ("({} if {} else {})", "text", "boolean", "text"),
    ],
    "boolean": [
        *((f"({relation})", kind, kind) for relation in _RELATIONS for kind in ("number", "text")),
        *((f"({relation})", kind, kind) for relation in _RELATIONS[2:4] for kind in ("instant", "duration")),
        *((f"({relation})", "boolean", "boolean") for relation in _RELATIONS[:2]),
        ("(-1 < age <= {})", "number"),
        ("({} < score * 2 <= {})", "number", "number"),
        *((f"({{}} {word} {{}})", "boolean", "boolean") for word in ("and", "or")),
        ("(not {})", "boolean"),
        *(("({} is None)", kind) for kind in ("number", "text", "boolean", "instant", "duration")),
        ('({} in ["UK", "", "q\\"", "é"])', "text"),
        ("({} not in [1, 2.5, -3])", "number"),
        *((f"{name}({{}}, {{}})", "text", "text") for name in ("startswith", "endswith", "contains")),
        ("coalesce({}, {})", "boolean", "boolean"),
        ("({} if {} else {})", "boolean", "boolean", "boolean"),
    ],
    "instant": [("({} + {})", "instant", "duration"), ("({} - {})", "instant", "duration")],
    "duration": [
        ("({} - {})", "instant", "instant"),
        *((f"{name}({{}})", "number") for name in ("days", "hours", "minutes", "seconds", "weeks")),
        ("({} + {})", "duration", "duration"),
        ("({} * {})", "duration", "number"),
        ("({} / {})", "duration", "number"),
    ],
}


@cache
def expressions(kind: str, depth: int = 3) -> Strings:
    """Sources of expressions of one type, nested at most so deep; a property over them exercises the parser too."""
    if depth == 0:
        return _LEAVES[kind]
    filled = [
        st.tuples(*(expressions(part, depth - 1) for part in parts)).map(lambda texts, t=template: t.format(*texts))
        for template, *parts in _TEMPLATES[kind]
    ]
    return st.one_of(*filled, _LEAVES[kind])
