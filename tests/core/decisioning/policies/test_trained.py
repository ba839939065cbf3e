"""What policies with a trained model share: when they decide, and what becomes of actions the model never saw."""

from math import nan
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from segue.core.catalogue import Scored
from segue.core.decisioning.context import Context
from segue.core.decisioning.policies.propensity import PropensityPolicy
from segue.core.decisioning.policies.trained import MOST_UNKNOWN, REACH, favour
from segue.core.decisioning.policies.uplift import UpliftPolicy
from segue.core.decisioning.policy import Policy, Unready
from segue.model.learning import Learning
from segue.model.snapshots import Linear, ModelSnapshot, PropensityModel, Trees, UpliftModel
from segue.model.time import DAY, Instant
from segue.model.workspace import PolicySpec
from segue.testing.conformance.policy import CONTEXT
from tests.builders import workspace
from tests.core.decisioning.policies.trained_models import context_with, flattened, snapshot, snapshots

SILENCE = Scored("", "", 0.0, 0.0)
POLICIES = [("propensity", PropensityPolicy, PropensityModel), ("uplift", UpliftPolicy, UpliftModel)]


def offer(name: str, total: float = 0.0, channel: str = "email", **scores: float) -> Scored:
    return Scored(name, channel, 0.0, total, {"value": 10.0, "cost": 0.5} | scores)


def policy(kind: str, model: ModelSnapshot | None, **changes: Any) -> Policy:
    make = {name: policy for name, policy, _ in POLICIES}[kind]
    models = {kind: model} if model is not None else {}
    return make(workspace(policy=PolicySpec(name=kind), models=models, **changes))


def reason(asked: Policy, context: Context = CONTEXT, *offers: Scored) -> str:
    with pytest.raises(Unready) as unready:
        asked.score(context, offers or [offer("small")])
    return unready.value.reason


def line(*weights: float, intercept: float = 0.0, inputs: tuple[str, ...] = ("orders",)) -> Linear:
    zeros, ones = (0.0,) * len(inputs), (1.0,) * len(inputs)
    return Linear(inputs, intercept, weights, zeros, ones)


@pytest.mark.parametrize(("kind", "make", "body"), POLICIES)
class TestWhenItCannotDecide:
    def test_without_a_model(self, kind: str, make: Any, body: Any) -> None:
        assert reason(policy(kind, None)) == "no_model"

    def test_with_an_empty_model(self, kind: str, make: Any, body: Any) -> None:
        assert reason(policy(kind, snapshot(kind, body({})))) == "no_model"

    def test_with_what_is_known_of_doing_nothing_only(self, kind: str, make: Any, body: Any) -> None:
        assert reason(policy(kind, snapshot(kind, body({"": line(1.0)})))) == "no_model"

    @pytest.mark.parametrize(("age", "is_stale"), [(30 * DAY, False), (30 * DAY + 1, True)])
    def test_with_a_model_that_is_too_old_for_the_moment(
        self, kind: str, make: Any, body: Any, age: int, is_stale: bool
    ) -> None:
        trained = snapshot(kind, body({"small": line(1.0)}), trained_to=Instant(CONTEXT.at - age))
        asked = policy(kind, trained, learning=Learning(max_age="30d"))
        if is_stale:
            assert reason(asked) == "stale_model"
        else:
            assert asked.score(CONTEXT, [offer("small")])

    def test_with_an_input_that_the_context_does_not_have(self, kind: str, make: Any, body: Any) -> None:
        trained = snapshot(kind, body({"small": line(1.0, 1.0, inputs=("orders", "age"))}))
        assert reason(policy(kind, trained)) == "missing_input:age"
        assert reason(policy(kind, trained), Context()) == "missing_input:orders"

    def test_with_a_context_that_was_cut(self, kind: str, make: Any, body: Any) -> None:
        trained = snapshot(kind, body({"small": line(1.0)}))
        assert reason(policy(kind, trained), replace(CONTEXT, values=(1.0,))) == "missing_input:orders"

    def test_with_a_value_that_is_no_number(self, kind: str, make: Any, body: Any) -> None:
        trained = snapshot(kind, body({"small": line(1.0)}))
        assert reason(policy(kind, trained), replace(CONTEXT, values=(1.0, nan, 0.0))) == "not_finite"

    def test_where_the_model_makes_no_number_of_it(self, kind: str, make: Any, body: Any) -> None:
        trained = snapshot(kind, body({"small": line(1e300)}))
        assert reason(policy(kind, trained), replace(CONTEXT, values=(1.0, 1e300, 0.0))) == "not_finite"

    def test_with_a_model_of_another_kind(self, kind: str, make: Any, body: Any) -> None:
        other = PropensityModel if body is UpliftModel else UpliftModel
        assert reason(policy(kind, snapshot(kind, other({"small": line(1.0)})))) == "corrupt_model"

    def test_with_a_tree_that_leads_back_to_itself(self, kind: str, make: Any, body: Any) -> None:
        tree = snapshots()["uplift"].body
        assert isinstance(tree, UpliftModel)
        sound = tree.by_action["small"]
        assert isinstance(sound, Trees)
        left = np.frombuffer(sound.left, "<i4").copy()
        left[np.flatnonzero(left >= 0)[-1]] = 0
        broken = replace(sound, left=left.tobytes())
        assert reason(policy(kind, snapshot(kind, body({"small": broken})))) == "corrupt_model"

    def test_about_the_ways_of_a_journey_s_step(self, kind: str, make: Any, body: Any) -> None:
        trained = snapshot(kind, body({"small": line(1.0)}))
        assert reason(policy(kind, trained), CONTEXT, Scored("patient", "", 0.0, 1.0)) == "no_model"


