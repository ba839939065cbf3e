"""Planning ahead: the table solves its own equation, and says what is to be expected of it."""

import numpy as np
import pytest
from msgspec.structs import replace

from segue.learning.long_term.curves import see
from segue.learning.long_term.fit import fit_long_term
from segue.learning.long_term.log import LongTermSettings
from segue.learning.long_term.planning import segment, usual_self
from segue.model.snapshots import LongTermModel
from tests.learning.long_term.logs import DECAY, Shop, a_log

KNOWN = LongTermSettings(doses={"email": 0.5, "call": 1.5}, segments=1, gamma=0.95)


def table(model: LongTermModel) -> np.ndarray:
    return np.frombuffer(model.later, "<f8").reshape(len(model.centers), -1)


def test_the_table_solves_the_equation_of_doing_best_from_here_on() -> None:
    # Everybody is alike, so the right-hand side can be written down: one customer, two arms, silence.
    log = a_log(Shop(slope=0.0), customers=300)
    log = replace(log, x=np.where(np.arange(6) == 1, 0.0, log.x))
    model, _ = fit_long_term(log, KNOWN)
    later, doses = table(model)[0], np.arange(table(model).shape[1]) * model.step

    def logit(key: str, curves: str, dose: np.ndarray) -> np.ndarray:
        curve = getattr(model, curves)[key]
        return curve.line.intercept + curve.by_log * np.log1p(dose) + curve.by_dose * dose

    def reward(key: str, dose: np.ndarray) -> np.ndarray:
        amount = np.clip(model.amounts[key].line.intercept, model.least_amount, model.most_amount)
        return amount / (1.0 + np.exp(-logit(key, "chances", dose)))

    def kept(key: str, dose: float) -> np.ndarray:
        left = np.interp(doses + dose, doses, later)
        return left * (1.0 - 1.0 / (1.0 + np.exp(-logit(key, "hazards", doses))))

    idle = np.maximum(reward("", doses), reward("", doses * 0.0))
    options = [("", 0.0), ("offer/email", 0.5), ("offer/call", 1.5)]
    value = np.max([reward(key, doses) - idle + kept(key, dose) for key, dose in options], axis=0)

    assert later == pytest.approx(0.95 * np.interp(doses * DECAY, doses, value), rel=1e-6)
    assert later[0] > 1.0


def test_later_is_worth_less_to_the_tired_and_more_to_the_patient() -> None:
    log = a_log(customers=300)
    patient, hasty = (table(fit_long_term(log, replace(KNOWN, gamma=gamma))[0])[0] for gamma in (0.99, 0.9))

    assert (np.diff(patient) <= 1e-9).all()
    assert patient[0] > 3.0 * hasty[0]


def test_where_nobody_leaves_or_tires_later_is_worth_a_perpetuity() -> None:
    log = a_log(Shop(slope=0.0, wear=0.0, leave=-50.0, anger=0.0), customers=600)
    later = table(fit_long_term(log, KNOWN)[0])[0, 0]

    daily = 10.0 * (1.0 / (1.0 + np.exp(1.0)) - 1.0 / (1.0 + np.exp(3.0)))
    assert later == pytest.approx(0.95 * daily / 0.05, rel=0.1)


def test_decisions_that_lie_further_apart_make_later_worth_less() -> None:
    log = a_log(customers=200)
    often, seldom = (table(fit_long_term(replace(log, at=log.at * days), KNOWN)[0])[0, 0] for days in (1, 7))

    assert seldom < 0.5 * often


def test_a_higher_loss_makes_contacts_rarer_and_later_worth_no_more() -> None:
    log = a_log(Shop(leave=-3.0), customers=300)
    free, dear = (table(fit_long_term(log, replace(KNOWN, loss=loss))[0])[0, 0] for loss in (0.0, 100.0))

    assert dear < 0.5 * free


def test_arms_that_cannot_be_had_are_not_counted_on() -> None:
    log = a_log(customers=200)
    none_but_calls = np.tile([False, True], (len(log.arm), 1))
    everything, calls = fit_long_term(log, KNOWN)[0], fit_long_term(replace(log, offered=none_but_calls), KNOWN)[0]

    assert table(calls)[0, 0] < table(everything)[0, 0]


def test_what_lasts_of_a_customer_is_what_the_other_decisions_show_too() -> None:
    log = a_log(customers=200)
    chance = np.random.default_rng(2)
    mood = chance.normal(size=len(log.arm))
    log = replace(log, inputs=(*log.inputs, "mood"), x=np.column_stack([log.x, mood]))

    usual = usual_self(log, see(log, np.ones(len(log.arm)), KNOWN))

    assert usual[1, 0] == pytest.approx(1.0, abs=0.05)
    assert usual[2, 1] == pytest.approx(0.0, abs=0.05)


def test_segments_hold_equally_many_and_customers_mostly_stay() -> None:
    log = a_log(customers=200)

    found = segment(log, log.x[:, 1], 4)

    assert np.bincount(found.place) == pytest.approx(np.full(4, len(log.arm) / 4), rel=0.1)
    assert list(found.centers) == sorted(found.centers)
    assert found.moves.sum(axis=1) == pytest.approx(np.ones(4))
    assert np.diag(found.moves).min() > 0.9
