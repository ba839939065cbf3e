from typing import Any

import msgspec
import pytest

from segue.model.catalogue import Action, Audience, ChannelSpec, EventSpec, FeatureSpec, Rule, TraitSpec, Variant
from segue.model.triggers import AbsenceTrigger, CountTrigger, EventTrigger, TraitTrigger, Trigger


@pytest.mark.parametrize(
    ("kind", "document", "value"),
    [
        (TraitSpec, {"type": "text"}, TraitSpec(type="text")),
        (EventSpec, {"properties": {"total": "number"}}, EventSpec(properties={"total": "number"})),
        (
            FeatureSpec,
            {"kind": "sum", "event": "order", "of": "total", "window": "30d"},
            FeatureSpec(kind="sum", event="order", of="total", window="30d"),
        ),
        (Trigger, {"kind": "event", "event": "order"}, EventTrigger(event="order")),
        (Trigger, {"kind": "trait_change", "trait": "tier"}, TraitTrigger(trait="tier")),
        (
            Trigger,
            {"kind": "absence", "event": "cart", "then_not": "order", "within": "2h"},
            AbsenceTrigger(event="cart", then_not="order", within="2h"),
        ),
        (
            Trigger,
            {"kind": "count", "event": "view", "at_least": 3, "within": "1d"},
            CountTrigger(event="view", at_least=3, within="1d"),
        ),
        (Variant, {"channel": "email", "template": "a.mjml"}, Variant(channel="email", template="a.mjml")),
        (Audience, {"audience": "lapsed"}, Audience(audience="lapsed")),
        (Rule, {"rule": "r", "trigger": "t", "action": "a"}, Rule(rule="r", trigger="t", action="a", deadline="1d")),
        (
            Action,
            {"action": "offer", "variants": [{"channel": "sms"}]},
            Action(action="offer", category="promo", purpose="marketing", variants=(Variant(channel="sms"),)),
        ),
    ],
)
def test_a_definition_is_read_as_a_file_declares_it(kind: Any, document: dict[str, Any], value: object) -> None:
    assert msgspec.convert(document, kind) == value


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        (Action, {"action": "offer", "colour": "red"}),
        (Action, {"action": "Offer"}),
        (Action, {"action": "9lives"}),
        (Action, {"action": "a" * 65}),
        (Action, {"action": "offer", "category": "spam"}),
        (Action, {"action": "offer", "expires_after": "soon"}),
        (Action, {"action": "offer", "eligible_when": ""}),
        (Trigger, {"kind": "event"}),
        (Trigger, {"kind": "count", "event": "view", "at_least": 0, "within": "1d"}),
        (Trigger, {"kind": "moon_phase"}),
        (FeatureSpec, {"kind": "median", "event": "order"}),
        (TraitSpec, {"type": "colour"}),
    ],
    ids=str,
)
def test_a_file_that_says_something_unknown_is_refused(kind: Any, document: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(document, kind)


def test_a_definition_writes_only_what_differs_from_the_defaults() -> None:
    assert msgspec.to_builtins(Action(action="offer", value=3.0)) == {"action": "offer", "value": 3.0}


def test_a_channel_needs_no_address_and_is_not_idempotent_unless_it_says_so() -> None:
    assert ChannelSpec(name="website", family="placement") == ChannelSpec(
        name="website", family="placement", contact_trait="", is_idempotent=False
    )
