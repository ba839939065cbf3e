import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.expressions import Scope, names_used, parse
from segue.core.expressions.nodes import AllOf, Compare, IsNull, Literally, Not, Reference
from segue.model.catalogue import FeatureSpec
from segue.model.errors import ExpressionError
from segue.model.time import DAY, HOUR, parse_instant

SCOPE = Scope(
    traits={"country": "text", "age": "number", "vip": "boolean", "joined": "instant", "both": "text"},
    features={
        "orders": FeatureSpec(kind="count", event="order"),
        "since": FeatureSpec(kind="recency", event="order"),
        "last_item": FeatureSpec(kind="last", event="order", of="item"),
        "both": FeatureSpec(kind="count", event="order"),
    },
    event={"amount": "number"},
    has_event=True,
    has_run=True,
    extra={"old": "text"},
)


def test_a_comparison_becomes_a_typed_tree() -> None:
    expected = Compare("==", Reference("trait", "country", "text"), Literally("UK", "text"))
    assert parse('country == "UK"', SCOPE) == expected


def test_a_chain_becomes_its_links() -> None:
    age = Reference("trait", "age", "number")
    one, two = Literally(1, "number"), Literally(2, "number")
    assert parse("1 < age <= 2", SCOPE) == AllOf((Compare("<", one, age), Compare("<=", age, two)))


def test_is_not_none_is_a_negated_null_test() -> None:
    assert parse("age is not None", SCOPE) == Not(IsNull(Reference("trait", "age", "number")))


@pytest.mark.parametrize(
    ("source", "value"),
    [('since > "1d 12h"', 36 * HOUR), ("since > days(1.5)", 36 * HOUR), ('since > weeks(1) - "1d"', None)],
)
def test_durations_are_written_as_text_or_with_a_unit(source: str, value: int | None) -> None:
    node = parse(source, SCOPE)
    assert isinstance(node, Compare)
    assert value is None or node.right == Literally(value, "duration")


def test_instants_are_written_as_text() -> None:
    node = parse('joined < "2011-03-04T09:30Z"', SCOPE)
    assert isinstance(node, Compare)
    assert node.right == Literally(parse_instant("2011-03-04T09:30:00Z"), "instant")


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("event.amount > 1", "number"),
        ("event.size > 1", "number"),
        ('event.size == "XL"', "text"),
        ('event["Gift wrap"] and True', "boolean"),
        ("event.due > now", "instant"),
        ("now - event.due > days(1)", "instant"),
        ('last_item in ["a", "b"]', "text"),
        ("old != country", "text"),
    ],
)
def test_an_untyped_name_takes_the_type_of_its_context(source: str, kind: str) -> None:
    from segue.core.expressions.nodes import references

    types = {reference.name: reference.type for reference in references(parse(source, SCOPE))}
    assert kind in types.values()


def test_the_place_decides_the_type() -> None:
    assert parse("event.delay", SCOPE, "duration").type == "duration"
    assert parse("event.cart_id", SCOPE, "any").type == "any"
    assert parse("48 * hours(1)", SCOPE, "duration").type == "duration"
    assert parse('"2d"', SCOPE, "duration") == Literally(2 * DAY, "duration")


def test_expressions_may_span_lines() -> None:
    assert parse('country == "UK"\nand age > 1', SCOPE) == parse('country == "UK" and age > 1', SCOPE)


def test_the_names_of_an_expression_can_be_listed() -> None:
    node = parse("orders > 1 and event.amount > age and orders < 5", SCOPE)
    assert names_used(node, "feature") == ("orders",)
    assert names_used(node, "event") == ("amount",)


@pytest.mark.parametrize(
    ("source", "message", "column"),
    [
        ('contry == "UK"', "Did you mean 'country'", 0),
        ('age > 1 and contry == "UK"', "Did you mean 'country'", 12),
        ('country == "é" and contry == "UK"', "Did you mean 'country'", 19),
        ('country == "UK" and\n  contry == "UK"', "Did you mean 'country'", 22),
        ("amount > 1", "Did you mean event.amount", 0),
        ("vip == true", "Did you mean True", 7),
        ("both is None", "both a trait and a feature", 0),
        ("trait.orders > 1", "There is no trait 'orders'", 0),
        ("age.real > 1", "A dot follows only trait", 0),
        ("floot(age) > 1", "Did you mean 'floor'", 0),
        ('age > "x"', '"x" is text, not a number', 6),
        ("since > 3", "Say the unit: days(3)", 8),
        ("now - age > days(1)", "Say the unit of the number", 0),
        ("country + 1 > 2", "Text cannot be calculated with", 0),
        ("age > None", "is None", 6),
        ("age", "Compare it with something", 0),
        ("age = 1", "Write ==", 0),
        ("age > 1 && vip", "Write `and`", 0),
        ("vip > False", "have no order", 0),
        ("event.a < event.b", "Declare one of them", 0),
        ("country in age", "contains(text, part)", 11),
        ("age in [1, None]", "is not a plain value", 11),
        ("age in []", "The list is empty", 0),
        ('hour(now, "Mars/Base") > 1', "is not a time zone", 10),
        ("hour(now, country) > 1", "is not a time zone", 10),
        ("min(age) > 1", "cannot take 1 arguments", 0),
        ("floor(age, digits=1) > 1", "plain arguments only", 0),
        ("days(1e15) > since", "longer than any history", 0),
        ("age > 9007199254740993", "too large", 6),
        ("age > 1e999", "too large", 6),
        ("age is 1", "only asks for None", 7),
        ("1 < (2 if vip else 3) < 4", "Join two with `and`", 5),
        ("", "is empty", 0),
        ("   ", "is empty", 0),
    ],
)
def test_an_error_says_what_is_wrong_where_and_what_to_do(source: str, message: str, column: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(source, SCOPE)
    assert message in str(caught.value)
    assert caught.value.instruction
    assert caught.value.column == column


@pytest.mark.parametrize(
    "source",
    [
        "age ** 9",
        "age % 2 == 1",
        "age // 2 == 1",
        "(lambda: 1)() == 1",
        "[x for x in [1]] == 1",
        '"a" * 9 == "b"',
        '"%s" % 1 == "b"',
        'f"{age}" == "b"',
        'country.upper() == "UK"',
        'country.__class__ == "x"',
        'event.__class__.__mro__ == "x"',
        '__import__("os") == 1',
        'open("x") == 1',
        "(age := 1) == 1",
        "event[0] == 1",
        'event["a"]["b"] == 1',
        "event[age] == 1",
        "{1: 2} == 1",
        "1j == age",
        'b"a" == country',
        "... == age",
        "age @ age == 1",
        "~age == 1",
        "+age == 1",
        "(yield) == 1",
        '"\\0" == country',
        '"\\ud800" == country',
        "age > 1; age > 2",
        "not " * 40 + "vip",
        "(" * 300 + "vip" + ")" * 300,
        "vip and " * 400 + "vip",
        "\0",
    ],
)
def test_what_is_not_in_the_language_is_refused(source: str) -> None:
    with pytest.raises(ExpressionError):
        parse(source, SCOPE)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='agevip.()[]"=<>+-*/ \n,1#and or not is None\\', max_size=40))
def test_any_text_is_either_typed_or_an_expression_error(source: str) -> None:
    try:
        node = parse(source, SCOPE)
    except ExpressionError as error:
        column = error.column
    else:
        column = 0
        assert node.type == "boolean"
    assert 0 <= column <= len(source)


def test_there_is_no_event_where_none_is_current() -> None:
    with pytest.raises(ExpressionError, match="There is no current event"):
        parse("event.amount > 1", Scope())