@pytest.mark.parametrize(("kind", "make", "body"), POLICIES)
def test_an_action_that_the_model_does_not_know_counts_as_the_mean_of_those_it_knows(
    kind: str, make: Any, body: Any
) -> None:
    trained = snapshot(kind, body({"small": line(0.0, intercept=0.1), "large": line(0.0, intercept=0.3)}))
    name = "propensity" if kind == "propensity" else "effect"
    small, new = policy(kind, trained).score(CONTEXT, [offer("small"), offer("new")])
    assert (small.scores[name], new.scores[name]) == pytest.approx((0.1, 0.2))
    assert REACH not in small.scores
    assert new.scores[REACH] == PolicySpec().reach
    alone = policy(kind, trained).score(CONTEXT, [offer("new")])
    assert alone == [new]


def new(name: str, total: float, reach: float = 0.02) -> Scored:
    return offer(name, total, reach=reach)


@pytest.mark.parametrize(
    ("candidates", "expected"),
    [
        ([offer("a", 1.0)], [1.0, 0.0]),
        ([offer("a", -0.1)], [0.0, 1.0]),
        ([offer("a", 1.0), new("b", 99.0)], [0.98, 0.02, 0.0]),
        ([offer("a", 1.0), new("b", 0.5)], [0.98, 0.02, 0.0]),
        ([offer("a", 1.0), new("b", -0.5)], [1.0, 0.0, 0.0]),
        ([new("b", 5.0)], [0.02, 0.98]),
        ([offer("a", 1.0), offer("c", 2.0), new("b", 9.0)], [0.0, 0.98, 0.02, 0.0]),
    ],
)
def test_what_the_model_does_not_know_gets_a_small_share_of_where_it_would_pay(
    candidates: list[Scored], expected: list[float]
) -> None:
    assert list(favour([*candidates, SILENCE])) == pytest.approx(expected)


def test_many_new_actions_share_what_new_ones_may_get() -> None:
    found = favour([offer("a", 1.0), *(new(f"n{n}", 2.0, 0.05) for n in range(10)), SILENCE])
    assert found[0] == pytest.approx(1.0 - MOST_UNKNOWN)
    assert found[1:-1] == pytest.approx([MOST_UNKNOWN / 10] * 10)


def test_ties_go_by_priority_then_name_then_speed_then_channel() -> None:
    best = Scored("a", "email", 1.0, 1.0, {}, latency=5)
    others = [
        Scored("a", "sms", 1.0, 1.0, {}, latency=5),
        Scored("a", "app", 1.0, 1.0, {}, latency=9),
        Scored("b", "email", 1.0, 1.0),
        Scored("A", "email", 0.0, 1.0),
    ]
    assert favour([*others, best, SILENCE])[4] == 1.0


def test_what_takes_a_slot_has_to_be_worth_it() -> None:
    dear = replace(SILENCE, total=2.0)
    taking = replace(offer("a", 1.5), takes_slot=True)
    assert favour([taking, dear]) == (0.0, 1.0)
    assert favour([taking, offer("b", 0.1), dear]) == (0.0, 1.0, 0.0)
    assert favour([replace(taking, total=2.0), dear]) == (1.0, 0.0)


def test_the_flattened_trees_of_these_tests_say_what_their_library_says() -> None:
    from sklearn.ensemble import HistGradientBoostingRegressor

    from segue.core.decisioning.models.estimators import evaluate_many

    x = np.random.default_rng(0).normal(size=(200, 2))
    boosted = HistGradientBoostingRegressor(max_iter=5, random_state=0).fit(x, x[:, 0] * x[:, 1])
    assert evaluate_many(flattened(boosted, ("a", "b")), ("a", "b"), x) == pytest.approx(boosted.predict(x))


def test_the_context_of_these_tests_can_be_changed_by_name() -> None:
    assert context_with(orders=3.0).values == (1.0, 3.0, 0.25)
