from typing import Any

import pytest

from segue.core.arbitration.rules.contact_point import address_of, check_contact_point
from segue.core.arbitration.verdicts import Verdict
from segue.model.decisions import Reason
from segue.model.identities import contact_point_key
from tests.builders import action, plan, profile

VARIANTS = plan(action("offer", "email", "sms", "website", "call")).variants


@pytest.mark.parametrize(
    ("traits", "address"),
    [
        ({"email": "ada@example.com"}, "ada@example.com"),
        ({"email": "  ada@example.com\n"}, "ada@example.com"),
        ({"email": "   "}, ""),
        ({"email": None}, ""),
        ({"email": 7}, ""),
        ({}, ""),
    ],
)
def test_the_address_is_the_trait_that_the_channel_names(traits: dict[str, Any], address: str) -> None:
    found = address_of(VARIANTS["email"], profile(traits=traits))
    verdict = check_contact_point(VARIANTS["email"], profile(traits=traits))
    assert (found, verdict) == (address, None if address else Verdict(Reason.NO_CHANNEL, "no email"))


@pytest.mark.parametrize("channel", ["website", "call"])
def test_a_channel_that_needs_no_address_passes_without_one(channel: str) -> None:
    assert address_of(VARIANTS[channel], profile(traits={})) == ""
    assert check_contact_point(VARIANTS[channel], profile(traits={})) is None


def test_a_suppressed_address_is_refused_however_it_is_written() -> None:
    about = profile(traits={"email": " ADA@example.com"}, unusable=(contact_point_key("email", "ada@example.com"),))
    assert check_contact_point(VARIANTS["email"], about) == Verdict(Reason.SUPPRESSED, "email")


def test_another_address_than_the_suppressed_one_passes() -> None:
    about = profile(unusable=(contact_point_key("email", "old@example.com"), contact_point_key("phone", "+440")))
    assert check_contact_point(VARIANTS["email"], about) is None
    assert check_contact_point(VARIANTS["sms"], about) is None


def test_no_verdict_tells_the_address() -> None:
    about = profile(unusable=(contact_point_key("email", "ada@example.com"),))
    assert "ada" not in str(check_contact_point(VARIANTS["email"], about))
