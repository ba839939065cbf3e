"""What a log must hold, and what each of its decisions counts."""

import numpy as np
import pytest
from msgspec.structs import replace

from segue.learning.long_term.log import LongTermSettings, check_log, following, weights_of
from segue.model.errors import SegueError
from tests.learning.long_term.logs import a_log

LOG = a_log(customers=50, days=10)


def test_decisions_of_a_policy_that_does_not_look_all_count_the_same() -> None:
    probability = np.where(LOG.arm >= 0, (LOG.arm >= 0).mean() / 2.0, (LOG.arm < 0).mean())

    weights = weights_of(replace(LOG, probability=probability), most=20.0)

    assert weights == pytest.approx(np.ones(len(LOG.arm)), abs=0.1)


def test_what_was_unlikely_counts_more_within_bounds() -> None:
    probability = np.where(np.arange(len(LOG.arm)) % 10 == 0, 0.001, 0.5)
    unlikely = replace(LOG, probability=probability)

    free, bounded = weights_of(unlikely, most=1e9), weights_of(unlikely, most=2.0)

    shares = [np.bincount(LOG.arm + 1)[arm + 1] / len(LOG.arm) for arm in LOG.arm]
    assert free / free[0] == pytest.approx(np.array(shares) / probability / (shares[0] / probability[0]))
    assert (bounded[::10] / bounded.max() > 0.4).all()
    assert bounded[1] / bounded[0] > 2.0 * free[1] / free[0]


def test_weights_add_up_to_how_many_decisions_of_equal_weight_would_tell_as_much() -> None:
    weights = weights_of(replace(LOG, probability=np.where(LOG.arm < 0, 0.5, 0.01)), most=1e9)

    assert weights.sum() == pytest.approx(weights.sum() ** 2 / (weights**2).sum())
    assert weights.sum() < len(LOG.arm)


def test_pairs_are_a_customer_s_consecutive_decisions_whatever_the_order_of_rows() -> None:
    order = np.random.default_rng(0).permutation(len(LOG.arm))
    mixed = replace(
        LOG,
        **{name: getattr(LOG, name)[order] for name in ("customer", "at", "x", "arm", "probability", "reward")},
        opted_out=LOG.opted_out[order],
    )

    first, second, days = following(mixed)

    assert (mixed.customer[first] == mixed.customer[second]).all()
    assert days.tolist() == [1.0] * (len(LOG.arm) - 50)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"inputs": ("a", "b", "c", "d", "e", "f")}, "fatigue_dose"),
        ({"x": LOG.x * np.nan}, "missing"),
        ({"reward": LOG.reward + np.inf}, "missing"),
        ({"probability": LOG.probability * 0.0}, "impossible probability"),
        ({"arm": np.full(len(LOG.arm), -1)}, "all contacts, or all silence"),
        ({"arm": np.zeros(len(LOG.arm), dtype=int)}, "all contacts, or all silence"),
    ],
)
def test_a_log_that_nothing_can_be_learnt_from_is_refused(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(SegueError, match=reason):
        check_log(replace(LOG, **changes), LongTermSettings())


def test_a_gamma_of_one_is_refused() -> None:
    with pytest.raises(SegueError, match="worth less"):
        check_log(LOG, LongTermSettings(gamma=1.0))
