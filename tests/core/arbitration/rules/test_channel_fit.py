from typing import Any

import msgspec
import pytest

from segue.core.arbitration.rules.channel_fit import check_fit, compile_fit
from segue.core.arbitration.verdicts import Verdict
from segue.model.catalogue import Variant
from segue.model.decisions import Reason
from segue.model.journeys import Entry, Journey
from segue.model.steps import Webhook
from segue.model.time import HOUR
from tests.builders import CHANNELS, EMAIL, SMS, action, workspace

KEY = ("offer", "email")


def fits(about: dict[str, Any], channel: dict[str, Any], stage: str = "") -> Verdict | None:
    spec = msgspec.structs.replace(EMAIL, **channel)
    return check_fit(KEY, stage, compile_fit(workspace(channels=(spec, SMS), actions=(action(**about),))))


@pytest.mark.parametrize(
    ("about", "channel", "stage", "detail"),
    [
        ({}, {"latency": 24 * HOUR}, "", None),
        ({"urgency": "2h"}, {"latency": 2 * HOUR}, "", None),
        ({"urgency": "2h"}, {"latency": 2 * HOUR + 1}, "", "slower than 2h"),
        ({"needs": ("image",)}, {"can": ("link", "image")}, "", None),
        ({"needs": ("image", "link", "attachment")}, {"can": ("link",)}, "", "cannot carry image, attachment"),
        ({}, {"roles": ("awareness",)}, "", None),
        ({}, {"roles": ("awareness", "retention")}, "retention", None),
        ({}, {"roles": ("awareness",)}, "conversion", "not for conversion"),
        ({}, {}, "conversion", None),
    ],
)
def test_a_channel_is_fast_enough_carries_the_content_and_is_meant_for_the_stage(
    about: dict[str, Any], channel: dict[str, Any], stage: str, detail: str | None
) -> None:
    assert fits(about, channel, stage) == (None if detail is None else Verdict(Reason.NO_CHANNEL, detail))


def test_what_fits_everybody_is_not_in_the_plan_nor_is_a_journey_s_webhook() -> None:
    call = Webhook(id="tell", channel="sms")
    journey = Journey(journey="reorder", entry=Entry(trigger="ordered"), steps=(call,))
    slow = tuple(msgspec.structs.replace(channel, latency=HOUR, roles=("awareness",)) for channel in CHANNELS)
    plan = compile_fit(workspace(channels=CHANNELS, actions=(action("offer", "email", "sms"),), journeys=(journey,)))
    assert (plan.misfits, plan.roles) == ({}, {})
    plan = compile_fit(workspace(channels=slow, journeys=(journey,)))
    assert (plan.misfits, plan.roles) == ({}, {})


def test_an_unknown_channel_is_left_to_the_catalogue_to_refuse() -> None:
    plan = compile_fit(workspace(actions=(action(variants=(Variant(channel="pigeon"),), urgency="1s"),)))
    assert plan.misfits == {}
