"""How much each channel tires is learnt from how answers and withdrawals follow its contacts."""

import numpy as np
import pytest

from segue.learning.long_term.doses import LEAST, dose_in, factor, learn_doses
from segue.learning.long_term.log import LongTermSettings
from tests.learning.long_term.logs import DOSES, Shop, a_log

UNKNOWN = np.array([np.nan, np.nan])


def test_slopes_of_two_curves_have_one_table_of_doses_in_common() -> None:
    slopes = np.array([[0.3, 0.9], [0.5, 1.5]])

    exact = factor(slopes, np.full((2, 2), 1e-8), UNKNOWN)

    assert exact[1] / exact[0] == pytest.approx(3.0, rel=0.01)


def test_where_nothing_is_known_all_doses_are_one() -> None:
    assert factor(np.array([[0.1, -0.2]]), np.full((1, 2), 1e6), UNKNOWN).tolist() == pytest.approx(
        [1.0, 1.0], abs=1e-3
    )
    assert factor(np.array([[-0.5, -0.5]]), np.full((1, 2), 0.01), UNKNOWN).tolist() == [1.0, 1.0]


def test_little_evidence_is_leant_on_little_and_much_of_it_fully() -> None:
    slopes = np.array([[0.1, 0.9], [0.2, 1.8]])

    vague, clear = (factor(slopes, np.full((2, 2), variance), UNKNOWN) for variance in (1.0, 0.01))

    assert 1.0 < vague[1] / vague[0] < 2.5
    assert 3.0 < clear[1] / clear[0] < 9.0
    assert vague.mean() == pytest.approx(1.0)


def test_a_dose_that_is_given_is_kept_and_none_is_less_than_the_least() -> None:
    found = factor(np.array([[0.9, -0.9]]), np.full((1, 2), 1e-6), np.array([2.0, np.nan]))

    assert found.tolist() == [2.0, LEAST]


def test_a_channel_that_tires_three_times_as_much_is_found_to() -> None:
    log = a_log(Shop(contact=0.0, wear=0.8), customers=1_500)
    standard = np.column_stack([np.ones(len(log.arm)), log.x[:, 1]])

    doses = learn_doses(log, standard, np.ones(len(log.arm)), LongTermSettings())

    assert doses["call"] / doses["email"] == pytest.approx(DOSES[1] / DOSES[0], rel=0.35)


def test_a_declared_dose_is_not_learnt() -> None:
    log = a_log(customers=100)
    standard = np.column_stack([np.ones(len(log.arm)), log.x[:, 1]])

    doses = learn_doses(log, standard, np.ones(len(log.arm)), LongTermSettings(doses={"email": 0.7}))

    assert doses["email"] == 0.7


def test_the_dose_at_each_decision_counts_contacts_by_their_channel() -> None:
    log = a_log(customers=40)

    dose = dose_in(log, LongTermSettings(), dict(zip(("email", "call"), DOSES.tolist(), strict=True)))

    assert dose == pytest.approx(np.expm1(log.x[:, 3:5]) @ DOSES)
