"""Journeys that get in each other's way."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from segue.workspace import check
from tests.workspace.club import FILES
from tests.workspace.shop import Slip, assert_found, write_shop

REORDER = "journeys/reorder.yaml"
AT_THE_SAME_TIME = "  on: {kind: event, event: signed_up}"
WORD = '- {event: message_opened, when: event.action == "hello"}'

SLIPS = [
    Slip("SG552", REORDER, "  trigger: lapsed", AT_THE_SAME_TIME, "on: {kind"),
    Slip("SG553", REORDER, "- event: cart_abandoned", WORD, "message_opened"),
    Slip("SG554", REORDER, "  trigger: lapsed", "  on: {kind: event, event: order_completed}", "order_completed\ngoal"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip, FILES)


PAIR = {
    "themes.yaml": "themes:\n  reorder: {}\n",
    "actions/hello.yaml": """\
action: hello
theme: reorder
variants: [{channel: email, template: offer.html}]
""",
    "journeys/hello.yaml": """\
journey: hello
entry: {on: {kind: event, event: signed_up}}
steps:
  - {id: mail, kind: propose, action: hello}
""",
    REORDER: FILES[REORDER].replace("  trigger: lapsed", AT_THE_SAME_TIME),
    "journeys/nurture.yaml": None,
    "templates/hello.txt": None,
    "capacities.yaml": None,
    "contact_rules.yaml": None,
}


def codes(folder: Path, changed: Mapping[str, str] | None = None) -> list[str]:
    """Return the conflicts where two journeys begin together; ``changed`` are files with another content."""
    findings = check(write_shop(folder, {**PAIR, **(changed or {})}, FILES))
    return [finding.code for finding in findings if finding.code.startswith("SG55")]


def test_two_journeys_that_begin_together_and_differ_in_nothing_are_told(tmp_path: Path) -> None:
    assert codes(tmp_path) == ["SG551"]


def test_a_priority_or_another_condition_is_a_difference(tmp_path: Path) -> None:
    conditional = (
        "journey: hello\nentry: {on: {kind: event, event: signed_up}, when: vip}\nsteps: [{id: a, kind: exit}]\n"
    )

    assert codes(tmp_path, {"actions/offer.yaml": FILES["actions/offer.yaml"] + "priority: 2\n"}) == []
    assert codes(tmp_path, {"journeys/hello.yaml": conditional}) == []
