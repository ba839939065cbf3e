"""Which inputs drove an estimate: exact for sums, and honest about what is none."""

import numpy as np
import pytest
from msgspec.structs import replace

from segue.core.decisioning.explanation import SUM, UNCERTAINTY, WITHOUT, Attribution
from segue.core.decisioning.models.estimators import evaluate
from segue.core.decisioning.models.factored import FactoredLearner
from segue.core.decisioning.models.shape import Head, Shape
from segue.learning.contributions import attribute_effect, attribute_estimate
from segue.model.snapshots import Linear, Trees, UpliftModel
from segue.testing.conformance.policy import CONTEXT
from tests.core.decisioning.policies.trained_models import arm_of, context_with, learned, propensity_model, uplift_model


def amounts(found: Attribution) -> dict[str, float]:
    return {part.input: part.amount for part in found.parts}


def test_the_parts_of_a_linear_estimate_are_its_terms() -> None:
    line = Linear(("orders", "fatigue_dose"), 1.0, (2.0, -4.0), (0.25, 0.0), (0.5, 1.0))
    found = attribute_estimate("effect", line, CONTEXT)
    assert amounts(found) == {"orders": pytest.approx(1.0), "fatigue_dose": pytest.approx(-1.0)}
    assert (found.estimate, found.method) == (evaluate(line, CONTEXT.names, CONTEXT.values), SUM)


def test_through_a_logit_link_the_parts_still_add_up_to_what_the_inputs_changed() -> None:
    line = propensity_model().by_action["large"]
    assert isinstance(line, Linear)
    context = context_with(orders=1.2, fatigue_dose=0.7)
    bare = evaluate(Linear((), line.intercept, (), (), (), "logit"), context.names, context.values)
    found = attribute_estimate("propensity", line, context)
    assert sum(amounts(found).values()) == pytest.approx(found.estimate - bare)
    assert found.parts[0].input == "orders"


def test_a_tree_s_part_is_what_the_estimate_loses_without_the_input() -> None:
    trees = uplift_model().by_action["large"]
    assert isinstance(trees, Trees)
    context = context_with(orders=1.4, fatigue_dose=0.2)
    found = attribute_estimate("effect", trees, context)
    without = evaluate(trees, context.names, (1.0, 0.0, 0.2))
    assert found.method == WITHOUT
    assert amounts(found)["orders"] == pytest.approx(found.estimate - without)
    assert found.parts[0].input == "orders"


def test_the_parts_of_the_bandit_s_effect_add_up_by_input_and_by_block() -> None:
    model, context = learned(), context_with(orders=1.3)
    weights = {"success": 10.0, "margin": 0.5}
    found = attribute_effect(model, arm_of("large"), context, weights)
    wanted = [weights.get(head.name, 1.0) for head in model.shape.heads]
    effects = model.believe(np.array(context.values[:-1]), [arm_of("large")]).hopes(wanted)[0]
    for attribution, effect, weight in zip(found, effects.tolist(), weights.values(), strict=True):
        assert attribution.estimate == pytest.approx(effect * weight)
        assert sum(amounts(attribution).values()) == pytest.approx(attribution.estimate)
        assert sum(attribution.blocks.values()) == pytest.approx(attribution.estimate)
    assert set(found[0].blocks) - {UNCERTAINTY} == {"channel:email", "action:large", "own:large/email"}
    assert UNCERTAINTY not in found[1].blocks, "an amount is a sum, however little is known"


def test_who_has_many_orders_gets_the_large_offer_because_of_the_orders() -> None:
    found = attribute_effect(learned(), arm_of("large"), context_with(orders=1.4), {"success": 10.0})[0]
    assert amounts(found)["orders"] > 0.5
    harmed = attribute_effect(learned(), arm_of("small"), context_with(orders=1.4), {"success": 10.0})[0]
    assert amounts(harmed)["orders"] < -0.5


def test_blocks_that_the_model_never_saw_add_nothing() -> None:
    found = attribute_effect(learned(), (("action:unheard_of", 1.0),), CONTEXT, {})
    assert all({part.input for part in attribution.parts} <= {UNCERTAINTY} for attribution in found)
    assert all(0.0 <= attribution.estimate < 0.05 for attribution in found), "nothing but what it may turn out to bring"


def test_where_nothing_was_learnt_nothing_drove_anything() -> None:
    model = FactoredLearner(Shape(CONTEXT.names[:-1], (Head("success", "logit"),))).publish()
    (found,) = attribute_effect(model, arm_of("large"), CONTEXT, {})
    assert (found.estimate, found.parts) == (0.0, ())


def test_the_largest_part_comes_first_whatever_its_sign() -> None:
    line = Linear(("orders", "fatigue_dose"), 0.0, (1.0, -9.0), (0.0, 0.0), (1.0, 1.0))
    context = replace(CONTEXT, values=(1.0, 1.0, 1.0))
    assert [part.input for part in attribute_estimate("effect", line, context).parts] == ["fatigue_dose", "orders"]
    assert isinstance(uplift_model(), UpliftModel)
