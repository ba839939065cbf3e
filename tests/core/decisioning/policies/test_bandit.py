"""The bandit: effects by objective, net of cost, drawn so that what is uncertain gets its chance and no more."""

from collections.abc import Sequence
from math import fsum

import numpy as np
import pytest
from msgspec.structs import replace

from segue.core.catalogue import Scored
from segue.core.decisioning.arms import weights_of
from segue.core.decisioning.context import Context
from segue.core.decisioning.models.factored import FactoredLearner
from segue.core.decisioning.models.shape import SILENCE as SILENT
from segue.core.decisioning.models.shape import Head, Shape
from segue.core.decisioning.policies.bandit import EVIDENCE, SD, BanditPolicy
from segue.core.decisioning.policy import Unready
from segue.core.decisioning.rewards import objectives_of
from segue.core.world import build_world
from segue.model.learning import Learning, Objective
from segue.model.workspace import PolicySpec
from segue.testing.conformance.policy import CONTEXT
from tests.builders import EMAIL, SMS, action, workspace

OBJECTIVES = {"success": Objective(event="bought", value=10.0), "complaint": Objective(event="complained", value=-30.0)}
SHAPE = Shape(CONTEXT.names[:-1], (Head("success", "logit"), Head("complaint", "logit")))
SILENCE = Scored("", "", 0.0, 0.0)
OFFERS = [Scored("offer", channel, 0.0, 5.0, {"value": 10.0, "cost": 0.5}) for channel in ("email", "sms")]


def a_shop(weight: float = 1.0, **spec: object):  # type: ignore[no-untyped-def]
    objectives = OBJECTIVES | {"complaint": replace(OBJECTIVES["complaint"], weight=weight)}
    return workspace(
        channels=(EMAIL, SMS),
        actions=(action("offer", "email", "sms"), action("other", "email")),
        policy=PolicySpec(name="bandit", reach_evidence=50, **spec),  # type: ignore[arg-type]
        learning=Learning(objectives=objectives),
    )


def a_bandit(weight: float = 1.0, **spec: object) -> BanditPolicy:
    shop = a_shop(weight, **spec)
    return BanditPolicy(shop, build_world(shop).arms, weights_of(objectives_of(shop)))


def learnt(lessons: int = 600, seed: int = 5) -> Context:
    """A context in which it was learnt that short messages sell to those with many orders, and annoy."""
    rng, learner = np.random.default_rng(seed), FactoredLearner(SHAPE)
    arms = build_world(a_shop()).arms
    for _ in range(lessons):
        orders, channel = float(rng.uniform(0, 1)), ("email", "sms", "")[int(rng.integers(3))]
        arm = arms.of("offer", channel, "message", {}) if channel else SILENT
        bought = rng.random() < {"": 0.1, "email": 0.2, "sms": 0.2 + 0.6 * orders}[channel]
        annoyed = rng.random() < {"": 0.0, "email": 0.0, "sms": 0.05}[channel]
        learner.observe(np.array([1.0, orders]), arm, np.array([float(bought), float(annoyed)]))
    return replace(CONTEXT, learned=learner.publish())


def at(context: Context, orders: float) -> Context:
    return replace(context, values=(1.0, orders, 0.0))


def ask(bandit: BanditPolicy, context: Context, offers: Sequence[Scored] = OFFERS, slot: float = 0.0) -> list[float]:
    silence = replace(SILENCE, total=slot)
    return list(bandit.probabilities(context, [*bandit.score(context, offers), silence]))


def test_each_objective_s_effect_stands_in_the_record_and_the_total_is_their_weighed_sum_net_of_cost() -> None:
    scored = a_bandit().score(at(learnt(), 0.9), OFFERS)
    for each in scored:
        worth = 10.0 * each.scores["success"] - 30.0 * each.scores["complaint"]
        assert each.total == each.scores["total"] == pytest.approx(worth - 0.5)
    email, sms = scored
    assert sms.scores["success"] > email.scores["success"] + 0.2
    assert sms.scores["complaint"] > email.scores["complaint"]
    assert sms.scores[EVIDENCE] > 100


def test_another_weight_decides_otherwise_without_learning_anew() -> None:
    context = at(learnt(3_000), 0.9)
    sober, careful = ask(a_bandit(), context), ask(a_bandit(weight=20.0), context)
    assert max(sober) == sober[1]
    assert careful[1] < 0.1


def test_price_subsidy_and_levers_count() -> None:
    context = at(learnt(), 0.9)
    plain = a_bandit().score(context, OFFERS)[1]

    def total(**scores: float) -> float:
        return a_bandit().score(context, [replace(OFFERS[1], scores=OFFERS[1].scores | scores)])[0].total

    assert total(price=2.0) == pytest.approx(plain.total - 2.0)
    assert total(subsidy=2.0) == pytest.approx(plain.total + 2.0)
    assert total(lever=2.0, context_weight=0.75) == pytest.approx((plain.total + 0.5) * 1.5 - 0.5)
    assert a_bandit().score(context, [replace(OFFERS[1], scores={"lever": 2.0})])[0].scores[SD] == pytest.approx(
        2.0 * plain.scores[SD]
    )


