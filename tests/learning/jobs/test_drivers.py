"""Drivers: inputs that move what a model says have shares, the others have none."""

import numpy as np
import pytest

from segue.learning.jobs.drivers import drivers_of, shares_of
from segue.model.snapshots import Linear
from tests.learning.jobs.frames import a_frame


def test_shares_are_those_of_the_variance_that_inputs_bring() -> None:
    x = np.random.default_rng(0).normal(size=(4000, 3))
    line = Linear(("a", "b", "c"), 0.0, (2.0, 1.0, 0.0), (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    shares = shares_of(line, line.inputs, x)
    assert list(shares) == ["a", "b"]
    assert shares["a"] == pytest.approx(0.8, abs=0.03)


def test_a_constant_is_driven_by_nothing() -> None:
    frame = a_frame(rows=100)
    assert drivers_of(Linear((), 1.0, (), (), ()), frame) == {}
    assert drivers_of(Linear(("buyer",), 1.0, (1.0,), (0.0,), (1.0,)), frame.take(np.zeros(0, dtype=np.int64))) == {}
    assert drivers_of(Linear(("buyer",), 1.0, (1.0,), (0.0,), (1.0,)), frame) == {"buyer": 1.0}
