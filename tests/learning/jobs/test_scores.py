"""Score jobs: who is about to leave, what customers will bring; judged by what came after a moment."""

import numpy as np
import pytest
from msgspec.structs import replace

from segue.learning.frames import Happened
from segue.learning.jobs.scores import (
    Known,
    churn_moments,
    churn_scores,
    lifetime_scores,
    train_churn,
    train_lifetime,
)
from segue.learning.jobs.training import Training
from segue.model.errors import SegueError
from segue.model.learning import Churn, Lifetime
from segue.model.snapshots import PurchaseModel, ScoreModel
from segue.model.time import DAY, Instant
from tests.learning.jobs.frames import NOW, SHOP

CHURN = Churn(event="bought", within="30d", among="60d", trait="risk")
LIFETIME = Lifetime(event="bought", of="margin", horizon="90d", trait="worth")
INPUTS = ("is_faithful", "noise")
CUSTOMERS = 900
DROPS_OUT_BY = 0.35


def purchases(seed: int = 3) -> Happened:
    """Return what customers bought in half a year: the faithful (even numbers) go on, a share of the others stops."""
    chance = np.random.default_rng(seed)
    who, at, amounts = [], [], []
    for customer in range(CUSTOMERS):
        moment, usual = NOW - int(chance.random() * 200 * DAY), chance.gamma(6.0, 25.0 / 6.0)
        while moment < NOW:
            who.append(f"c{customer}")
            amounts.append(usual * chance.gamma(8.0, 1.0 / 8.0))
            at.append(moment)
            moment += int((3 + chance.exponential(9)) * DAY)
            if customer % 2 and chance.random() < DROPS_OUT_BY:
                break
    order = np.argsort(at, kind="stable")
    return Happened(np.array(who, dtype=object)[order], np.array(at)[order], np.array(amounts)[order])


def known_at(at: Instant) -> Known:
    numbers = np.arange(CUSTOMERS)
    noise = np.random.default_rng(at % 1000).random(CUSTOMERS)
    names = np.array([f"c{each}" for each in numbers], dtype=object)
    return Known(at, INPUTS, names, np.column_stack((numbers % 2 == 0, noise)).astype(float))


HAPPENED = purchases()
KNOWN = [known_at(at) for at in churn_moments(CHURN, NOW)]


@pytest.fixture(scope="module")
def churn() -> Training:
    return train_churn(KNOWN, HAPPENED, CHURN, SHOP, NOW)


def test_customers_are_looked_at_when_it_is_known_who_left() -> None:
    assert churn_moments(CHURN, NOW) == tuple(NOW - days * DAY for days in (90, 60, 30))


def test_who_will_leave_is_told_from_who_stays(churn: Training) -> None:
    assert isinstance(churn.snapshot.body, ScoreModel)
    risks = churn_scores(churn.snapshot.body, known_at(NOW), HAPPENED, CHURN)
    faithful = [risk for name, risk in risks.items() if int(name[1:]) % 2 == 0]
    others = [risk for name, risk in risks.items() if int(name[1:]) % 2]

    assert np.mean(faithful) < 0.15
    assert np.mean(others) > 0.4
    assert next(iter(churn.drivers[""])) == "is_faithful"


def test_only_customers_who_could_leave_have_a_risk(churn: Training) -> None:
    assert isinstance(churn.snapshot.body, ScoreModel)
    risks = churn_scores(churn.snapshot.body, known_at(NOW), HAPPENED, CHURN)
    assert set(risks) == HAPPENED.between(NOW - 60 * DAY, NOW)
    assert len(risks) < CUSTOMERS


def test_churn_is_judged_by_the_last_moment(churn: Training) -> None:
    there = len(HAPPENED.between(KNOWN[-1].at - 60 * DAY, KNOWN[-1].at))
    assert churn.snapshot.metrics["judged_rows"] == there
    assert [gate.name for gate in churn.gates] == ["calibration_error", "auc"]
    assert churn.snapshot.metrics["auc"] > 0.65
    assert churn.snapshot.trained_to == NOW


def test_leaving_may_be_something_that_happens() -> None:
    gone = replace(CHURN, means="leaving", event="cancelled")
    chance = np.random.default_rng(5)
    stops = chance.random(CUSTOMERS) < 0.5
    who = np.array([f"c{each}" for each in np.flatnonzero(stops & (np.arange(CUSTOMERS) % 2 == 1))], dtype=object)
    at = np.sort(NOW - (chance.random(len(who)) * 100 * DAY).astype(np.int64))
    cancelled = Happened(who, at, np.zeros(len(who)))
    training = train_churn(KNOWN, cancelled, gone, SHOP, NOW)

    assert isinstance(training.snapshot.body, ScoreModel)
    risks = churn_scores(training.snapshot.body, known_at(NOW), cancelled, gone)
    assert set(risks) == {f"c{each}" for each in range(CUSTOMERS)} - cancelled.between(NOW - 60 * DAY, NOW)
    faithful, others = ([risks[name] for name in risks if int(name[1:]) % 2 == odd] for odd in (0, 1))
    assert np.mean(faithful) < 0.03 < 0.1 < np.mean(others)


def test_the_risk_model_before_is_judged_beside_it(churn: Training) -> None:
    again = train_churn(KNOWN, HAPPENED, CHURN, replace(SHOP, models={"churn": churn.snapshot}), NOW)
    assert again.before_version == again.snapshot.version
    assert again.before["auc"] > 0.65


def test_too_few_who_left_are_not_learnt_from() -> None:
    few = [Known(each.at, each.inputs, each.customer_id[:60], each.x[:60]) for each in KNOWN]
    with pytest.raises(SegueError, match="left"):
        train_churn(few, HAPPENED, CHURN, SHOP, NOW)


def test_lifetime_value_is_what_orders_say() -> None:
    training = train_lifetime(HAPPENED, LIFETIME, SHOP, NOW)
    body = training.snapshot.body
    assert isinstance(body, PurchaseModel)
    worth = lifetime_scores(body, HAPPENED, NOW)
    faithful = [value for name, value in worth.items() if int(name[1:]) % 2 == 0]
    others = [value for name, value in worth.items() if int(name[1:]) % 2]

    assert set(worth) == set(HAPPENED.customer_id)
    # An order every twelve days, of 25 on average: about 187 in 90 days for those who go on.
    assert np.mean(faithful) == pytest.approx(187.0, rel=0.25)
    assert np.mean(others) < 0.4 * np.mean(faithful)
    assert training.is_fit


def test_nobody_ordered_nobody_is_worth_anything() -> None:
    body = PurchaseModel("worth", "bought", "margin", 90.0, (1.0, 1.0, 1.0, 1.0), (1.0, 2.0, 1.0))
    nothing = Happened(np.array([], dtype=object), np.array([], dtype=np.int64), np.array([]))
    assert lifetime_scores(body, nothing, NOW) == {}