def test_a_lever_does_not_make_a_harm_worse() -> None:
    context = at(learnt(), 0.0)
    careful = a_bandit(weight=20.0)
    plain, pushed = careful.score(context, [OFFERS[1], replace(OFFERS[1], scores=OFFERS[1].scores | {"lever": 3.0})])
    assert pushed.total == plain.total < 0.0


@pytest.mark.parametrize("draw", ["inverse_gap", "thompson"])
def test_the_better_the_more_probable_and_silence_where_nothing_is_gained(draw: str) -> None:
    bandit, context = a_bandit(draw=draw), learnt(2_000)
    assert ask(bandit, at(context, 1.0))[1] > 0.8
    dear = [replace(each, scores=each.scores | {"cost": 9.0}) for each in OFFERS]
    assert ask(bandit, at(context, 1.0), dear)[-1] > 0.8


def test_inverse_gaps_leave_everything_possible_and_narrow_down_with_evidence() -> None:
    few, many = ask(a_bandit(), at(learnt(100), 1.0)), ask(a_bandit(), at(learnt(3_000), 1.0))
    assert min(few) > min(many) > 0.0
    assert max(many) > max(few)
    assert fsum(many) == pytest.approx(1.0)


def test_a_slot_has_to_be_worth_it() -> None:
    context = at(learnt(), 1.0)
    taking = [replace(each, takes_slot=True) for each in OFFERS]
    assert ask(a_bandit(), context, taking, slot=50.0)[-1] > ask(a_bandit(), context, taking)[-1] + 0.5
    assert ask(a_bandit(), context, OFFERS, slot=50.0) == ask(a_bandit(), context, OFFERS)


def test_a_new_action_is_given_its_reach_however_good_it_looks() -> None:
    context = at(learnt(3_000), 1.0)
    other = Scored("other", "email", 0.0, 0.0, {"cost": 0.0, "subsidy": 500.0})
    found = ask(a_bandit(), context, [*OFFERS, other])
    assert found[2] == pytest.approx(PolicySpec().reach)


def test_reach_grows_with_evidence_to_all() -> None:
    arms, rng = build_world(a_shop()).arms, np.random.default_rng(1)
    shares = []
    for seen in (0, 10, 25, 50):
        learner = FactoredLearner(SHAPE)
        for number in range(100 + seen):
            arm = arms.of("other", "email", "message", {}) if number < seen else SILENT
            learner.observe(np.array([1.0, float(rng.uniform())]), arm, np.zeros(2))
        context = replace(CONTEXT, learned=learner.publish())
        other = Scored("other", "email", 0.0, 0.0, {"subsidy": 500.0})
        shares.append(ask(a_bandit(), context, [other])[0])
    assert shares[:3] == pytest.approx([0.02, 0.02 + 0.98 * 0.2, 0.02 + 0.98 * 0.5])
    assert shares[3] > 0.95


@pytest.mark.parametrize(
    ("context", "reason"),
    [
        (CONTEXT, "no_model"),
        (replace(CONTEXT, learned=FactoredLearner(SHAPE).publish()), "no_model"),
        (learnt(49), "no_model"),
        (replace(learnt(50), names=("one", "age", "fatigue_dose")), "missing_input:orders"),
        (replace(learnt(50), values=(1.0,)), "missing_input:orders"),
        (replace(learnt(50), values=(1.0, float("nan"), 0.0)), "not_finite"),
        (replace(learnt(50), values=(1.0, float("inf"), 0.0)), "not_finite"),
        (replace(learnt(50), values=(1.0, -1e200, 0.0)), "not_finite"),
    ],
)
def test_it_says_why_it_cannot_decide(context: Context, reason: str) -> None:
    with pytest.raises(Unready) as unready:
        a_bandit().score(context, OFFERS)
    assert unready.value.reason == reason


def test_ties_do_not_depend_on_the_order_of_candidates() -> None:
    learner = FactoredLearner(SHAPE)
    for _ in range(60):
        learner.observe(np.array([1.0, 0.5]), SILENT)
    context = replace(CONTEXT, learned=learner.publish())
    forth, back = ask(a_bandit(), context, OFFERS), ask(a_bandit(), context, OFFERS[::-1])
    assert forth == [back[1], back[0], back[2]]


def test_a_way_of_a_journey_s_step_is_learnt_under_its_own_name() -> None:
    context = replace(at(learnt(), 0.5), slot="choose:onboarding/fork")
    ways = [Scored("patient", "", 0.0, 1.0), Scored("bold", "", 0.0, 3.0)]
    scored = a_bandit().score(context, ways)
    assert [each.scores[EVIDENCE] for each in scored] == [0.0, 0.0]
    assert min(ask(a_bandit(), context, ways)[:-1]) > 0.2, "ways need no ramp: they bother nobody"
