"""The working state: what a lesson moves, and how it is undone."""

import numpy as np
import pytest

from segue.core.decisioning.models.blocks import Blocks, cavity
from segue.core.decisioning.models.shape import Arm, Prior

ARM: Arm = (("channel:email", 1.0), ("action:offer", 0.5))


def blocks(size: int = 3) -> Blocks:
    return Blocks(Prior(), size, heads=2, families=1)


def test_unknown_blocks_start_at_their_prior_and_keep_their_row() -> None:
    state = blocks()

    active = state.active(ARM)

    assert active.rows.tolist() == [0, 1, 2]
    assert active.scales.tolist() == [1.0, 1.0, 0.5]
    assert np.diag(state.covariances[0, 2]) == pytest.approx(Prior().variances("action:offer", 3))
    assert state.active((("action:offer", 1.0),)).rows.tolist() == [0, 2]


def test_a_direction_has_the_variance_that_the_covariances_say() -> None:
    state, x = blocks(), np.array([1.0, 2.0, -1.0])
    active = state.active(ARM)

    line = state.along(0, active, x)

    expected = [
        scale**2 * x @ state.covariances[0, row] @ x for row, scale in zip(active.rows, active.scales, strict=True)
    ]
    assert line.shares == pytest.approx(expected)


@pytest.mark.parametrize("noise", [0.1, 1.0, 50.0])
def test_the_cavity_is_the_direction_before_the_lesson(noise: float) -> None:
    state, x = blocks(), np.array([1.0, 2.0, -1.0])
    active = state.active(ARM)
    before = state.along(0, active, x)
    total = noise + before.shares.sum()

    state.narrow(0, active, before, 1.0 / total)
    found, found_total = cavity(state.along(0, active, x), noise)

    assert found.shares == pytest.approx(before.shares, rel=1e-6)
    assert found.moves == pytest.approx(before.moves, rel=1e-6)
    assert found_total == pytest.approx(total, rel=1e-6)


def test_all_families_at_once_learn_what_they_learn_one_by_one() -> None:
    x, steps, factors = np.array([1.0, 2.0, -1.0]), np.array([0.3, -0.2]), [0.05, 0.11]
    one, all_at_once = Blocks(Prior(), 3, heads=2, families=2), Blocks(Prior(), 3, heads=2, families=2)
    for state in (one, all_at_once):
        active = state.active(ARM)
        state.narrow(1, active, state.along(1, active, np.array([0.5, 0.0, 1.0])), 0.07)
    lines = all_at_once.along_each(0, active, x)
    for family in (0, 1):
        line = one.along(family, active, x)
        assert lines.moves[family].tolist() == line.moves.tolist()
        assert lines.shares[family].tolist() == line.shares.tolist()
        one.shift(active, [family], line, steps[family : family + 1])
        one.narrow(family, active, line, factors[family])
    all_at_once.shift_each(active, [0, 1], lines, steps)
    all_at_once.narrow_each(0, active, lines, factors)
    assert all_at_once.means.tolist() == one.means.tolist()
    assert all_at_once.covariances.tolist() == one.covariances.tolist()


def test_what_was_lent_is_copied_before_it_changes() -> None:
    state = blocks()
    active = state.active(ARM)
    held = state.means
    state.lend()

    state.own()
    state.shift(active, [0, 1], state.along(0, active, np.ones(3)), np.array([1.0, 2.0]))

    assert not held.any()
    assert state.means[:, 1] == pytest.approx(2.0 * state.means[:, 0])
