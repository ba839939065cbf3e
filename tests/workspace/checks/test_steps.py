"""Steps, one by one."""

from pathlib import Path

import pytest

from segue.workspace import check
from tests.workspace.club import FILES
from tests.workspace.shop import Slip, assert_found, write_shop

NURTURE = "journeys/nurture.yaml"
ARMS = "      - {arm: warm, next: nudge}\n      - {arm: cool, next: mark}\n"

SLIPS = [
    Slip("SG301", NURTURE, "actions: [hello, offer]", "actions: [hello, ofer]", "ofer"),
    Slip("SG302", NURTURE, "channel: crm", "channel: crn", "crn"),
    Slip("SG305", NURTURE, "set: {vip:", "set: {wip:", "orders_30d > 3"),
    Slip("SG309", NURTURE, "event: order_completed, when: spent > 1", "event: order_complete", "order_complete}"),
    Slip("SG311", NURTURE, "journey: reorder", "journey: reorders", "reorders"),
    Slip("SG405", NURTURE, "receptive: 2d", "receptive: 0d", "0d"),
    Slip("SG504", NURTURE, "receptive: 2d", "receptive: 2d\n    after: 1d", "id: again"),
    Slip("SG508", NURTURE, "to: breathe", "to: round", "round"),
    Slip("SG509", NURTURE, "    action: hello\n", "    action: hello\n    actions: [offer]\n", "id: greet"),
    Slip("SG509", NURTURE, "    actions: [hello, offer]\n", "", "id: nudge"),
    Slip("SG510", NURTURE, ARMS, ARMS.replace("mark", "nudge"), "tone\n    kind: split"),
    Slip("SG512", NURTURE, ARMS, ARMS.replace("next", "weight: 0, next"), "- {arm: warm"),
    Slip("SG513", NURTURE, "arm: cool", "arm: warm", "warm, next: mark"),
    Slip("SG513", NURTURE, "option: enough", "option: more", "more, next: other"),
    Slip("SG515", NURTURE, "order: [email, sms]", "order: []", "[]"),
    Slip("SG515", NURTURE, "    action: hello\n", "    action: hello\n    channels: [email]\n", "[email]\n    group"),
    Slip("SG523", NURTURE, "channel: crm", "channel: sms", "sms"),
    Slip("SG526", "journeys/reorder.yaml", "    events:\n      - event: cart_abandoned\n", "    events: []\n", "[]"),
    Slip("SG528", NURTURE, "    kind: choose\n", "    kind: choose\n    next: end\n", "end\n    options"),
    Slip("SG605", NURTURE, "channels: [email]", "channels: [sms]", "offer]"),
    Slip("SG605", NURTURE, "channels: [email]", "channels: [email, display]", "display]"),
    Slip("SG605", NURTURE, "order: [email, sms]", "order: [email, crm]", "crm]"),
    Slip("SG612", NURTURE, "order: [email, sms]", "order: [email, email]", "email],"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip, FILES)


def test_a_group_may_begin_with_an_ad_or_go_on_with_a_placement(tmp_path: Path) -> None:
    hello = FILES["actions/hello.yaml"] + "  - {channel: hero, placement: home_hero}\n"
    nurture = FILES[NURTURE].replace("order: [email, sms]", "order: [email, hero]")

    findings = check(write_shop(tmp_path, {"actions/hello.yaml": hello, NURTURE: nurture}, FILES))

    assert findings == ()
