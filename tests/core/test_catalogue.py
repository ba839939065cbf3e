import pytest

from segue.core.catalogue import (
    RequirementPlan,
    Scored,
    VariantPlan,
    compile_actions,
    converted_feature,
    converted_source,
    hidden_features,
    margin_of,
    succeeded_source,
)
from segue.model.catalogue import ContextWeight, FeatureSpec, Requirement, Variant
from segue.model.errors import SegueError
from segue.model.time import DAY, HOUR, NEVER
from tests.builders import ALWAYS, CALL, DISPLAY, EMAIL, NEVER_TRUE, SMS, VARIANTS, WEBSITE, action, workspace


def test_an_action_is_compiled_with_its_scores_conditions_and_variants() -> None:
    offer = action("offer", "email", "website", value=5.0, cost=0.5, priority=3, expires_after="12h")
    conditions = {"actions.offer.eligible_when": ALWAYS, "actions.offer.converted": NEVER_TRUE}
    compiled = compile_actions(workspace(actions=(offer, action("hello"))), conditions)
    assert list(compiled) == ["offer", "hello"]
    found = compiled["offer"]
    assert found.action == offer
    scores = {"value": 5.0, "cost": 0.5, "priority": 3.0, "total": 4.5}
    assert found.variants["email"].scored.scores == scores
    assert (found.eligible_when, found.converted) == (ALWAYS, NEVER_TRUE)
    assert (compiled["hello"].eligible_when, compiled["hello"].converted) == (None, None)
    assert found.expires_after == 12 * HOUR
    assert found.variants == {
        "email": VariantPlan(
            variant=VARIANTS["email"],
            channel=EMAIL,
            slot="message",
            interrupts=True,
            lane=("email", "marketing", "promo"),
            scored=Scored("offer", "email", 3.0, 4.5, scores, takes_slot=True),
        ),
        "website": VariantPlan(
            variant=VARIANTS["website"],
            channel=WEBSITE,
            slot="placement:home_hero",
            interrupts=False,
            lane=("website", "marketing", "promo"),
            scored=Scored("offer", "website", 3.0, 4.5, scores),
        ),
    }


@pytest.mark.parametrize(
    ("channel", "slot", "interrupts"),
    [
        (EMAIL, "message", True),
        (SMS, "message", True),
        (CALL, "task", True),
        (DISPLAY, "audience:reorder", False),
        (WEBSITE, "placement:home_hero", False),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_messages_compete_for_one_slot_and_each_audience_and_placement_is_its_own(
    channel: object, slot: str, interrupts: bool
) -> None:
    name = channel.name  # type: ignore[attr-defined]
    compiled = compile_actions(workspace(actions=(action("offer", name),)), {})["offer"].variants[name]
    assert (compiled.slot, compiled.interrupts) == (slot, interrupts)


@pytest.mark.parametrize(
    ("variant", "reason", "instruction"),
    [
        (Variant(channel="fax"), "which is no channel", "email, sms, website, display, call"),
        (Variant(channel="display"), "needs `audience`", "Name the audience"),
        (Variant(channel="website"), "needs `placement`", "Name the placement"),
    ],
    ids=lambda value: getattr(value, "channel", ""),
)
def test_a_variant_that_cannot_be_carried_out_is_refused(variant: Variant, reason: str, instruction: str) -> None:
    with pytest.raises(SegueError, match=reason) as refused:
        compile_actions(workspace(actions=(action(variants=(variant,)),)), {})
    assert instruction in refused.value.instruction


def test_an_action_that_can_succeed_remembers_when_it_last_did() -> None:
    shop = workspace(actions=(action("offer", converted_by="order", converted_within="14d"), action("hello")))
    assert hidden_features(shop) == {converted_feature("offer"): FeatureSpec(kind="last", event="order")}
    assert converted_source(shop.actions[0]) == f'now - {converted_feature("offer")} < "14d"'


def test_a_lever_multiplies_the_worth_and_is_shown() -> None:
    offer = action("offer", "email", value=5.0, cost=0.5, lever=2.0)
    scored = compile_actions(workspace(actions=(offer,)), {})["offer"].variants["email"].scored
    assert scored.total == 9.5
    assert scored.scores == {"value": 5.0, "cost": 0.5, "priority": 0.0, "total": 9.5, "lever": 2.0}


def test_prerequisites_and_context_weights_are_compiled() -> None:
    offer = action(
        requires=(Requirement(action="tour", within="2d"), Requirement(action="order", has="succeeded")),
        context_weights=(ContextWeight(when="tier == 'gold'", weight=3.0),),
    )
    conditions = {"actions.offer.requires.1.succeeded": ALWAYS, "actions.offer.context_weights.0.when": NEVER_TRUE}
    found = compile_actions(workspace(actions=(offer,)), conditions)["offer"]
    assert found.requires == (RequirementPlan("tour", None, 2 * DAY), RequirementPlan("order", ALWAYS, NEVER))
    assert found.weights == ((NEVER_TRUE, 3.0),)


@pytest.mark.parametrize(
    ("within", "source"), [(None, "_converted_tour is not None"), ("2d", 'now - _converted_tour < "2d"')]
)
def test_a_prerequisite_that_succeeded_is_asked_of_its_hidden_feature(within: str | None, source: str) -> None:
    assert succeeded_source(Requirement(action="tour", has="succeeded", within=within)) == source


def test_the_margin_of_a_variant_goes_before_that_of_its_action() -> None:
    generous = Variant(channel="sms", margin=0.1)
    assert margin_of(action(margin=0.3), generous) == 0.1
    assert margin_of(action(margin=0.3), VARIANTS["email"]) == 0.3
    assert margin_of(action(), VARIANTS["email"]) is None
