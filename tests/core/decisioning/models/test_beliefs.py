"""Published models: beliefs about arms, prepared or not."""

import gc
from weakref import ref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.decisioning.models.beliefs import Factored
from segue.core.decisioning.models.factored import SILENCE, Arm, FactoredLearner, Head, Prior, Shape

INPUTS = ("one", "a", "b", "c")
HEADS = (Head("bought", "logit"), Head("margin"), Head("left", "logit"))
EMAIL: Arm = (("channel:email", 1.0), ("action:offer", 1.0))
NEW: Arm = (("channel:email", 1.0), ("action:new", 1.0), ("content:discount", 0.3))
X = np.array([1.0, 0.4, -0.7, 2.0])


def published(heads: tuple[Head, ...] = HEADS, chance: float = 0.3, lessons: int = 300) -> Factored:
    rng, learner = np.random.default_rng(3), FactoredLearner(Shape(INPUTS, heads))
    for turn in range(lessons):
        x = np.array([1.0, *rng.normal(size=3)])
        learner.observe(x, EMAIL if turn % 2 else SILENCE, (rng.random(len(heads)) < chance).astype(float))
    return learner.publish()


@pytest.mark.parametrize("heads", [HEADS, HEADS[:1], HEADS[1:2], (HEADS[0], HEADS[2])])
def test_the_quick_way_gives_the_worths_of_the_beliefs(heads: tuple[Head, ...]) -> None:
    model, arms = published(heads), [EMAIL, NEW, SILENCE]
    weights = np.array([10.0, 1.0, -30.0])[: len(heads)]

    quick = model.panel(arms).worths(X, weights)

    assert quick == pytest.approx(model.believe(X, arms).worths(weights))
    assert quick[-1] == 0.0


MODELS = [published(heads) for heads in (HEADS, HEADS[:1], HEADS[1:2], (HEADS[0], HEADS[2]))]
BLOCK_NAMES = ("channel:email", "action:offer", "action:new", "content:discount")
SOME_ARMS = st.lists(
    st.lists(st.tuples(st.sampled_from(BLOCK_NAMES), st.floats(-2, 2)), max_size=4).map(tuple), min_size=1, max_size=15
)


@settings(deadline=None)
@given(st.sampled_from(MODELS), SOME_ARMS, st.lists(st.floats(-1e3, 1e3), min_size=4, max_size=4))
def test_worths_and_beliefs_agree_for_any_arms_and_silence_adds_nothing(
    model: Factored, arms: list[Arm], x: list[float]
) -> None:
    weights = np.array([10.0, 1.0, -30.0])[: model.heads]
    panel = model.panel([*arms, SILENCE])

    beliefs = panel.believe(x)

    assert panel.worths(x, weights) == pytest.approx(beliefs.worths(weights), rel=1e-9, abs=1e-9)
    assert panel.worths(x, weights)[-1] == 0.0
    for silent in (beliefs.effects, beliefs.effect_variances, beliefs.prospects):
        assert not silent[-1].any()
    assert (beliefs.effect_variances >= 0.0).all()
    assert panel.worths(x, weights).tobytes() == panel.worths(x, weights).tobytes()


def test_variances_are_those_of_the_blocks() -> None:
    model = published(HEADS[1:2])

    beliefs = model.believe(X, [EMAIL, NEW, SILENCE])

    noise = model.noise[0] ** 2
    shared, channel, action = (
        X @ model.covariances[0, model.rows[name]] @ X for name in ("shared", "channel:email", "action:offer")
    )
    unknown = sum(
        scale**2 * X @ (Prior().variances(name, 4) * X) for name, scale in (("action:new", 1.0), ("content:x", 0.3))
    )
    assert beliefs.effect_variances[:, 0] == pytest.approx(
        [noise * (channel + action), noise * (channel + unknown), 0.0]
    )
    assert beliefs.variances[2, 0] == pytest.approx(noise * shared)


def test_beliefs_agree_with_draws_from_the_posterior() -> None:
    model = published((HEADS[0],), lessons=2_000)
    rng = np.random.default_rng(0)
    draws = {
        name: rng.multivariate_normal(model.means[row, 0], model.covariances[0, row], size=200_000) @ X
        for name, row in model.rows.items()
    }
    silent = 1 / (1 + np.exp(-draws["shared"]))
    sent = 1 / (1 + np.exp(-(draws["shared"] + draws["channel:email"] + draws["action:offer"])))

    beliefs = model.believe(X, [EMAIL, SILENCE])

    assert beliefs.prospects[0, 0] == pytest.approx((sent - silent).mean(), abs=0.01)
    assert np.sqrt(beliefs.variances[:, 0]) == pytest.approx([sent.std(), silent.std()], rel=0.1)


def test_evidence_is_that_of_the_least_known_whole_block() -> None:
    model = published()

    assert model.believe(X, [EMAIL, NEW, (*EMAIL, ("repeat", 0.2)), SILENCE]).evidence.tolist() == [150, 0, 150, 300]
    assert model.weight == 300.0


def test_an_unknown_action_is_hoped_for_but_not_presumed_to_harm() -> None:
    model = published(chance=0.03, lessons=3_000)
    unknown: Arm = (("channel:new", 1.0), ("action:new", 1.0))

    beliefs = model.believe(X, [unknown, SILENCE])

    assert beliefs.effects[0] == pytest.approx([0.0, 0.0, 0.0])
    assert beliefs.prospects[0, 0] > 0.0
    hopes = beliefs.hopes([10.0, 1.0, -30.0])
    assert hopes[0, 0] == beliefs.prospects[0, 0]
    assert hopes[0, 2] == 0.0


def test_the_spread_weighs_heads_as_independent() -> None:
    model = published()

    beliefs = model.believe(X, [EMAIL, SILENCE])

    variances = beliefs.effect_variances[0]
    assert beliefs.spreads([2.0, 1.0, -3.0]) == pytest.approx(
        [np.sqrt(4 * variances[0] + variances[1] + 9 * variances[2]), 0.0]
    )


def test_a_large_gap_is_one_decision_s_deviation() -> None:
    model = published((HEADS[0],), chance=0.3, lessons=3_000)

    assert model.scale([5.0]) == pytest.approx(5.0 * np.sqrt(0.3 * 0.7), rel=0.1)


def test_more_sets_of_arms_than_are_remembered_change_nothing() -> None:
    model = published()
    first = model.believe(X, [EMAIL, SILENCE]).means

    for number in range(600):
        model.believe(X, [((f"action:{number}", 1.0),), SILENCE])

    assert (model.believe(X, [EMAIL, SILENCE]).means == first).all()


def test_a_model_is_gone_with_the_last_who_uses_it_without_any_collector() -> None:
    """A process publishes every few seconds and collects once an hour."""
    learner = FactoredLearner(Shape(("one", "age"), (Head("bought", "logit"),)))
    learner.observe([1.0, 0.5], SILENCE)
    model = learner.publish()
    model.believe([1.0, 0.5], [SILENCE])
    gone = ref(model)
    gc.disable()
    try:
        del model
        assert gone() is None
    finally:
        gc.enable()
