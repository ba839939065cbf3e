import ast
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.expressions import Scope, compile_batch, compile_library, generate_library, parse, state_key
from segue.core.expressions.nodes import ExprType
from segue.model.catalogue import FeatureSpec
from segue.model.time import DAY, HOUR, parse_instant
from tests.core.expressions.histories import FEATURES, NOW, PLAN, SCOPE, events, expressions, folded, traits

EVENT_SCOPE = Scope(
    traits={"country": "text", "age": "number", "vip": "boolean", "joined": "instant"},
    event={"amount": "number", "due": "instant"},
    has_event=True,
    has_run=True,
    extra={"old": "text"},
)


def value(
    source: str,
    traits: dict[str, Any] | None = None,
    event: dict[str, Any] | None = None,
    run: dict[str, Any] | None = None,
    expect: ExprType | None = None,
) -> Any:
    function = compile_library({"e": parse(source, EVENT_SCOPE, expect)}, {})["e"]
    return function(traits or {}, {}, event or {}, run or {}, NOW, {"old": "before"})


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('country == "UK"', True),
        ('country != "UK"', False),
        ("age > 1 and vip", False),
        ("not vip", True),
        ("0 < age <= 2", True),
        ("1 if vip else age + 0.5", 2.5),
        ("-age * 3", -6),
        ("age / 0", None),
        ("age / 4", 0.5),
        ('country in ["FR", "UK"]', True),
        ('country not in ["FR", "UK"]', False),
        ("days(1) + hours(12)", 36 * HOUR),
        ('now - "1d" < now', True),
        ("min(age, 1, 3)", 1),
        ("round(2.5) + round(-2.5) + round(1.4999)", 1),
        ("floor(-1.5)", -2),
        ('upper("straße")', "STRAẞE"),
        ('lower("İX") == "ix" and length("😀é") == 2', True),
        ('old == "before"', True),
        ('hour(now, "Europe/London") - hour(now)', 1),
        ('weekday(now) == 7 and weekday(now, "Pacific/Auckland") == 1', True),
    ],
)
def test_an_expression_has_its_value(source: str, expected: Any) -> None:
    assert value(source, {"country": "UK", "age": 2, "vip": False}) == expected


@pytest.mark.parametrize(
    "source",
    [
        'country == "UK"',
        'country != "UK"',
        'not country == "UK"',
        'country in ["UK"]',
        'country not in ["UK"]',
        "age + 1 > 0",
        "vip",
        "not vip",
        "vip == vip",
        "vip and True",
        "vip or False",
        'contains(country, "U")',
        'not contains(country, "U")',
        "joined < now",
        "max(age, 1) >= 1",
        "1 / (age - age) == 1 or vip",
        "(vip if vip else vip)",
    ],
)
@pytest.mark.parametrize("traits", [{}, {"country": 1, "age": "old", "vip": 1, "joined": "soon"}, {"country": None}])
def test_a_condition_on_what_is_missing_or_of_another_type_does_not_hold(source: str, traits: dict[str, Any]) -> None:
    assert value(source, traits) is False


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("vip and False", False),
        ("not (vip and False)", True),
        ("vip or True", True),
        ("vip is None", True),
        ("(vip and True) is None", True),
        ("(vip and False) is None", False),
        ("coalesce(vip, True)", True),
        ("coalesce(True, vip)", True),
        ("(1 if vip else 2) == 2", True),
        ("country is None and age is None", True),
    ],
)
def test_null_decides_nothing_that_another_operand_decides(source: str, expected: bool) -> None:
    assert value(source) is expected


@pytest.mark.parametrize(
    ("event", "run", "equal", "unequal"),
    [
        ({"cart": "a"}, {"cart": "a"}, True, False),
        ({"cart": "a"}, {"cart": "b"}, False, True),
        ({"cart": 1}, {"cart": 1.0}, True, False),
        ({"cart": 1}, {"cart": "1"}, False, False),
        ({"cart": 1}, {"cart": True}, False, False),
        ({"cart": False}, {"cart": True}, False, True),
        ({"cart": ["a"]}, {"cart": ["a"]}, False, False),
        ({}, {}, False, False),
    ],
)
def test_two_untyped_values_are_equal_when_they_are_of_one_type_and_equal(
    event: dict[str, Any], run: dict[str, Any], equal: bool, unequal: bool
) -> None:
    assert value("event.cart == run.cart", event=event, run=run) is equal
    assert value("event.cart != run.cart", event=event, run=run) is unequal


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("2026-03-28", parse_instant("2026-03-28")),
        ("2026-03-28T10:00:00+02:00", parse_instant("2026-03-28T08:00:00Z")),
        (NOW, NOW),
        ("yesterday", None),
        ("20260328", None),
        (1.5, None),
        (True, None),
        ([], None),
    ],
)
def test_an_instant_comes_as_text_or_as_microseconds(sent: Any, expected: int | None) -> None:
    assert value("event.due", event={"due": sent}) == expected


