"""The long-term model, evaluated: now, later, and the one table that stands for the future."""

import numpy as np
import pytest

from segue.core.decisioning.models.long_term import LongTerm, arm_key, split_key, weighted_dose
from segue.model.snapshots import Curve
from tests.core.decisioning.models.long_term_models import EVEN, NEVER, a_model, constant, line

EMAIL, SMS = ("offer", "email"), ("offer", "sms")
NOBODY = np.zeros((1, 2))


def weigh(model: LongTerm, *arms: tuple[str, str], dose: float = 0.0):  # type: ignore[no-untyped-def]
    return model.weigh(NOBODY, np.array([dose]), arms)


def test_a_contact_brings_its_chance_times_its_amount_now_and_takes_its_dose_of_later() -> None:
    # The best contact is worth 4 to everybody, so their index is 4: later is worth 20, 16, 12.
    weighed = weigh(LongTerm(a_model()), EMAIL, SMS)

    assert weighed.gain.tolist() == [[4.0, 2.0]]
    assert weighed.later.tolist() == [[-4.0, -8.0]]


def test_between_segments_and_between_doses_the_table_is_read_on_a_straight_line() -> None:
    model = LongTerm(a_model(amounts={key: constant(4.0) for key in a_model().amounts}))

    assert model.later(NOBODY, np.array([[0.5, 1.75, 9.0]])).tolist() == [[13.5, 9.75, 9.0]]


def test_a_withdrawal_costs_what_later_is_worth_or_the_declared_loss_whichever_is_more() -> None:
    half = {**a_model().hazards, "offer/email": constant(EVEN)}
    free, dear = LongTerm(a_model(hazards=half)), LongTerm(a_model(hazards=half, loss=100.0))

    assert weigh(free, EMAIL).hazard.tolist() == [[0.5]]
    assert weigh(free, EMAIL).later[0, 0] == pytest.approx(16.0 - 8.0 - 20.0)
    assert weigh(dear, EMAIL).later[0, 0] == pytest.approx(16.0 - 50.0 - 20.0)


def test_an_arm_that_was_never_seen_counts_as_its_channel_does_else_as_any_contact() -> None:
    amounts = {**a_model().amounts, "*/email": constant(6.0)}
    weighed = weigh(LongTerm(a_model(amounts=amounts)), ("new", "email"), ("new", "post"))

    assert weighed.gain.tolist() == [[3.0, 2.0]]


def test_the_dose_bends_curves_by_its_logarithm_and_by_itself() -> None:
    chances = {**a_model().chances, "offer/email": Curve(line(1.0), by_log=-2.0, by_dose=-0.5)}
    gain = weigh(LongTerm(a_model(chances=chances)), EMAIL, dose=3.0).gain[0, 0]

    assert gain == pytest.approx(8.0 / (1.0 + np.exp(-(1.0 - 2.0 * np.log(4.0) - 1.5))))


def test_who_answers_more_is_in_a_segment_to_whom_later_is_worth_more() -> None:
    chances = {**a_model().chances, "offer/email": Curve(line(0.0, orders=2.0)), "offer/sms": constant(NEVER)}
    model = LongTerm(a_model(chances=chances))
    worth = model.later(np.array([[-3.0, 0.0], [-1.0, 0.0], [3.0, 0.0]]), np.zeros((3, 1)))[:, 0]

    assert worth[0] < worth[1] < worth[2] == 20.0


def test_a_passing_mood_does_not_change_the_segment() -> None:
    chances = {**a_model().chances, "offer/email": Curve(line(0.0, orders=2.0)), "offer/sms": constant(NEVER)}
    usual = np.array([[0.0, 0.0], [0.0, 0.0], [0.0, 1.0]], "<f8").tobytes()
    model = LongTerm(a_model(chances=chances, usual=usual))

    worth = model.later(np.array([[-3.0, 0.0], [3.0, 0.0]]), np.zeros((2, 1)))[:, 0]

    assert worth[0] == worth[1]


def test_many_customers_get_what_each_would_get_alone() -> None:
    chances = {**a_model().chances, "offer/email": Curve(line(-1.0, orders=0.7, age=-0.4), -0.2, -0.1)}
    model = LongTerm(a_model(chances=chances, hazards={**a_model().hazards, "offer/email": constant(-3.0)}))
    x, dose = np.random.default_rng(0).normal(size=(40, 2)), np.random.default_rng(1).uniform(0.0, 3.0, 40)

    many = model.weigh(x, dose, [EMAIL, SMS])

    for row in range(40):
        alone = model.weigh(x[row : row + 1], dose[row : row + 1], [EMAIL, SMS])
        assert np.allclose(alone.gain[0], many.gain[row], atol=1e-12)
        assert np.allclose(alone.later[0], many.later[row], atol=1e-12)


def test_the_dose_is_the_count_with_each_channel_s_contacts_at_their_own_dose() -> None:
    model = LongTerm(a_model(counts={"sms": "fatigue_sms"}))
    assert model.reads == ("orders", "age", "fatigue_dose", "fatigue_sms")

    _, dose = model.read(np.array([[0.0, 0.0, 3.0, np.log1p(1.0)]]))

    assert dose.tolist() == pytest.approx([4.0])
    assert weighted_dose(np.array([1.0]), np.array([[1.0]]), np.array([0.25])).tolist() == [0.25]


def test_a_table_that_does_not_fit_is_refused() -> None:
    for later in (b"", b"\0" * 12, np.array([[np.nan] * 2] * 2, "<f8").tobytes()):
        with pytest.raises(ValueError, match=r"table|reshape|buffer"):
            LongTerm(a_model(later=later))


def test_keys_name_an_action_and_a_channel() -> None:
    assert arm_key(*EMAIL) == "offer/email"
    assert arm_key("", "") == ""
    assert split_key("a/b/email") == ("a/b", "email")
