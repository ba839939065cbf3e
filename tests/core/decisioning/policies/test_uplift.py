"""What acting adds: gains count more with a lever, harms never do, and silence wins where nothing is gained."""

import pytest

from segue.core.catalogue import Scored
from segue.core.decisioning.policies.uplift import UpliftPolicy
from segue.model.snapshots import Linear, UpliftModel
from segue.model.workspace import PolicySpec
from segue.testing.conformance.policy import CONTEXT
from tests.builders import workspace
from tests.core.decisioning.policies.trained_models import context_with, snapshot, snapshots

SILENCE = Scored("", "", 0.0, 0.0)


def a_policy(model: UpliftModel | None = None) -> UpliftPolicy:
    models = {"uplift": snapshot("uplift", model)} if model else dict(snapshots())
    return UpliftPolicy(workspace(policy=PolicySpec(name="uplift"), models=models))


def scored(effect: float, **scores: float) -> Scored:
    policy = a_policy(UpliftModel({"offer": Linear((), effect, (), (), ())}))
    return policy.score(CONTEXT, [Scored("offer", "email", 0.0, 99.0, {"value": 10.0, "cost": 0.5} | scores)])[0]


@pytest.mark.parametrize(
    ("effect", "scores", "total"),
    [
        (2.0, {}, 1.5),
        (2.0, {"lever": 2.0, "price": 0.5}, 3.0),
        (2.0, {"context_weight": 0.5, "lift": 2.0, "preference": 1.5}, 2.5),
        (2.0, {"subsidy": 0.25, "affinity": 0.1}, 1.75),
        (-2.0, {"lever": 2.0}, -2.5),
        (-2.0, {"context_weight": 0.1}, -2.5),
        (0.0, {"lever": 9.0}, -0.5),
    ],
)
def test_the_total_is_the_effect_net_of_what_it_costs(effect: float, scores: dict[str, float], total: float) -> None:
    found = scored(effect, **scores)
    assert found.total == found.scores["total"] == pytest.approx(total)
    assert found.scores["effect"] == effect
    assert "affinity" not in found.scores


def chosen(orders: float, dose: float = 0.0) -> str:
    policy = a_policy()
    context = context_with(orders=orders, fatigue_dose=dose)
    offers = [Scored(name, "email", 0.0, 0.0, {"value": 10.0, "cost": 0.5}) for name in ("small", "large", "costly")]
    candidates = [*policy.score(context, offers), SILENCE]
    return candidates[policy.probabilities(context, candidates).index(1.0)].action


def test_whom_acting_adds_most_to_gets_it() -> None:
    assert chosen(0.1) == "small"
    assert chosen(1.4) == "large"


def test_who_is_harmed_by_the_only_offer_is_left_alone() -> None:
    policy = a_policy()
    for dose, expected in ((0.05, "costly"), (1.45, "")):
        context = context_with(orders=0.5, fatigue_dose=dose)
        offer = Scored("costly", "email", 0.0, 0.0, {"value": 10.0, "cost": 0.0})
        candidates = [*policy.score(context, [offer]), SILENCE]
        assert candidates[policy.probabilities(context, candidates).index(1.0)].action == expected
