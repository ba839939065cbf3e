from typing import Any

import pytest

from segue.core.arbitration.rules.held_out import HELD_OUT, check_held_out, points_of
from segue.core.arbitration.verdicts import Verdict
from segue.model.assignments import Holdout
from segue.model.decisions import Reason
from segue.model.identities import contact_point_key
from segue.model.shared import HeldOut
from tests.builders import action, plan, profile

HERE, THERE = contact_point_key("email", "ada@example.com"), contact_point_key("email", "bob@example.com")
HOLDOUTS = {
    "no_mail": Holdout(share=0.5, channels=("email",)),
    "no_care": Holdout(share=0.5, journeys=("care",)),
}
REFUSED = Verdict(Reason.DUPLICATE_CONTACT_POINT, HELD_OUT)


@pytest.mark.parametrize(
    ("held_out", "source", "expected"),
    [
        (HeldOut(HERE, ""), "rule:r", REFUSED),
        (HeldOut(THERE, ""), "rule:r", None),
        (HeldOut(HERE, "no_mail"), "rule:r", REFUSED),
        (HeldOut(HERE, "no_care"), "rule:r", None),
        (HeldOut(HERE, "no_care"), "journey:care", REFUSED),
        (HeldOut(HERE, "is over"), "journey:care", None),
    ],
)
def test_what_an_owner_is_held_out_of_is_refused_at_their_address(held_out: Any, source: str, expected: Any) -> None:
    offer = plan(action("offer", "email"))
    assert check_held_out(offer, offer.variants["email"], source, (HERE,), (held_out,), HOLDOUTS) == expected


@pytest.mark.parametrize("category", ["transactional", "mandatory"])
def test_what_obliges_is_sent_all_the_same(category: Any) -> None:
    receipt = plan(action("receipt", "email", category=category))
    assert check_held_out(receipt, receipt.variants["email"], "", (HERE,), (HeldOut(HERE, ""),), HOLDOUTS) is None


def test_a_message_finds_the_customer_at_one_point_and_an_audience_at_several() -> None:
    variants = plan(action("offer", "email", "display", "website")).variants
    about = profile(traits={"email": " Ada@example.com", "phone": "+43 1", "name": "Ada"})
    assert points_of(variants["email"], about) == (HERE,)
    assert points_of(variants["display"], about) == (HERE, contact_point_key("phone", "+43 1"))
    assert points_of(variants["website"], about) == ("",)
