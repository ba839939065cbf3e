"""P x C x V x L, factor by factor, with a model trained on what a random policy would have logged."""

import pytest
from msgspec.structs import replace

from segue.core.catalogue import Scored
from segue.core.decisioning.models.estimators import evaluate_many
from segue.core.decisioning.policies.propensity import PropensityPolicy
from segue.model.snapshots import Linear, PropensityModel
from segue.model.workspace import PolicySpec
from segue.testing.conformance.policy import CONTEXT
from tests.builders import workspace
from tests.core.decisioning.policies.trained_models import context_with, propensity_model, snapshot, snapshots

SILENCE = Scored("", "", 0.0, 0.0)


def scored(**scores: float) -> Scored:
    whole = {"value": 10.0, "cost": 0.5} | scores
    policy = a_policy(PropensityModel({"offer": Linear((), 0.2, (), (), ())}))
    return policy.score(CONTEXT, [Scored("offer", "email", 0.0, 99.0, whole)])[0]


def a_policy(model: PropensityModel | None = None) -> PropensityPolicy:
    models = {"propensity": snapshot("propensity", model)} if model else dict(snapshots())
    return PropensityPolicy(workspace(policy=PolicySpec(name="propensity"), models=models))


@pytest.mark.parametrize(
    ("scores", "total"),
    [
        ({}, 0.2 * 10.0 - 0.5),
        ({"lever": 2.0}, 0.2 * 10.0 * 2.0 - 0.5),
        ({"context_weight": 0.5}, 0.2 * 10.0 * 0.5 - 0.5),
        ({"lift": 1.2}, 0.2 * 10.0 * 1.2 - 0.5),
        ({"preference": 1.5}, 0.2 * 10.0 * 1.5 - 0.5),
        ({"affinity": 0.5}, 0.2 * 10.0 - 0.5),
        ({"price": 0.4}, 0.2 * 10.0 - 0.9),
        ({"subsidy": 0.3}, 0.2 * 10.0 - 0.2),
        ({"lever": 2.0, "context_weight": 3.0, "price": 1.0}, 0.2 * 10.0 * 6.0 - 1.5),
    ],
)
def test_the_total_is_the_product_of_its_factors_net_of_cost_and_price(scores: dict[str, float], total: float) -> None:
    found = scored(**scores)
    assert found.total == pytest.approx(total)
    assert found.scores["total"] == found.total
    assert found.scores["propensity"] == 0.2


def test_every_factor_stays_in_the_record_but_the_affinity_that_the_propensity_replaces() -> None:
    found = scored(lever=2.0, context_weight=0.5, price=0.25, affinity=0.7)
    assert found.scores == {
        "value": 10.0,
        "cost": 0.5,
        "lever": 2.0,
        "context_weight": 0.5,
        "price": 0.25,
        "propensity": 0.2,
        "total": found.total,
    }


@pytest.mark.parametrize(("estimate", "chance"), [(-0.2, 0.0), (1.2, 1.0)])
def test_a_propensity_is_a_probability(estimate: float, chance: float) -> None:
    policy = a_policy(PropensityModel({"offer": Linear((), estimate, (), (), ())}))
    found = policy.score(CONTEXT, [Scored("offer", "email", 0.0, 0.0, {"value": 1.0})])
    assert found[0].scores["propensity"] == chance


def test_whoever_answers_to_what_gets_it_and_nobody_what_works_on_nobody() -> None:
    policy = a_policy()
    offers = [Scored(name, "email", 0.0, 0.0, {"value": 10.0, "cost": 3.0}) for name in ("small", "large", "costly")]

    def favourite(orders: float) -> str:
        context = context_with(orders=orders)
        candidates = [*policy.score(context, offers), SILENCE]
        return candidates[policy.probabilities(context, candidates).index(1.0)].action

    assert [favourite(orders) for orders in (0.0, 1.5)] == ["small", "large"]


def test_silence_is_chosen_where_nothing_is_worth_its_cost() -> None:
    policy = a_policy()
    offers = [Scored(name, "email", 9.0, 9.0, {"value": 10.0, "cost": 9.0}) for name in ("small", "large", "costly")]
    candidates = [*policy.score(CONTEXT, offers), SILENCE]
    assert policy.probabilities(CONTEXT, candidates) == (0.0, 0.0, 0.0, 1.0)


def test_one_customer_gets_what_the_model_says_of_many_at_once() -> None:
    import numpy as np

    policy, model = a_policy(), propensity_model()
    x = np.column_stack([np.ones(50), np.linspace(0.0, 1.5, 50), np.linspace(1.0, 0.0, 50)])
    many = evaluate_many(model.by_action["large"], CONTEXT.names, x)
    offer = Scored("large", "email", 0.0, 0.0, {"value": 1.0})
    alone = [policy.score(replace(CONTEXT, values=tuple(row)), [offer])[0].scores["propensity"] for row in x.tolist()]
    assert alone == many.tolist()
