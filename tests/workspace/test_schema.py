"""The schema check: every difference between a file and its struct, at once, each in words that help."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, strategies

from segue.model.catalogue import Action, Variant
from segue.model.contact_rules import ContactRules
from segue.model.journeys import Journey
from segue.workspace.documents import Document, Mark, read_document
from segue.workspace.layout import CapacitiesFile, SegueFile, TriggersFile
from segue.workspace.schema import convert_document
from tests.workspace.shop import Slip, assert_found

OFFER = "actions/offer.yaml"
REORDER = "journeys/reorder.yaml"
RULES = "contact_rules.yaml"

FIELDS = ["action", "variants", "channel", "value", "journey", "entry", "on", "kind", "event", "steps", "id", "caps"]
KEYS = strategies.sampled_from([*FIELDS, "name", "groups", "rules", "triggers", "limit", "window", "cap", "within"])
WORDS = strategies.sampled_from(["event", "count", "wait", "exit", "propose", "a", "7d", "x > 1", "", "promo"])
JSON_LEAVES = WORDS | strategies.none() | strategies.booleans() | strategies.integers(-2, 3) | strategies.just(0.5)

SLIPS = [
    Slip("SG201", OFFER, "value: 5", "valeu: 5", "valeu"),
    Slip("SG201", "features.yaml", "    half_life: 90d", "    half: 90d", "half"),
    Slip("SG202", REORDER, "    within: 2d\n", "", "id: listen"),
    Slip("SG203", OFFER, "value: 5", "value: five", "five"),
    Slip("SG203", OFFER, "value: 5", "standing: yes", "yes"),
    Slip("SG203", OFFER, "value: 5", "variants: {}", "{}"),
    Slip("SG204", REORDER, "kind: wait_for", "kind: wait_four", "wait_four"),
    Slip("SG204", RULES, "window: 7d", "window: a week", "a week"),
    Slip("SG204", RULES, "21:00", "9pm", '"9pm"'),
    Slip("SG204", "segue.yaml", "holdout: 0.1", "holdout: 1.1", "1.1"),
    Slip("SG204", "segue.yaml", "type: website", "type: website\n    rate: 0", "0\n"),
    Slip("SG204", "segue.yaml", "type: website", "type: website\n    ramp: {start: 2026-03-01, daily: []}", "[]"),
    Slip("SG204", REORDER, "reentry: after 30d", "pacing: {by: orders_30d, fastest: 0}", "0}"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip)


def find(text: str, schema: object) -> list[str]:
    document, _ = read_document("f.yaml", text)
    assert document is not None
    return [
        f"{finding.place.line} {finding.code} {finding.instruction}"
        for finding in convert_document(document, schema)[1]
    ]


def test_every_difference_is_named_at_once() -> None:
    text = "action: Offer\nvalu: 1\npriority: high\nvariants:\n  - {chanel: x}\n  - 7\n"

    assert sorted(find(text, Action)) == [
        "1 SG204 Use lower-case letters, digits and underscores, and start with a letter.",
        "2 SG201 Did you mean 'value'?",
        "3 SG203 Write a whole number.",
        "5 SG201 Did you mean 'channel'?",
        "5 SG202 Add channel: TEXT.",
        "6 SG203 Write a mapping of fields.",
    ]


@pytest.mark.parametrize(
    ("field", "instruction"),
    [
        ("description: 12", 'Put it in quotes: "12".'),
        ("description: true", 'Put it in quotes: "true".'),
        ("standing: no", "Write false."),
        ("standing: maybe", "Write true or false."),
        ("expires_after: soon", 'Write a number and a unit (ms, s, min, h, d, w), such as "48h", "7d" or "1d 12h".'),
        ("category: promotion", "Did you mean 'promo'?"),
        ("category: zzz", "Use one of: mandatory, promo, service, transactional."),
        ("eligible_when: ''", "Write something, or leave the field out."),
    ],
)
def test_the_instruction_says_what_to_write(field: str, instruction: str) -> None:
    assert find(f"action: a\n{field}\n", Action) == [
        f"2 {'SG203' if 'standing' in field or 'description' in field else 'SG204'} {instruction}"
    ]


def test_a_kind_that_is_missing_or_unknown_is_named_with_the_choices() -> None:
    step = "journey: j\nentry: {on: {kind: event, event: e}}\nsteps:\n  - {id: a%s}\n"

    assert find(step % "", Journey) == [
        "4 SG202 Add kind: one of branch, choose, exit, goal, goto, propose, set_trait, split, sub_journey, wait, "
        "wait_for, webhook."
    ]
    assert find(step % ", kind: wate", Journey) == ["4 SG204 Did you mean 'wait'?"]


def test_a_document_that_fits_becomes_the_struct() -> None:
    document, _ = read_document("f.yaml", "action: a\nvalue: 3\nvariants: [{channel: email}]\n")
    assert document is not None

    assert convert_document(document, Action) == (
        Action(action="a", value=3.0, variants=(Variant(channel="email"),)),
        (),
    )


@given(strategies.recursive(JSON_LEAVES, lambda inner: strategies.lists(inner) | strategies.dictionaries(KEYS, inner)))
@pytest.mark.parametrize(
    "schema", [Action, Journey, ContactRules, SegueFile, TriggersFile, CapacitiesFile], ids=lambda each: each.__name__
)
def test_it_refuses_exactly_what_msgspec_refuses(schema: type, value: object) -> None:
    document = Document("f.yaml", value, {(): Mark(1, 1, 1, True)}, {})
    try:
        expected = msgspec.convert(value, schema)
    except msgspec.ValidationError:
        expected = None

    definition, findings = convert_document(document, schema)

    assert definition == expected
    assert bool(findings) == (expected is None)
