"""The next best action of a whole base under shared limits, against HiGHS and greedy; and of a stream.

24 actions, six capacities and a budget (`bench.allocation_market`), from 10,000 to 3,000,000 customers, solved by the
numpy and the numba kernel. The feasibility of each allocation is counted anew by a counter of its own. HiGHS solves the
linear programme, whose value is at least that of every allocation. Goals: 1,000,000 customers in under 3 s on 2 cores;
less than 0.01 % missing to the bound and to HiGHS; nothing exceeded; a stream brings at least 97 % of hindsight.

    python3 dev.py bench allocation [--quick]
"""

import gc
import os
import resource
import sys
import time
from typing import NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")  # the matrices are small: a second thread of BLAS only waits

import numpy as np

from bench.allocation_highs import linear_optimum
from bench.allocation_market import CHANNEL, CHANNELS, OFFER, Base, draw_base, limits_of
from bench.allocation_stream import compare
from bench.report import report, show
from segue.learning.allocation import Allocation, Problem, allocate, pose
from segue.learning.allocation.kernels import Engine

SIZES, QUICK_SIZES = (10_000, 20_000, 100_000, 1_000_000, 3_000_000), (10_000, 20_000, 100_000)
HIGHS_UP_TO, QUICK_HIGHS_UP_TO = 20_000, 10_000
GREEDY_UP_TO = 1_000_000
STREAM, QUICK_STREAM = (20_000, 5), (3_000, 2)
"""Customers a day, and days."""

GOAL_SECONDS, GOAL_GAP, GOAL_SHARE = 3.0, 1e-4, 0.97


class Timed(NamedTuple):
    """An allocation, with wall and CPU seconds."""

    found: Allocation
    seconds: float
    cpu: float