@pytest.mark.parametrize(("sent", "expected"), [("2d", 2 * DAY), (48, None), ("two days", None)])
def test_an_untyped_duration_comes_as_text(sent: Any, expected: int | None) -> None:
    assert value("event.delay", event={"delay": sent}, expect="duration") == expected


def test_an_untyped_root_gives_what_was_sent() -> None:
    assert value("event.cart", event={"cart": {"id": 1}}, expect="any") == {"id": 1}


@settings(max_examples=200, deadline=None)
@given(expressions("boolean"), traits(), events())
def test_a_condition_gives_true_or_false_and_nothing_else(source: str, known: dict[str, Any], history: Any) -> None:
    condition = compile_library({"e": parse(source, SCOPE)}, FEATURES)["e"]
    assert condition(known, folded(PLAN, history).features, {}, {}, NOW) in (True, False)


@settings(max_examples=100, deadline=None)
@given(st.lists(expressions("boolean"), min_size=1, max_size=6), traits(), events())
def test_a_batch_names_the_conditions_that_hold_alone(sources: list[str], known: dict[str, Any], history: Any) -> None:
    nodes = {f"{index}": parse(source, SCOPE) for index, source in enumerate(sources)}
    arguments = (known, folded(PLAN, history).features, {}, {}, NOW)
    alone = [name for name, condition in compile_library(nodes, FEATURES).items() if condition(*arguments) is True]
    assert compile_batch(nodes, FEATURES)(*arguments) == alone


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["boolean", "number", "text", "instant", "duration"]).flatmap(expressions),
    st.dictionaries(st.sampled_from(sorted(SCOPE.traits)), JSON),
)
def test_no_value_of_any_type_makes_an_expression_raise(source: str, known: dict[str, Any]) -> None:
    compile_library({"e": parse(source, SCOPE, None)}, FEATURES)["e"](known, {}, {}, {}, NOW)


def test_names_in_the_source_cannot_become_code() -> None:
    name = "'); import os; ('"
    scope = Scope(has_event=True, features={name: FeatureSpec(kind="count", event=name)})
    nodes = {name: parse('event["a\'b\\nimport os"] == "\'\\n"', scope), "f": parse(f'feature["{name}"] > 1', scope)}
    tree = ast.parse(generate_library(nodes, scope.features))
    assert not any(isinstance(node, ast.Import) for node in ast.walk(tree))


def test_a_state_of_another_definition_is_never_read() -> None:
    definitions = [
        FeatureSpec(kind="count", event="order"),
        FeatureSpec(kind="count", event="visit"),
        FeatureSpec(kind="count", event="order", window="2d"),
        FeatureSpec(kind="count", event="order", half_life="2d"),
        FeatureSpec(kind="count", event="order", where="event.amount > 1"),
        FeatureSpec(kind="sum", event="order", of="amount"),
        FeatureSpec(kind="last", event="order", of="amount"),
        FeatureSpec(kind="last", event="order"),
        FeatureSpec(kind="recency", event="order"),
    ]
    assert len({state_key("f", spec) for spec in definitions}) == len(definitions)
    longer = FeatureSpec(kind="count", event="order", window="3d", default=1, description="Orders.")
    assert state_key("f", longer) == state_key("f", definitions[2])


def test_fifty_conditions_cost_microseconds() -> None:
    sources = [f'country == "C{i}" and age > {i} or orders >= {i} and not vip' for i in range(50)]
    batch = compile_batch({source: parse(source, SCOPE) for source in sources}, FEATURES)
    known = {"country": "C7", "age": 30, "vip": False}
    states = {state_key("orders", FEATURES["orders"]): 3}
    best = min(_seconds(batch, known, states) for _ in range(20))
    assert best < 100e-6, "a generous bound: 5 to 10 microseconds on an idle machine"


def _seconds(batch: Any, known: dict[str, Any], states: dict[str, Any]) -> float:
    begin = time.process_time()
    for _ in range(100):
        batch(known, states, {}, {}, NOW)
    return (time.process_time() - begin) / 100
