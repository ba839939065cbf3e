"""Down the ladder: whatever breaks, a decision is made, validly, and says what broke. Model, rules, silence."""

from collections.abc import Sequence
from math import fsum, nan
from typing import Any

import pytest
from msgspec.structs import replace

from segue.core.catalogue import Scored
from segue.core.decisioning.choose import Choice, choose, failures_of
from segue.core.decisioning.context import Context
from segue.core.decisioning.policies import STANDING, compile_policies
from segue.core.decisioning.policies.rules import RulesPolicy
from segue.core.decisioning.policy import Policy
from segue.core.world import build_world
from segue.model.learning import Learning, Objective
from segue.model.snapshots import Linear, ModelSnapshot, PropensityModel, UpliftModel
from segue.model.time import DAY, Instant
from segue.model.workspace import PolicySpec
from segue.testing.conformance.policy import CONTEXT
from tests.builders import EMAIL, action, workspace
from tests.core.decisioning.policies.trained_models import learned, snapshot, snapshots

OFFERS = [Scored(name, "email", 0.0, 5.0, {"value": 10.0, "cost": 0.1}) for name in ("small", "large")]
KNOWING = replace(CONTEXT, learned=learned())
OLD = Instant(CONTEXT.at - 60 * DAY)


def decided(
    name: str,
    models: dict[str, ModelSnapshot] | None = None,
    context: Context = CONTEXT,
    instead: dict[str, Policy] | None = None,
) -> Choice:
    objectives = {"success": Objective(event="bought", value=8.0), "margin": Objective(event="bought", of="margin")}
    shop = workspace(
        learning=Learning(objectives=objectives),
        channels=(EMAIL,),
        actions=(action("small"), action("large")),
        policy=PolicySpec(name=name, exploration=0.1),
        models=models or {},
    )
    policies = dict(compile_policies(shop, build_world(workspace()).arms, (8.0, 1.0))) | (instead or {})
    made = choose(OFFERS, context, "agent", shop.policy, policies, "seed", "decision-1")
    assert fsum(made.probabilities) == pytest.approx(1.0)
    assert made.probabilities[made.index] > 0.0
    return made


def model(kind: str, **changes: Any) -> dict[str, ModelSnapshot]:
    return {kind: replace(snapshots()[kind], **changes)}


LINE = Linear(("orders",), 0.1, (0.1,), (0.0,), (1.0,))
EMPTY = {"propensity": snapshot("propensity", PropensityModel({}))}
BROKEN = {"propensity": snapshot("propensity", PropensityModel({"small": replace(LINE, weights=())}))}
ELSEWHERE = {"propensity": snapshot("propensity", PropensityModel({"small": replace(LINE, inputs=("age",))}))}
STEEP = {"uplift": snapshot("uplift", UpliftModel({"small": replace(LINE, weights=(1e308,), means=(-1e308,))}))}
STRANGE = replace(CONTEXT, values=(1.0, nan, 0.0))


@pytest.mark.parametrize(
    ("name", "models", "context", "policy", "fallback"),
    [
        ("propensity", {}, CONTEXT, "rules@1", "propensity@1 no_model"),
        ("propensity", EMPTY, CONTEXT, "rules@1", "propensity@1 no_model"),
        ("propensity", model("propensity", trained_to=OLD), CONTEXT, "rules@1", "propensity@1 stale_model"),
        ("propensity", BROKEN, CONTEXT, "rules@1", "propensity@1 corrupt_model"),
        ("propensity", ELSEWHERE, CONTEXT, "rules@1", "propensity@1 missing_input:age"),
        ("propensity", model("propensity"), STRANGE, "rules@1", "propensity@1 not_finite"),
        ("uplift", STEEP, CONTEXT, "rules@1", "uplift@1 not_finite; propensity@1 no_model"),
        ("uplift", model("propensity"), CONTEXT, "propensity@1", "uplift@1 no_model"),
        ("bandit", {}, CONTEXT, "rules@1", "bandit@1 no_model; propensity@1 no_model"),
        ("bandit", model("propensity"), CONTEXT, "propensity@1", "bandit@1 no_model"),
        ("value", model("long_term", trained_to=OLD), KNOWING, "bandit@1", "value@1 stale_model"),
        ("value", {}, KNOWING, "bandit@1", "value@1 no_model"),
        ("value", {}, CONTEXT, "rules@1", "value@1 no_model; bandit@1 no_model; propensity@1 no_model"),
        ("bandit", {}, KNOWING, "bandit@1", ""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_fault_leads_one_rung_down_and_is_told(
    name: str, models: dict[str, ModelSnapshot], context: Context, policy: str, fallback: str
) -> None:
    made = decided(name, models, context)
    assert (made.policy, made.fallback) == (policy, fallback)
    assert made.scored[-1].action == ""


class Failing(RulesPolicy):
    name = "propensity@1"

    def score(self, context: Context, candidates: Sequence[Scored]) -> Sequence[Scored]:
        raise ZeroDivisionError


class Invalid(RulesPolicy):
    name = "propensity@1"

    def probabilities(self, context: Context, candidates: Sequence[Scored]) -> tuple[float, ...]:
        return (nan,) * len(candidates)


class Broken(RulesPolicy):
    def probabilities(self, context: Context, candidates: Sequence[Scored]) -> tuple[float, ...]:
        raise KeyError


@pytest.mark.parametrize(
    ("broken", "word"), [(Failing(), "raised ZeroDivisionError"), (Invalid(), "gave no valid probabilities")]
)
def test_a_policy_that_breaks_is_passed_over(broken: Policy, word: str) -> None:
    made = decided("propensity", instead={"propensity": broken})
    assert (made.policy, made.fallback) == ("rules@1", f"propensity@1 {word}")


def test_where_even_the_rules_break_silence_is_left_for_certain() -> None:
    made = decided("propensity", instead={"propensity": Failing(), "rules": Broken()})
    assert made.fallback == "propensity@1 raised ZeroDivisionError; rules@1 raised KeyError"
    assert (made.policy, made.probabilities) == ("silence@1", (0.0, 0.0, 1.0))
    assert made.index == len(OFFERS)
    assert not made.is_exploration


def test_fallbacks_are_told_apart_for_counting() -> None:
    assert failures_of("") == ()
    assert failures_of("value@1 no_model; bandit@2 missing_input:age; rules@1 raised KeyError") == (
        ("value", "no_model"),
        ("bandit", "missing_input:age"),
        ("rules", "raised_KeyError"),
    )
    assert failures_of("propensity@1 gave no valid probabilities") == (("propensity", "gave_no_valid_probabilities"),)


def test_the_standing_groups_need_no_model() -> None:
    for group, policy in (("rules", "rules@1"), ("random", "random@1")):
        made = choose(OFFERS, CONTEXT, group, PolicySpec(name="bandit"), STANDING, "seed", "decision-1")
        assert (made.policy, made.fallback) == (policy, "")
