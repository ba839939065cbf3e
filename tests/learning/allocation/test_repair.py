"""Repair keeps every limit, however bad the prices are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.learning.allocation.kernels import Best, kernel_of
from segue.learning.allocation.ledger import Ledger, exact_uses, value_of
from segue.learning.allocation.problem import Constraint, pose
from segue.learning.allocation.repair import repair
from tests.learning.allocation.instances import keeps, shop, uses, worth


@given(st.lists(st.floats(0.0, 3.0), min_size=7, max_size=7))
@settings(max_examples=25, deadline=None)
def test_nothing_is_exceeded_at_any_prices(prices: list[float]) -> None:
    problem = shop(400)
    best = kernel_of("numpy")(problem, *problem.charges(np.array(prices)), True)

    choice = repair(problem, np.array(prices), best)

    assert keeps(problem, choice)
    assert (exact_uses(problem, choice) <= problem.limits).all()


def test_what_is_left_over_is_used_up() -> None:
    problem = pose(np.array([[3.0], [2.0], [1.0]]), [Constraint(name="sends", limit=2)])
    silent = Best(np.ones(3, np.int16), np.zeros(3), np.zeros(3))

    assert repair(problem, np.array([1.5]), silent).tolist() == [0, 0, 1]


def test_a_budget_is_used_to_the_last_cent_and_not_beyond() -> None:
    costs = np.full((30, 1), 0.1)
    problem = pose(np.ones((30, 1)), [Constraint(name="budget", limit=1.0, counts="cost")], costs)
    everybody = Best(np.zeros(30, np.int16), np.ones(30), np.ones(30))

    assert (repair(problem, np.zeros(1), everybody) == 0).sum() == 10


def test_the_ledger_counts_what_moves_change() -> None:
    problem = shop(200, dtype=np.float64)
    ledger = Ledger(problem, np.full(200, 12, np.int16))
    for customer, action in enumerate([0, 1, 2, 5, 12]):
        rows = np.array([customer])
        ledger.move(customer, action, (ledger.uses(rows)[0, action] - ledger.uses(rows)[0, 12]) * ledger.sign)
    ledger.silence(3)

    assert ledger.slack == pytest.approx(problem.limits - uses(problem, ledger.choice))
    assert ledger.value == pytest.approx(worth(problem, ledger.choice), nan_ok=True) or not np.isfinite(ledger.value)
    assert value_of(problem, np.full(200, 12, np.int16)) == 0.0
