"""The factored model learns as batch regression would, corrects late, and starts new actions warm."""

import numpy as np
import pytest
from numpy.typing import NDArray

from segue.core.decisioning.models.factored import SILENCE, Arm, FactoredLearner, Head, Lesson, Prior, Shape

MARGIN, BOUGHT = Head("margin"), Head("bought", "logit")
SHAPE = Shape(("one", "a", "b"), (MARGIN,))
BOTH = Shape(("one", "a", "b"), (MARGIN, BOUGHT, Head("opened", "logit")))
EMAIL: Arm = (("channel:email", 1.0), ("action:offer", 1.0), ("own:offer/email", 1.0))
SMS: Arm = (("channel:sms", 1.0), ("action:offer", 1.0), ("own:offer/sms", 1.0))
REPEATED: Arm = (*EMAIL, ("repeat", 0.4))
ARMS = (EMAIL, SMS, REPEATED, SILENCE)


def customers(count: int, seed: int = 0) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    return np.column_stack([np.ones(count), rng.normal(size=(count, 2))])


def taught(shape: Shape = BOTH, count: int = 200, seed: int = 1) -> tuple[FactoredLearner, list[Lesson]]:
    """A learner that has seen all arms at random, with outcomes at random, some of them late."""
    rng, learner, lessons = np.random.default_rng(seed), FactoredLearner(shape), []
    for row, x in enumerate(customers(count, seed)):
        lesson = learner.observe(x, ARMS[row % 4])
        lessons.append(learner.correct(lesson, rng.integers(0, 2, len(shape.heads)).astype(float)))
    return learner, lessons


