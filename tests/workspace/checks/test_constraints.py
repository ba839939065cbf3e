"""Calendars, stock, prerequisites, margins, blackouts and content features that nothing can keep to."""

from pathlib import Path

import pytest

from segue.workspace import check
from tests.workspace.club import FILES as CLUB
from tests.workspace.shop import Slip, assert_found, write_shop

HELLO, OFFER, RULES = "actions/hello.yaml", "actions/offer.yaml", "contact_rules.yaml"
FILES = {
    **CLUB,
    OFFER: CLUB[OFFER].replace(
        "variants:",
        """\
lever: 1.5
context_weights:
  - {when: spent > 100, weight: 2}
margin: 0.4
calendar:
  - {begins: 2026-11-20, ends: 2026-11-30}
  - {weekdays: [sat, sun]}
stock: 100
stock_as_of: 2026-11-01
requires:
  - {action: hello, within: 30d}
features: {discount: 0.2}
variants:""",
    ),
    HELLO: CLUB[HELLO].replace("variants:", "margin: 0.3\nfeatures: {discount: 0.1}\nvariants:"),
    "actions/banner.yaml": CLUB["actions/banner.yaml"] + "margin: 0.2\n",
    RULES: CLUB[RULES]
    + """\
margin_floor: 0.15
blackouts:
  - {blackout: mourning, begins: 2026-12-01, ends: 2026-12-03, channels: [sms], actions: [hello]}
  - {blackout: stocktaking, begins: 2027-01-02, ends: 2027-01-02}
""",
}

SLIPS = [
    Slip("SG204", OFFER, "lever: 1.5", "lever: 0", "0"),
    Slip("SG204", OFFER, "weight: 2", "weight: -2", "-2"),
    Slip("SG205", RULES, "blackout: stocktaking", "blackout: mourning", "mourning, begins: 2027"),
    Slip("SG301", OFFER, "{action: hello", "{action: hallo", "hallo"),
    Slip("SG301", RULES, "actions: [hello]", "actions: [hallo]", "hallo"),
    Slip("SG302", RULES, "channels: [sms]", "channels: [fax]", "fax"),
    Slip("SG401", OFFER, "spent > 100", "spent > > 100", "spent > > 100"),
    Slip("SG405", OFFER, "within: 30d", "within: 0d", "0d"),
    Slip("SG406", OFFER, "begins: 2026-11-20", "begins: soon", "{begins"),
    Slip("SG406", OFFER, "stock_as_of: 2026-11-01", "stock_as_of: now", "now"),
    Slip("SG406", RULES, "begins: 2027-01-02", "begins: 2027-02-30", "{blackout: stock"),
    Slip("SG617", OFFER, "ends: 2026-11-30", "ends: 2026-11-19", "{begins"),
    Slip("SG617", OFFER, "ends: 2026-11-30", "ends: 2026-11-21, weekdays: [mon]", "{begins"),
    Slip("SG618", OFFER, "{weekdays: [sat, sun]}", "{zone: workspace}", "{zone"),
    Slip("SG621", HELLO, "margin: 0.3", "margin: 0.3\nrequires: [{action: offer}]", "[{action: offer}]"),
    Slip("SG622", OFFER, "converted_by: order_completed\n", "", "100"),
    Slip("SG622", OFFER, "{action: hello,", "{action: hello, has: succeeded,", "hello"),
    Slip("SG623", "actions/banner.yaml", "margin", "stock: 9\nstock_taken_by: contact\nmargin", "9"),
    Slip("SG624", OFFER, "stock: 100\n", "", "2026-11-01"),
    Slip("SG624", HELLO, "margin: 0.3", "margin: 0.3\nstock_taken_by: contact", "contact"),
    Slip("SG625", HELLO, "margin: 0.3", "margin: 0.1", "0.1"),
    Slip("SG626", HELLO, "margin: 0.3\n", "", "hello\n"),
    Slip("SG627", "actions/banner.yaml", "margin", "features: {discout: 0.1}\nmargin", "discout"),
]


def test_a_workspace_with_every_constraint_has_no_findings(tmp_path: Path) -> None:
    assert check(write_shop(tmp_path, files=FILES)) == ()


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.code)
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip, FILES)


def test_a_calendar_that_is_dark_whenever_it_is_open_is_found_at_the_action(tmp_path: Path) -> None:
    dark = FILES[RULES].replace("begins: 2027-01-02, ends: 2027-01-02", "begins: 2020-01-01")
    open_later = FILES[OFFER].replace("  - {weekdays: [sat, sun]}\n", "")
    found = check(write_shop(tmp_path, {RULES: dark, OFFER: open_later}, FILES))
    assert [(finding.code, finding.place.file) for finding in found] == [("SG620", OFFER)]
    partly = dark.replace("begins: 2020-01-01", "begins: 2026-11-21")
    assert check(write_shop(tmp_path, {RULES: partly}, FILES | {OFFER: open_later})) == ()


def test_one_margin_of_a_variant_is_pointed_at_where_it_stands(tmp_path: Path) -> None:
    generous = FILES[HELLO].replace("  - channel: sms\n", "  - channel: sms\n    margin: 0.05\n")
    (finding,) = check(write_shop(tmp_path, {HELLO: generous}, FILES))
    assert (finding.code, finding.place.line) == ("SG625", generous[: generous.index("0.05")].count("\n") + 1)
