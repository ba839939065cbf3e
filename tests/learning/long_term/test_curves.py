"""The curves: what was true is found again, the dose bends them one way only, and little evidence leans on its kind."""

import numpy as np
import pytest
from msgspec.structs import replace

from segue.core.decisioning.models.long_term import bends_of
from segue.learning.long_term.curves import learn_curves, see
from segue.learning.long_term.log import DecisionLog, LongTermSettings, weights_of
from segue.model.snapshots import Curve
from tests.learning.long_term.logs import DOSES, Shop, a_log

KNOWN = LongTermSettings(doses={"email": 0.5, "call": 1.5})


def learnt(log: DecisionLog):  # type: ignore[no-untyped-def]
    weight = weights_of(log, 20.0)
    return learn_curves(log, see(log, weight, KNOWN), weight)


def at(curve: Curve, orders: float, dose: float = 0.0) -> float:
    line = curve.line
    inputs = (np.array([orders]) - line.means) / np.array(line.scales)
    bent = bends_of(np.array([dose]))[0] @ [curve.by_log, curve.by_dose]
    return float(line.intercept + inputs @ np.array(line.weights) + bent)


def probability(logit: float) -> float:
    return float(1.0 / (1.0 + np.exp(-logit)))


def test_what_is_about_our_own_contacts_is_left_to_the_dose() -> None:
    log = a_log(customers=50)

    seen = see(log, np.ones(len(log.arm)), KNOWN)

    assert seen.inputs == ("orders",)
    assert seen.dose == pytest.approx(np.expm1(log.x[:, 3:5]) @ DOSES)


def test_chances_amounts_and_hazards_are_found_again() -> None:
    curves = learnt(a_log(customers=1_500))

    for orders in (-1.0, 0.0, 1.0):
        for dose in (0.0, 1.5):
            true = probability(-1.0 + orders - 0.6 * dose)
            assert probability(at(curves.chances["offer/email"], orders, dose)) == pytest.approx(true, abs=0.04)
    assert probability(at(curves.chances[""], 0.0)) == pytest.approx(probability(-3.0), abs=0.01)
    assert at(curves.amounts["offer/call"], 0.0) == pytest.approx(10.0, abs=0.3)
    assert probability(at(curves.hazards["offer/call"], 0.0, 2.0)) == pytest.approx(probability(-3.6), rel=0.35)
    assert probability(at(curves.hazards[""], 0.0)) < 0.001


def test_contacts_never_get_more_welcome_by_being_many() -> None:
    curves = learnt(a_log(Shop(wear=-0.5, anger=-0.5), customers=600))

    for key in ("*", "offer/email", "offer/call"):
        beside = curves.chances[""]
        assert curves.chances[key].by_log <= beside.by_log
        assert curves.chances[key].by_dose <= beside.by_dose
        assert curves.hazards[key].by_log >= 0.0
        assert curves.hazards[key].by_dose >= 0.0


def test_an_arm_that_was_hardly_seen_is_believed_to_be_like_its_channel() -> None:
    log = a_log(customers=800)
    arm = log.arm.copy()
    arm[np.flatnonzero(arm == 1)[:3]] = 2
    curves = learnt(replace(log, arms=(*log.arms, ("new", "call")), arm=arm))

    new, channel, other = (at(curves.chances[key], 0.5) for key in ("new/call", "*/call", "offer/call"))

    assert abs(new - channel) < 0.4
    assert abs(other - channel) < 0.4


def test_weights_undo_what_the_log_s_policy_preferred() -> None:
    # Half of the answers hang on orders squared, which no line can follow. A policy that writes to those with many
    # orders shows the line's steep side only; weighted by 1/p, the line is the one that a random policy would show.
    def curved(eager: float) -> DecisionLog:
        log = a_log(customers=3_000, days=8, seed=5, eager=eager)
        chance = np.random.default_rng(1)
        orders = log.x[:, 1]
        bought = chance.random(len(orders)) < np.where(log.arm >= 0, 0.05 + 0.12 * np.minimum(orders**2, 4.0), 0.02)
        return replace(log, reward=bought * 10.0, opted_out=np.zeros(len(orders), dtype=bool))

    def slope(log: DecisionLog, weight: np.ndarray) -> float:
        return learn_curves(log, see(log, weight, KNOWN), weight).chances["*"].line.weights[0]

    even, eager = curved(0.0), curved(2.5)
    true = slope(even, weights_of(even, 20.0))
    blind = slope(eager, np.ones(len(eager.arm)))

    assert abs(slope(eager, weights_of(eager, 20.0)) - true) < 0.5 * abs(blind - true)
    assert abs(blind - true) > 0.2


def test_a_log_without_any_reward_promises_none() -> None:
    log = a_log(customers=50)
    curves = learnt(replace(log, reward=log.reward * 0.0))

    assert (curves.least_amount, curves.most_amount) == (0.0, 0.0)
    assert np.isfinite(at(curves.chances["offer/email"], 0.0))