def ridge(
    x: NDArray[np.float64], y: NDArray[np.float64], prior: Prior, weights: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Return the posterior mean of a Bayesian linear regression with unit noise, in closed form."""
    weighed = x if weights is None else x * weights[:, None]
    penalty = np.diag(1.0 / prior.variances("shared", x.shape[1]))
    solution: NDArray[np.float64] = np.linalg.solve(weighed.T @ x + penalty, weighed.T @ y)
    return solution


def shared_weights(learner: FactoredLearner) -> NDArray[np.float64]:
    return learner.publish().means[0, 0]


def same(ours: FactoredLearner, theirs: FactoredLearner, tolerance: float = 1e-9) -> None:
    left, right = ours.publish(), theirs.publish()
    assert list(left.rows) == list(right.rows)
    assert left.means == pytest.approx(right.means, rel=tolerance, abs=tolerance)
    assert left.covariances == pytest.approx(right.covariances, rel=tolerance, abs=tolerance)


def test_late_corrections_end_where_batch_ridge_regression_does() -> None:
    rng, x = np.random.default_rng(0), customers(200)
    y = x @ [0.5, 1.0, -2.0] + rng.normal(size=200)
    learner = FactoredLearner(SHAPE)

    lessons = [learner.observe(row, SILENCE) for row in x]
    for index in rng.permutation(200):
        half = learner.correct(lessons[index], [y[index] / 2])
        learner.correct(half, [y[index] / 2])

    assert shared_weights(learner) == pytest.approx(ridge(x, y, learner.prior), rel=1e-10)


def test_forgetting_is_weighted_ridge_regression_also_for_what_is_corrected_later() -> None:
    rng, x = np.random.default_rng(0), customers(60)
    y = rng.normal(size=60)
    learner = FactoredLearner(SHAPE)

    lessons = []
    for row in x:
        lessons.append(learner.observe(row, SILENCE))
        learner.forget(0.05)
    for index in rng.permutation(60):
        learner.correct(lessons[index], [y[index]])

    weights = 0.95 ** np.arange(60, 0, -1)
    assert shared_weights(learner) == pytest.approx(ridge(x, y, learner.prior, weights), rel=1e-9)


def test_forgetting_all_but_everything_returns_to_the_prior() -> None:
    learner, _ = taught(count=50)

    learner.forget(1.0 - 1e-9)

    fresh = FactoredLearner(BOTH)
    for arm in ARMS:
        fresh._blocks.active(arm)
    same(learner, fresh, tolerance=1e-5)


@pytest.mark.parametrize("arm", ARMS)
@pytest.mark.parametrize("amounts", [[2.5, 1.0, 0.0], [-1.0, 0.0, 1.0]])
def test_a_lesson_corrected_before_the_next_is_as_if_it_had_been_known_at_once(arm: Arm, amounts: list[float]) -> None:
    x = np.array([1.0, 0.7, -1.2])
    at_once, late = taught()[0], taught()[0]

    at_once.observe(x, arm, amounts)
    late.correct(late.observe(x, arm), amounts)

    same(at_once, late)
    assert late.publish().noise == pytest.approx(at_once.publish().noise)


def test_what_is_taken_back_leaves_no_trace() -> None:
    x = np.array([1.0, 0.7, -1.2])
    honest, refunded = taught()[0], taught()[0]

    honest.observe(x, EMAIL)
    lesson = refunded.correct(refunded.observe(x, EMAIL), [30.0, 1.0, 1.0])
    refunded.correct(lesson, [-30.0, -1.0, -1.0])

    same(honest, refunded)


def test_silence_is_the_shared_block_and_nothing_else() -> None:
    learner, _ = taught()
    model, x = learner.publish(), np.array([1.0, 0.4, 0.3])

    beliefs = model.believe(x, ARMS)

    linear = model.means[0] @ x
    assert beliefs.means[-1] == pytest.approx([linear[0], *(1 / (1 + np.exp(-linear[1:])))])
    assert not beliefs.effects[-1].any()
    assert not beliefs.effect_variances[-1].any()
    assert not beliefs.prospects[-1].any()
    assert (beliefs.effect_variances[:-1] > 0.0).all()
    assert (beliefs.variances[-1] > 0.0).all()


def test_silence_teaches_nothing_about_what_messages_add() -> None:
    learner, _ = taught()
    before = learner.publish()

    learner.observe(np.array([1.0, 2.0, 2.0]), SILENCE, [9.0, 1.0, 1.0])

    after = learner.publish()
    assert (after.means[1:] == before.means[1:]).all()
    assert (after.covariances[:, 1:] == before.covariances[:, 1:]).all()


def test_a_new_action_starts_with_what_its_channel_has_taught() -> None:
    learner, rng = FactoredLearner(Shape(("one",), (BOUGHT,))), np.random.default_rng(2)
    chances = {"email": 0.4, "sms": 0.05}
    for turn in range(1_200):
        channel, action = ("email", "sms")[turn % 2], f"offer{turn % 3}"
        arm: Arm = ((f"channel:{channel}", 1.0), (f"action:{action}", 1.0), (f"own:{action}/{channel}", 1.0))
        learner.observe([1.0], arm, [float(rng.random() < chances[channel])])
        learner.observe([1.0], SILENCE, [float(rng.random() < 0.1)])

    new: list[Arm] = [((f"channel:{each}", 1.0), ("action:new", 1.0), (f"own:new/{each}", 1.0)) for each in chances]
    beliefs = learner.publish().believe([1.0], [*new, (("channel:letter", 1.0),)])

    assert beliefs.effects[0, 0] > 0.1
    assert beliefs.effects[1, 0] < 0.0
    assert beliefs.effects[2, 0] == 0.0
    assert beliefs.evidence.tolist() == [0.0, 0.0, 0.0]


def test_a_lesson_costs_its_own_blocks_however_many_there_are() -> None:
    learner, _ = taught()
    for number in range(50):
        learner.observe(np.ones(3), ((f"action:{number}", 1.0),))
    before = learner.publish()

    learner.observe(np.array([1.0, -1.0, 2.0]), EMAIL, [1.0, 1.0, 0.0])

    after = learner.publish()
    touched = [name for name, row in after.rows.items() if (after.means[row] != before.means[row]).any()]
    assert touched == ["shared", *(name for name, _ in EMAIL)]


def test_a_block_at_a_small_scale_moves_little() -> None:
    whole, part = FactoredLearner(SHAPE), FactoredLearner(SHAPE)

    whole.observe(np.ones(3), (("content:discount", 1.0),), [1.0])
    part.observe(np.ones(3), (("content:discount", 0.1),), [1.0])

    assert 0.0 < part.publish().means[1, 0, 0] < 0.2 * whole.publish().means[1, 0, 0]


def test_all_identity_heads_share_one_covariance_and_each_logit_head_has_its_own() -> None:
    shape = Shape(("one",), (MARGIN, BOUGHT, Head("minutes"), Head("opened", "logit")))

    model = FactoredLearner(shape).publish()

    assert model.covariances.shape == (3, 1, 1, 1)
    assert model.families.tolist() == [0, 1, 0, 2]


def test_a_head_learns_the_same_beside_others_as_alone() -> None:
    rng, x = np.random.default_rng(7), customers(100)
    alone, beside = FactoredLearner(Shape(SHAPE.inputs, (BOUGHT,))), FactoredLearner(BOTH)
    for turn, row in enumerate(x):
        bit, margin = float(rng.integers(2)), float(rng.normal())
        alone.observe(row, ARMS[turn % 4], [bit])
        beside.observe(row, ARMS[turn % 4], [margin, bit, 1.0])

    assert beside.publish().means[:, 1] == pytest.approx(alone.publish().means[:, 0])


def test_noise_is_learnt_at_the_scale_of_the_money() -> None:
    rng, learner = np.random.default_rng(0), FactoredLearner(SHAPE)
    for x in customers(3_000):
        learner.correct(learner.observe(x, SILENCE), [40.0 * x[1] + rng.normal() * 25.0])

    model = learner.publish()

    assert model.noise == pytest.approx([25.0], rel=0.1)
    assert model.scale([2.0]) == pytest.approx(2.0 * model.noise[0])
    spread = np.sqrt(model.believe([1.0, 0.0, 0.0], [SILENCE]).variances[0, 0])
    assert spread == pytest.approx(25.0 / np.sqrt(3_000), rel=0.15)


def test_something_happened_or_not_however_often() -> None:
    once, often = taught()[0], taught()[0]
    x = np.array([1.0, 0.2, 0.2])

    once.correct(once.observe(x, EMAIL), [0.0, 1.0, 0.0])
    lesson = often.correct(often.observe(x, EMAIL), [0.0, 1.0, 0.0])
    often.correct(lesson, [0.0, 3.0, 0.0])

    assert (often.publish().means == once.publish().means).all()


def test_what_was_packed_goes_on_to_the_last_bit() -> None:
    learner, lessons = taught()
    learner.forget(0.01)
    learner.observe(np.ones(3), (("action:late", 0.5),))

    restored = FactoredLearner.unpack(learner.pack())

    assert restored.pack() == learner.pack()
    for each in (learner, restored):
        each.correct(lessons[7], [1.0, 1.0, -1.0])
        each.observe(np.array([1.0, 0.1, 0.2]), REPEATED, [1.0, 0.0, 1.0])
        each.forget(0.02)
    assert restored.pack() == learner.pack()


def test_the_same_lessons_give_the_same_bytes() -> None:
    assert taught()[0].pack() == taught()[0].pack()


def test_what_was_published_does_not_change() -> None:
    learner, lessons = taught()
    published = learner.publish()
    before = published.means.copy(), published.covariances.copy(), published.counts.copy()

    learner.observe(np.ones(3), EMAIL, [1.0, 1.0, 1.0])
    learner.correct(lessons[0], [5.0, 0.0, 0.0])
    learner.forget(0.5)
    learner.observe(np.ones(3), (("action:new", 1.0),))

    for held, was in zip((published.means, published.covariances, published.counts), before, strict=True):
        assert (held == was).all()


def test_another_order_of_inputs_and_heads_believes_the_same() -> None:
    learner, _ = taught()
    other = learner.reshape(Shape(("one", "b", "a"), BOTH.heads[::-1]))

    theirs = other.publish().believe([1.0, 0.5, 0.2], ARMS)
    ours = learner.publish().believe([1.0, 0.2, 0.5], ARMS)

    assert theirs.means[:, ::-1] == pytest.approx(ours.means)
    assert theirs.variances[:, ::-1] == pytest.approx(ours.variances)
    assert theirs.evidence.tolist() == ours.evidence.tolist()
    assert other.lessons == learner.lessons


def test_a_new_input_and_a_new_head_start_at_the_prior_and_what_goes_is_integrated_out() -> None:
    learner, _ = taught()
    other = learner.reshape(Shape(("one", "c", "a"), (BOUGHT, Head("complained", "logit"))))

    ours, theirs = learner.publish(), other.publish()

    assert (theirs.means[:, 0, [0, 2]] == ours.means[:, 1, [0, 1]]).all()
    assert not theirs.means[:, 1].any()
    assert not theirs.means[:, 0, 1].any()
    row = theirs.rows["channel:email"]
    assert theirs.covariances[0, row, 1].tolist() == [0.0, theirs.prior.variance("channel:email"), 0.0]
    assert theirs.covariances[0, row, 0, 2] == ours.covariances[1, row, 0, 1]
    other.observe([1.0, 3.0, 0.0], EMAIL, [1.0, 0.0])
    assert np.isfinite(other.publish().means).all()


def test_a_head_of_another_link_is_another_head() -> None:
    learner, _ = taught()

    other = learner.reshape(Shape(SHAPE.inputs, (Head("bought", "identity"),)))

    assert not other.publish().means.any()


def test_covariances_stay_symmetric_and_positive_through_all_that_may_happen() -> None:
    rng, learner = np.random.default_rng(5), FactoredLearner(BOTH)
    lessons: list[Lesson] = []
    for turn in range(3_000):
        x = np.array([1.0, *rng.normal(size=2) * (100.0 if turn % 97 == 0 else 1.0)])
        lessons.append(learner.observe(x, ARMS[int(rng.integers(4))]))
        if rng.random() < 0.3:
            index = int(rng.integers(len(lessons)))
            lessons[index] = learner.correct(lessons[index], rng.integers(-1, 2, 3).astype(float))
        if turn % 500 == 0:
            learner.forget(0.3)

    model = learner.publish()

    assert (model.covariances == model.covariances.transpose(0, 1, 3, 2)).all()
    assert np.linalg.eigvalsh(model.covariances).min() > 0.0
    assert np.abs(model.means).max() < 100.0


def test_beliefs_cover_the_truth_as_often_as_they_say() -> None:
    """Effects of two channels, drawn from the prior: the truth lies within two deviations in most of 200 runs."""
    hits = []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        prior = Prior()
        truth = {name: rng.normal(size=3) * np.sqrt(prior.variances(name, 3)) for name in ("channel:a", "channel:b")}
        base = np.array([-1.0, 0.3, -0.3])
        learner = FactoredLearner(Shape(SHAPE.inputs, (BOUGHT,)))
        for turn, x in enumerate(customers(300, seed)):
            name = ("channel:a", "channel:b", "")[turn % 3]
            linear = x @ (base + truth.get(name, 0.0))
            bit = float(rng.random() < 1 / (1 + np.exp(-linear)))
            learner.correct(learner.observe(x, ((name, 1.0),) if name else SILENCE), [bit])
        model = learner.publish()
        for name, weights in truth.items():
            row = model.rows[name]
            error = weights[0] - model.means[row, 0, 0]
            hits.append(abs(error) < 2.0 * np.sqrt(model.covariances[0, row, 0, 0]))

    assert 0.85 < np.mean(hits) <= 1.0
