"""Judging on rows held out. (What a trained model is worth there is shown in test_fitting.)"""

import numpy as np
import pytest

from segue.learning.uplift.holding import hold
from segue.learning.uplift.learners import Trial
from segue.model.snapshots import Linear

NAMES = ("x",)


def trial(seed: int) -> Trial:
    """Treating adds 0.3 x."""
    chance = np.random.default_rng(seed)
    x = chance.uniform(-1.0, 1.0, size=(4000, 1))
    treated = (chance.random(4000) < 0.5).astype(float)
    outcome = (chance.random(4000) < 0.4 + 0.3 * x[:, 0] * treated).astype(float)
    return Trial(x, NAMES, treated, outcome, np.full(4000, 0.5))


@pytest.mark.parametrize(("slope", "is_usable"), [(0.3, True), (-0.3, False)])
def test_a_right_order_is_usable_and_a_wrong_one_is_not(slope: float, is_usable: bool) -> None:
    in_currency = Linear(NAMES, 0.0, (10.0 * slope,), (0.0,), (1.0,))

    held = hold(in_currency, trial(1), trial(2), value=10.0, cost=1.0)

    assert held.ranking.is_usable == is_usable
    assert (held.net_revenue > 0.0) == (held.selection.gain.value > 0.0) == is_usable
    assert held.selection.share == pytest.approx(1 / 3, abs=0.03)
