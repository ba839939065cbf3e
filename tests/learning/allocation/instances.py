"""Small allocation problems, and what is best in them by trying everything."""

from itertools import product

import numpy as np

from segue.learning.allocation import Constraint, Problem, pose


def shop(customers: int, seed: int = 1, *, dtype: type = np.float32) -> Problem:
    """Return a problem like a shop's: five channels with capacities, an offer with a stock, and a budget.

    Twelve actions: what customers spend has a heavy tail, affinities to channels and offers go together, each customer
    may be contacted on some of the channels, and two of the offers are discounts, which cost a share of the basket.
    """
    rng = np.random.default_rng(seed)
    channel, offer = np.arange(12) % 5, np.arange(12) // 5
    basket = rng.lognormal(1.0, 1.0, customers)[:, None]
    taste, traits = rng.normal(size=(customers, 3)), rng.normal(0.0, 0.4, (12, 3))
    rate = 1.0 / (1.0 + np.exp(3.0 - taste @ traits.T - rng.normal(0.0, 0.4, (customers, 12))))
    costs = np.array([0.002, 0.001, 0.06, 0.7, 4.0])[channel] + 0.1 * basket * rate * (offer == 1)
    values = basket * rate * np.array([1.0, 1.1, 1.4, 3.0, 9.0])[channel] - costs
    permitted = rng.random((customers, 5)) < np.array([0.7, 0.5, 0.4, 0.8, 0.6])
    values[~permitted[:, channel]] = -np.inf
    shares = (0.25, 0.15, 0.08, 0.04, 0.01)
    constraints = [
        Constraint(name=f"channel_{c}", limit=int(share * customers), amounts=(channel == c).astype(np.float64))
        for c, share in enumerate(shares)
    ]
    constraints.append(Constraint(name="stock", limit=int(0.05 * customers), amounts=(offer == 2).astype(np.float64)))
    constraints.append(Constraint(name="budget", limit=0.05 * customers, counts="cost"))
    return pose(values.astype(dtype), constraints, costs.astype(dtype))


def uses(problem: Problem, choice: np.ndarray) -> list[float]:
    """Return what ``choice`` uses of each constraint, counted one customer after the other in plain Python."""
    used = [0.0] * len(problem.limits)
    for customer, action in enumerate(choice.tolist()):
        if action == problem.actions:
            continue
        kind = int(problem.kinds[customer])
        cost = 0.0 if problem.costs is None else float(problem.costs[customer, action])
        for index in range(len(used)):
            used[index] += problem.by_contact[index, kind, action] + problem.by_cost[index, kind, action] * cost
    return used


def worth(problem: Problem, choice: np.ndarray) -> float:
    """Return what ``choice`` brings, in plain Python."""
    return sum(float(problem.values[i, a]) for i, a in enumerate(choice.tolist()) if a < problem.actions)


def keeps(problem: Problem, choice: np.ndarray) -> bool:
    """Tell whether ``choice`` keeps every limit and reaches every floor, but for the rounding of sums."""
    return all(
        used >= limit * (1 - 1e-9) if floor else used <= limit * (1 + 1e-9)
        for used, limit, floor in zip(uses(problem, choice), problem.limits, problem.is_floor, strict=True)
    )


def best_by_trying(problem: Problem) -> float | None:
    """Return the best value of all allowed choices; None where none is allowed."""
    options = [[a for a in range(problem.actions) if np.isfinite(row[a])] + [problem.actions] for row in problem.values]
    allowed = (np.array(choice, np.int16) for choice in product(*options))
    return max((worth(problem, choice) for choice in allowed if keeps(problem, choice)), default=None)
