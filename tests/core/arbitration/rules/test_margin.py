from segue.core.arbitration.rules.margin import compile_margins
from segue.core.arbitration.verdicts import Verdict
from segue.model.catalogue import Variant
from segue.model.contact_rules import ContactRules
from segue.model.decisions import Reason
from tests.builders import VARIANTS, action, workspace

GENEROUS = Variant(channel="sms", template="offer.txt", margin=0.05)
FLOOR = ContactRules(margin_floor=0.15)


def test_what_leaves_less_than_the_floor_is_refused_by_variant() -> None:
    offer = action("offer", margin=0.3, variants=(VARIANTS["email"], GENEROUS))
    whole = workspace(actions=(offer, action("thin", margin=0.1), action("even", margin=0.15)), contact_rules=FLOOR)
    assert compile_margins(whole) == {
        ("offer", "sms"): Verdict(Reason.INELIGIBLE, "margin_floor: 0.05 < 0.15"),
        ("thin", "email"): Verdict(Reason.INELIGIBLE, "margin_floor: 0.1 < 0.15"),
    }


def test_without_a_floor_or_a_margin_and_for_what_has_to_be_sent_nothing_is_refused() -> None:
    assert compile_margins(workspace(actions=(action(margin=0.1),))) == {}
    receipt = action("receipt", category="transactional", margin=-0.5)
    assert compile_margins(workspace(actions=(action(), receipt), contact_rules=FLOOR)) == {}
