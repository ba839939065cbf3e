from typing import Any

import pytest

from segue.core.arbitration.rules.prerequisites import check_prerequisites
from segue.core.arbitration.verdicts import Verdict
from segue.core.view import Condition
from segue.model.catalogue import Requirement
from segue.model.decisions import Reason
from segue.model.time import DAY
from tests.builders import ALWAYS, NEVER_TRUE, NOW, UNKNOWN, action, contact, membership, plan, view

MISSING = Verdict(Reason.INELIGIBLE, "requires: welcome")


def asked(*ledger: Any, members: tuple[Any, ...] = (), **requirement: Any) -> Verdict | None:
    offer = plan(action(requires=(Requirement(action="welcome", **requirement),)))
    return check_prerequisites(offer, ledger, members, view())


@pytest.mark.parametrize(
    ("state", "action_name", "within", "expected"),
    [
        ("confirmed", "welcome", None, None),
        ("ghost", "welcome", None, None),
        ("reserved", "welcome", None, MISSING),
        ("confirmed", "other", None, MISSING),
        ("confirmed", "welcome", "3d", None),
        ("confirmed", "welcome", "2d", MISSING),
    ],
)
def test_what_must_have_been_delivered_is_looked_for_in_the_ledger(
    state: str, action_name: str, within: str | None, expected: Verdict | None
) -> None:
    assert asked(contact(NOW - 2 * DAY, state=state, action=action_name), within=within) == expected


def test_an_audience_that_holds_the_customer_has_been_delivered() -> None:
    assert asked(members=(membership(action="welcome"),)) is None
    assert asked(members=(membership(action="welcome", until=NOW),)) == MISSING


@pytest.mark.parametrize(("succeeded", "expected"), [(ALWAYS, None), (NEVER_TRUE, MISSING), (UNKNOWN, MISSING)])
def test_what_must_have_succeeded_is_asked_of_the_customer(succeeded: Condition, expected: Verdict | None) -> None:
    wanted = action(requires=(Requirement(action="welcome", has="succeeded"),))
    offer = plan(wanted, {"actions.offer.requires.0.succeeded": succeeded})
    assert check_prerequisites(offer, (contact(action="welcome"),), (), view()) == expected


def test_the_first_that_is_missing_is_named() -> None:
    names = ("welcome", "tour", "quiz")
    offer = plan(action(requires=tuple(Requirement(action=name) for name in names)))
    missing = check_prerequisites(offer, (contact(action="welcome"), contact(action="quiz")), (), view())
    assert missing == Verdict(Reason.INELIGIBLE, "requires: tour")
