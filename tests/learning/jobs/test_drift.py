"""Drift: a shift of the inputs is measured, and a model whose chances no longer come true is found out."""

import numpy as np
import pytest
from msgspec.structs import replace

from segue.learning.jobs.drift import LARGE, SLIGHT, drift_of, stability
from segue.learning.jobs.training import snapshot_of
from segue.model.snapshots import Linear, PropensityModel
from segue.model.time import DAY, Instant
from tests.learning.jobs.frames import INPUTS, SHOP, a_frame, untouched
from tests.learning.shop import BEGIN

FRAME = a_frame(response=untouched)
MIDDLE = Instant(BEGIN + 100 * DAY)


def a_model(chance: float):  # type: ignore[no-untyped-def]
    same = Linear((), float(np.log(chance / (1.0 - chance))), (), (), (), "logit")
    body = PropensityModel({"voucher": same, "news": same, "": same})
    return snapshot_of("propensity", body, since=BEGIN, until=MIDDLE, rows=1, metrics={})


def test_what_has_not_changed_is_steady() -> None:
    found = drift_of(FRAME, SHOP, MIDDLE)
    assert found.before + found.since == len(FRAME)
    assert max(found.shifts.values()) < SLIGHT
    assert set(found.shifts) == set(INPUTS[1:])


def test_a_shifted_input_is_first_in_the_list() -> None:
    x = FRAME.x.copy()
    later = FRAME.at >= MIDDLE
    x[later, INPUTS.index("known_for")] = 0.5 + 0.5 * x[later, INPUTS.index("known_for")]
    name, index = next(iter(drift_of(replace(FRAME, x=x), SHOP, MIDDLE).shifts.items()))
    assert name == "known_for"
    assert index > LARGE


def test_the_index_is_that_of_the_textbook() -> None:
    before, since = np.repeat([0.0, 1.0], [500, 500]), np.repeat([0.0, 1.0], [750, 250])
    expected = (0.5 - 0.75) * np.log(0.5 / 0.75) + (0.5 - 0.25) * np.log(0.5 / 0.25)
    assert stability(before, since) == pytest.approx(expected, rel=0.01)
    assert stability(before, before) == 0.0


def test_chances_that_come_true_are_as_predicted_and_others_are_off() -> None:
    right, wrong = (drift_of(FRAME, SHOP, MIDDLE, a_model(chance)).weeks for chance in (0.2, 0.4))
    assert len(right) == len(wrong) >= 7
    assert sum(week.is_off for week in right) <= 1
    assert all(week.is_off for week in wrong)
    assert sum(week.rows for week in right) == (FRAME.at >= MIDDLE).sum()
    assert right[0].begins_at == MIDDLE


def test_too_few_decisions_tell_nothing() -> None:
    assert drift_of(FRAME.take(np.arange(150)), SHOP, Instant(FRAME.at[100])).shifts == {}
