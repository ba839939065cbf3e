"""Journeys: entries, exits, steps and the ways between them."""

from pathlib import Path

import pytest

from tests.workspace.club import FILES
from tests.workspace.shop import Slip, assert_found

NURTURE, REORDER = "journeys/nurture.yaml", "journeys/reorder.yaml"
STEP_END = "  - id: end\n    kind: exit\n"

STAGE = FILES[NURTURE].partition("stages:\n")[2].partition("steps:")[0]

SLIPS = [
    Slip("SG204", NURTURE, "keen: 3", "keen: 0", "{by: orders_30d"),
    Slip("SG205", NURTURE, STAGE, STAGE + STAGE, "consideration"),
    Slip("SG304", NURTURE, "goto: nudge", "goto: nugde", "nugde"),
    Slip("SG304", NURTURE, "recover: again", "recover: agian", "agian"),
    Slip("SG304", NURTURE, "{welcome: greet}", "{welcome: great}", "great"),
    Slip("SG309", NURTURE, "event: seat_taken", "event: seat_token", "seat_token"),
    Slip("SG309", NURTURE, "{event: cart_abandoned, when", "{event: cart_abandon, when", "cart_abandon, when"),
    Slip("SG401", NURTURE, "set: {orders: orders_30d}", "set: {orders: order_30d}", "order_30d"),
    Slip("SG401", NURTURE, "when: spent > 0", "when: spend > 0", "spend"),
    Slip("SG401", NURTURE, "when: spent > 1", "when: spend > 1", "spend"),
    Slip("SG401", NURTURE, "by: orders_30d", "by: orders", "orders, keen"),
    Slip("SG401", NURTURE, "{address: email}", "{address: mail}", "mail}"),
    Slip("SG405", NURTURE, "debounce: 5min", "debounce: 0s", "0s"),
    Slip("SG405", NURTURE, "per: 1h", "per: 0h", "0h"),
    Slip("SG519", NURTURE, "    within: 10d\n", "", "stage: consideration\n    expect"),
    Slip("SG519", NURTURE, "    recover: again\n", "", "stage: consideration\n    expect"),
    Slip("SG520", NURTURE, "    stage: consideration\n", "", "consideration\n    expect"),
    Slip("SG521", NURTURE, "    goto: nudge\n", "    goto: nudge\n    hurry: 0\n", "event: seat_taken"),
    Slip("SG521", NURTURE, "    goto: nudge\n", "", "event: seat_taken"),
    Slip("SG524", NURTURE, "in_flight: migrate\n", "", "{steps:"),
    Slip("SG525", NURTURE, "pacing: {by: orders_30d, keen: 3}\n", "", "true"),
    Slip("SG525", NURTURE, "    paced: true\n", "", "{by"),
    Slip("SG525", NURTURE, "    after: 3d\n", '    at: "09:00"\n', "true"),
    Slip("SG304", REORDER, "otherwise: mail", "otherwise: male", "male"),
    Slip("SG403", REORDER, "after 30d", "sometimes", "sometimes"),
    Slip("SG404", REORDER, '"+1d 09:00"', '"at nine"', '"at nine"'),
    Slip("SG501", REORDER, STEP_END, "    next: end\n  - id: lost\n    kind: goal\n" + STEP_END, "lost"),
    Slip("SG502", REORDER, "    channels: [email]\n", "    channels: [email]\n    next: which\n", "which\n    kind"),
    Slip("SG503", REORDER, "  - id: end", "  - id: mail", "mail\n    kind: exit"),
    Slip("SG504", REORDER, '    at: "+1d 09:00"', '    at: "+1d 09:00"\n    after: 1d', "id: morning"),
    Slip("SG505", REORDER, "  trigger: lapsed", "  when: vip", "when: vip"),
    Slip("SG506", REORDER, "  - event: order_completed\n", "  - {}\n", "{}"),
    Slip("SG507", REORDER, FILES[REORDER].partition("steps:")[2], " []\n", "[]"),
    Slip("SG605", REORDER, "channels: [email]", "channels: [fax]", "fax"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip, FILES)
