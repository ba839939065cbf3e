import pytest

from segue.core.arbitration.rules.eligibility import check_eligibility
from segue.core.arbitration.verdicts import Verdict
from segue.core.view import Condition
from segue.model.decisions import Reason
from tests.builders import ALWAYS, NEVER_TRUE, UNKNOWN, action, condition, fact, plan, profile, view

INELIGIBLE = Verdict(Reason.INELIGIBLE)
CONVERTED = Verdict(Reason.ALREADY_CONVERTED, "order")


@pytest.mark.parametrize(
    ("eligible_when", "converted", "expected"),
    [
        (None, None, None),
        (ALWAYS, None, None),
        (NEVER_TRUE, None, INELIGIBLE),
        (UNKNOWN, None, INELIGIBLE),
        (None, ALWAYS, CONVERTED),
        (None, NEVER_TRUE, None),
        (None, UNKNOWN, None),
        (ALWAYS, ALWAYS, CONVERTED),
        (NEVER_TRUE, ALWAYS, INELIGIBLE),
    ],
)
def test_what_is_not_known_to_be_eligible_is_not_and_what_is_not_known_to_have_succeeded_has_not(
    eligible_when: Condition | None, converted: Condition | None, expected: Verdict | None
) -> None:
    given = {"actions.offer.eligible_when": eligible_when, "actions.offer.converted": converted}
    offer = plan(action(converted_by="order"), {key: test for key, test in given.items() if test is not None})
    assert check_eligibility(offer, view()) == expected


@pytest.mark.parametrize(
    ("tier", "page", "expected"), [("gold", "/", None), ("gold", "/x", INELIGIBLE), ("tin", "/", INELIGIBLE)]
)
def test_eligibility_reads_the_customer_and_the_event(tier: str, page: str, expected: Verdict | None) -> None:
    is_gold = condition(lambda traits: traits["tier"] == "gold")
    is_home = condition(lambda event: event["page"] == "/", on="event")
    both: Condition = lambda *sides: is_gold(*sides) and is_home(*sides)  # noqa: E731
    offer = plan(action(), {"actions.offer.eligible_when": both})
    assert check_eligibility(offer, view(profile(traits={"tier": tier}), fact("seen", page=page))) == expected
