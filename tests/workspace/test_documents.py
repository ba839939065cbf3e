"""YAML as it is read here: text stays text, every value knows its place, doubtful features are refused."""

from pathlib import Path

import pytest
from hypothesis import example, given, strategies

from segue.workspace.documents import read_document, write_document
from tests.workspace.shop import Slip, assert_found

OFFER = "actions/offer.yaml"

TEXTS = strategies.text(strategies.characters(codec="utf-8")) | strategies.sampled_from(
    [
        "on",
        "no",
        "~",
        "1e3",
        "0x1F",
        "12",
        "-.5",
        "1_000",
        "09:00",
        "2024-01-31",
        "null",
        "True",
        " a",
        "a: b",
        "- a",
        "#",
    ]
)
LEAVES = (
    TEXTS
    | strategies.none()
    | strategies.booleans()
    | strategies.integers()
    | strategies.floats(allow_nan=False, allow_infinity=False)
)
VALUES = strategies.recursive(
    LEAVES,
    lambda inner: strategies.lists(inner, max_size=4) | strategies.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)

SLIPS = [
    Slip("SG101", "events.yaml", "events:\n", "events: [\n", ":"),
    Slip("SG102", OFFER, "value: 5", "value: 5\nvalue: 6", "value: 6"),
    Slip("SG103", OFFER, "value: 5", "value: !!float 5", "!!float"),
    Slip("SG103", OFFER, "value: 5", "value: 5\ndescription: &a x\ntheme: *a", "&a"),
    Slip("SG103", "audiences/buyers.yaml", "when:", "---\nwhen:", "when"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on: no", {"on": "no"}),
        ("yes: off", {"yes": "off"}),
        ("a: 2024-01-31", {"a": "2024-01-31"}),
        ("a: 09:00", {"a": "09:00"}),
        ("a: 0123", {"a": "0123"}),
        ("a: 0o17", {"a": "0o17"}),
        ("1: x", {"1": "x"}),
        ("a: 12", {"a": 12}),
        ("a: -1.5e3", {"a": -1500.0}),
        ("a: true", {"a": True}),
        ("a: ~", {"a": None}),
        ("a:", {"a": None}),
        ("a: 'true'", {"a": "true"}),
        ('a: "12"', {"a": "12"}),
        ("a: |\n  1\n", {"a": "1\n"}),
        ("", {}),
        ("# nothing\n", {}),
    ],
)
def test_only_true_false_null_and_numbers_are_not_text(text: str, value: object) -> None:
    document, findings = read_document("f.yaml", text)

    assert document is not None
    assert (document.value, findings) == (value, ())


def test_a_value_knows_where_it_stands() -> None:
    document, _ = read_document("f.yaml", "a:\n  - b: 'text'\n    c: plain\n")
    assert document is not None

    assert str(document.place(("a", 0, "b"))) == "f.yaml:2:8"
    assert str(document.key_place(("a", 0, "c"))) == "f.yaml:3:5"


def test_an_offset_counts_inside_the_quotes() -> None:
    document, _ = read_document("f.yaml", "a: 'x > 1'\nb: x > 1\n")
    assert document is not None

    assert document.place(("a",), offset=4).column == 9
    assert document.place(("b",), offset=4).column == 8


def test_what_is_not_there_stands_where_its_parent_does() -> None:
    document, _ = read_document("f.yaml", "a:\n  b: 1\n")
    assert document is not None

    assert str(document.place(("a", "missing", 3))) == "f.yaml:2:3"


def test_an_anchor_that_contains_itself_ends() -> None:
    _, findings = read_document("f.yaml", "a: &a {b: *a}")

    assert [finding.code for finding in findings] == ["SG103"]


@given(VALUES)
@example("\x85")
def test_what_is_written_is_read_as_the_same_value(value: object) -> None:
    document, findings = read_document("f.yaml", write_document({"value": value}))

    assert findings == ()
    assert document is not None
    assert document.value == {"value": value}
