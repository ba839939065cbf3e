"""Actions and their variants."""

from pathlib import Path

import pytest

from segue.workspace import check
from tests.workspace.club import FILES
from tests.workspace.shop import Slip, assert_found, write_shop

BANNER, HELLO, OFFER = "actions/banner.yaml", "actions/hello.yaml", "actions/offer.yaml"
HERO = FILES[BANNER].partition("variants:\n")[2]
MAIL = "  - {channel: email, template: hello.txt}\n"

SLIPS = [
    Slip("SG306", OFFER, "template: offer.html", "template: ofer.html", "ofer.html"),
    Slip("SG307", OFFER, "placement: home_hero", "placement: home_heron", "home_heron"),
    Slip("SG308", OFFER, "    placement: home_hero", "    placement: home_hero\n    audience: byers", "byers"),
    Slip("SG312", HELLO, "theme: hello", "theme: hallo", "hallo"),
    Slip("SG405", HELLO, "urgency: 1h", "urgency: 0h", "0h"),
    Slip("SG608", BANNER, "theme: reorder\n", "", "true"),
    Slip("SG608", BANNER, HERO, MAIL, "true"),
    Slip("SG609", HELLO, "[link]", "[attachment]", "[attachment]"),
    Slip("SG609", HELLO, "urgency: 1h\nneeds: [link]", "urgency: 50ms", "50ms"),
    Slip("SG601", OFFER, FILES[OFFER].partition("variants:")[2], " []\n", "[]"),
    Slip("SG602", OFFER, "    template: offer.html\n", "", "channel: email"),
    Slip(
        "SG603", OFFER, "    placement: home_hero", "    placement: home_hero\n    template: offer.html", "offer.html"
    ),
    Slip("SG615", OFFER, "variants:", "give_up_after: 2\nvariants:", "email"),
    Slip("SG616", HELLO, "category: service", "category: promo", "hello\n"),
    Slip("SG607", OFFER, "  - channel: hero\n    placement: home_hero", "  - {channel: email, template: x}", "email, "),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip, FILES)


def test_a_channel_whose_opens_somebody_reports_can_be_given_up_on(tmp_path: Path) -> None:
    given_up = FILES[OFFER].replace("variants:", "give_up_after: 2\nvariants:")
    heard = FILES["segue.yaml"].replace("type: outbox_folder", "type: outbox_folder\n    hears_back: true")

    assert check(write_shop(tmp_path, {OFFER: given_up, "segue.yaml": heard}, FILES)) == ()
