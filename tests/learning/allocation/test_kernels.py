"""Two kernels, the same bits."""

import sys

import numpy as np
import pytest

from segue.learning.allocation import kernels
from segue.learning.allocation.kernels import kernel_of
from segue.learning.allocation.problem import Constraint, pose
from segue.model.errors import SegueError
from tests.learning.allocation.instances import shop


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("price", [0.0, 0.3, 1e9])
def test_numba_and_numpy_agree_to_the_last_bit(dtype: type, price: float) -> None:
    pytest.importorskip("numba")
    problem = shop(kernels.ROWS + 77, dtype=dtype)
    charges = problem.charges(np.full(7, price))

    plain, fast = (kernel_of(engine)(problem, *charges, True) for engine in ("numpy", "numba"))  # type: ignore[arg-type]

    assert (plain.choice == fast.choice).all()
    assert plain.score.tobytes() == fast.score.tobytes()
    assert plain.margin.tobytes() == fast.margin.tobytes()


def test_segments_have_charges_of_their_own_in_both() -> None:
    pytest.importorskip("numba")
    members = np.arange(100) % 3 == 0
    problem = pose(np.random.default_rng(1).random((100, 4)), [Constraint(name="x", limit=5, members=members)])
    charges = problem.charges(np.array([0.5]))

    plain, fast = (kernel_of(engine)(problem, *charges, True) for engine in ("numpy", "numba"))  # type: ignore[arg-type]

    assert (plain.choice == fast.choice).all()
    assert plain.margin.tobytes() == fast.margin.tobytes()
    assert (plain.score[members] <= 0.5).all()


def test_a_tie_goes_to_silence_and_then_to_the_first() -> None:
    problem = pose(np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 3.0], [-np.inf, -np.inf]]), [])
    best = kernel_of("numpy")(problem, *problem.charges(np.zeros(0)), True)

    assert best.choice.tolist() == [2, 0, 1, 2]
    assert best.margin.tolist() == [0.0, 0.0, 1.0, np.inf]


def test_without_numba_there_is_numpy_or_an_instruction(monkeypatch: pytest.MonkeyPatch) -> None:
    kernels._compiled.cache_clear()
    monkeypatch.setitem(sys.modules, "numba", None)

    assert kernel_of("best") is kernel_of("numpy")
    with pytest.raises(SegueError, match="segue\\[fast\\]"):
        kernel_of("numba")

    kernels._compiled.cache_clear()