def main() -> None:
    """Run all of it, print the tables, write ``bench/results/allocation.json``."""
    is_quick = "--quick" in sys.argv
    figures: dict[str, float] = {"numba_compile_seconds": _compile()}
    rows: list[tuple[object, ...]] = []
    for customers in QUICK_SIZES if is_quick else SIZES:
        has_highs = customers <= (QUICK_HIGHS_UP_TO if is_quick else HIGHS_UP_TO)
        rows += _solve(customers, figures, has_highs=has_highs)
        gc.collect()
    shares, overspent = compare(*(QUICK_STREAM if is_quick else STREAM))
    paced = [(name, f"{100 * share:.1f}") for name, share in shares.items()]
    figures["overspend"] = figures.get("overspend", 0.0) + overspent
    figures["streaming_share"] = round(max(shares["priced anew (Pacer)"], 0.0), 4)
    figures["streaming_share_runtime"] = round(shares["one dual step a slice (core.shared)"], 4)
    figures["streaming_share_static"] = round(shares["yesterday's prices"], 4)
    figures["streaming_share_unpriced"] = round(shares["no prices"], 4)
    figures["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    figures |= {"goal_seconds_1m": GOAL_SECONDS, "goal_gap": GOAL_GAP, "goal_streaming_share": GOAL_SHARE}
    show(["stream", "% of hindsight"], paced)
    print()
    headers = ["customers", "how", "wall s", "CPU s", "value", "% below bound", "% below HiGHS", "exceeded"]
    report("allocation", headers, rows, figures)


def _solve(customers: int, figures: dict[str, float], *, has_highs: bool) -> list[tuple[object, ...]]:
    base = draw_base(customers)
    problem = pose(base.values, limits_of(customers), base.costs)
    optimum, rows = None, []
    if has_highs:
        begin, cpu = time.perf_counter(), time.process_time()
        optimum, prices = linear_optimum(problem)
        took = (time.perf_counter() - begin, time.process_time() - cpu)
        rows.append((customers, "HiGHS (linear programme)", *map(_s, took), f"{optimum:,.0f}", None, None, None))
    results = {engine: _timed(base, engine) for engine in ("numba", "numpy")}
    for engine, timed in results.items():
        over = exceeded(base, problem, timed.found.choice)
        figures["overspend"] = figures.get("overspend", 0.0) + over
        below = None if optimum is None else f"{100 * (optimum - timed.found.value) / optimum:.4f}"
        values = (f"{timed.found.value:,.0f}", f"{100 * timed.found.gap:.4f}", below, over)
        rows.append((customers, f"Segue, {engine}", _s(timed.seconds), _s(timed.cpu), *values))
    fast, plain = results["numba"].found, results["numpy"].found
    assert (fast.choice == plain.choice).all(), "the kernels must give the same allocation"
    for name, order in _greedy_orders(base):
        begin = time.perf_counter()
        choice = greedy(base, problem, order)
        value = float(base.values[choice < 24, choice[choice < 24]].sum(dtype=np.float64))
        lost = (fast.bound - value) / fast.bound
        over = exceeded(base, problem, choice)
        took = _s(time.perf_counter() - begin)
        rows.append((customers, f"greedy, {name}", took, None, f"{value:,.0f}", f"{100 * lost:.2f}", None, over))
        if name == "first come":
            figures["greedy_loss"] = round(lost, 4)
        else:
            figures["greedy_by_worth_loss"] = round(lost, 4)
    _note(customers, results, optimum, prices if optimum is not None else None, figures)
    return rows


def _note(
    customers: int,
    results: dict[str, Timed],
    optimum: float | None,
    prices: np.ndarray | None,
    figures: dict[str, float],
) -> None:
    found = results["numba"].found
    size = {1_000_000: "1m", 3_000_000: "3m"}.get(customers, f"{customers // 1000}k")
    figures |= {
        f"seconds_{size}": round(results["numba"].seconds, 3),
        f"seconds_{size}_numpy": round(results["numpy"].seconds, 3),
        f"cpu_seconds_{size}": round(results["numba"].cpu, 3),
        f"gap_{size}": round(found.gap, 8),
    }
    if customers <= 1_000_000:
        figures["gap"] = round(found.gap, 8)
    if optimum is not None and prices is not None:
        figures[f"gap_highs_{size}"] = round((optimum - found.value) / optimum, 8)
        far = np.abs(found.prices - prices) / np.maximum(np.abs(prices), 1e-3 * prices.max())
        figures[f"price_difference_{size}"] = round(float(far.max()), 5)


def greedy(base: Base, problem: Problem, order: np.ndarray) -> np.ndarray:
    """Return the choices when customers in ``order`` take the best of what is left."""
    left = [float(limit) for limit in problem.limits]
    choice = np.full(len(base.values), 24)
    best = np.argsort(-base.values, axis=1, kind="stable").astype(np.int8)
    channel, offer = CHANNEL.tolist(), OFFER.tolist()
    for row in order.tolist():
        for action in best[row].tolist():
            if base.values[row, action] <= 0.0:
                break
            cost, room = float(base.costs[row, action]), channel[action]
            if left[room] < 1.0 or cost > left[6] or (offer[action] == 1 and left[5] < 1.0):
                continue
            left[room] -= 1.0
            left[5] -= float(offer[action] == 1)
            left[6] -= cost
            choice[row] = action
            break
    return choice


def exceeded(base: Base, problem: Problem, choice: np.ndarray) -> int:
    """Return how many limits ``choice`` exceeds, counted from the market's own tables."""
    chosen = np.flatnonzero(choice < 24)
    action = choice[chosen].astype(int)
    counts = [int((CHANNEL[action] == c).sum()) for c in range(len(CHANNELS))]
    spent = base.costs[chosen, action].astype(np.longdouble).sum()
    use = [*counts, int((OFFER[action] == 1).sum()), spent]
    return sum(bool(used > limit) for used, limit in zip(use, problem.limits, strict=True))


def _greedy_orders(base: Base) -> tuple[tuple[str, np.ndarray], ...]:
    if len(base.values) > GREEDY_UP_TO:
        return ()
    by_worth = np.argsort(-base.values.max(axis=1), kind="stable")
    return ("first come", np.arange(len(base.values))), ("most worth first", by_worth)


def _timed(base: Base, engine: Engine) -> Timed:
    """Pose and solve: from matrices and limits to an allocation that keeps them."""
    begin, cpu = time.perf_counter(), time.process_time()
    found = allocate(pose(base.values, limits_of(len(base.values)), base.costs), engine=engine)
    return Timed(found, time.perf_counter() - begin, time.process_time() - cpu)


def _compile() -> float:
    """Return how long numba takes before its first allocation (less with its cache filled)."""
    base = draw_base(10)
    begin = time.perf_counter()
    allocate(pose(base.values, limits_of(10), base.costs), engine="numba")
    return round(time.perf_counter() - begin, 2)


def _s(seconds: float) -> str:
    return f"{seconds:.2f}"


if __name__ == "__main__":
    main()
