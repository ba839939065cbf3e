import pytest

from segue.core.arbitration.rules.consent import check_consent
from segue.core.arbitration.verdicts import Verdict
from segue.model.consents import ANY, Consent
from segue.model.decisions import Reason
from segue.model.time import Instant
from tests.builders import action, plan

NEVER_GIVEN = Verdict(Reason.NO_CONSENT, "never given")
WITHDRAWN = Verdict(Reason.NO_CONSENT, "withdrawn (one_click)")


def said(granted: bool, channel: str = "email", purpose: str = "marketing", at: int = 1) -> Consent:
    return Consent(channel, purpose, granted, Instant(at), "one_click")


YES, NO = (said(True),), (said(False),)


@pytest.mark.parametrize(
    ("channel", "category", "words", "modes", "expected"),
    [
        # Nothing was said: the channel's mode, else the default, else opt-in.
        ("email", "promo", (), {}, NEVER_GIVEN),
        ("email", "promo", (), {"email": "opt_in"}, NEVER_GIVEN),
        ("email", "promo", (), {"email": "opt_out"}, None),
        ("email", "promo", (), {"default": "opt_out"}, None),
        ("email", "promo", (), {"default": "opt_in"}, NEVER_GIVEN),
        ("email", "promo", (), {"default": "opt_out", "email": "opt_in"}, NEVER_GIVEN),
        ("email", "promo", (), {"default": "opt_in", "email": "opt_out"}, None),
        ("email", "promo", (), {"sms": "opt_out"}, NEVER_GIVEN),
        ("display", "promo", (), {}, NEVER_GIVEN),
        ("call", "promo", (), {}, NEVER_GIVEN),
        # A word beats every mode.
        ("email", "promo", YES, {"email": "opt_in"}, None),
        ("email", "promo", NO, {"email": "opt_out"}, WITHDRAWN),
        ("email", "promo", (said(False), said(True, at=2)), {}, None),
        ("email", "promo", (said(True), said(False, ANY, ANY, at=2)), {}, WITHDRAWN),
        ("email", "promo", (said(False, ANY, ANY), said(True, at=2)), {}, None),
        # A word about another channel or purpose is no word.
        ("email", "promo", (said(True, "sms"),), {}, NEVER_GIVEN),
        ("email", "promo", (said(False, "sms"),), {"email": "opt_out"}, None),
        ("email", "promo", (said(True, purpose="service"),), {}, NEVER_GIVEN),
        ("email", "promo", (said(True, ANY),), {}, None),
        ("email", "promo", (said(True, purpose=ANY),), {}, None),
        # Service needs consent like a promotion; contracts and laws do not.
        ("email", "service", (), {}, NEVER_GIVEN),
        ("email", "service", NO, {}, WITHDRAWN),
        ("email", "mandatory", (), {}, None),
        ("email", "mandatory", NO, {}, None),
        ("email", "transactional", (), {}, None),
        ("email", "transactional", (said(False, ANY, ANY),), {}, None),
        # Placements show themselves only to who is there, unless the channel says opt-in or the customer no.
        ("website", "promo", (), {}, None),
        ("website", "promo", (), {"default": "opt_in"}, None),
        ("website", "promo", (), {"website": "opt_in"}, NEVER_GIVEN),
        ("website", "promo", (said(False, "website"),), {}, WITHDRAWN),
        ("website", "promo", (said(False, ANY),), {}, WITHDRAWN),
        ("website", "promo", NO, {}, None),
    ],
)
def test_the_last_word_decides_and_without_a_word_the_mode(
    channel: str, category: str, words: tuple[Consent, ...], modes: dict[str, str], expected: Verdict | None
) -> None:
    offer = plan(action("offer", channel, category=category))
    assert check_consent(offer.action, offer.variants[channel], words, modes) == expected


@pytest.mark.parametrize(("purpose", "expected"), [("marketing", NEVER_GIVEN), ("care", None)])
def test_the_action_s_own_purpose_is_asked_for(purpose: str, expected: Verdict | None) -> None:
    offer = plan(action(purpose=purpose))
    assert check_consent(offer.action, offer.variants["email"], (said(True, purpose="care"),), {}) == expected
