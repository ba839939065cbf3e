"""How long and how much memory a simulation takes: the fitness app's arms, 340,000 customers, 12 weeks.

    python -m bench.simulate [--arms silos rules] [--sizes 2000 4000] [--processes 2] [--quick]
    python -m bench.simulate --whole silos

Every arm is run at two sizes, each run in a process of its own, so that its peak memory is its own. Without `--whole`
nothing was run with 340,000 customers: these figures are extrapolated from the larger size and named so. The ratio
says whether that may be done: customers a second at the larger size over those at the smaller, 1 where cost is linear.
"""

import argparse
import resource
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from bench.report import report
from segue.core.world import build_world
from segue.simulation.running import run_arms, shares
from segue.simulation.spec import read_simulation

FITNESS = Path(__file__).parents[1] / "examples" / "fitness_retention" / "orchestrated"
WHOLE = 340_000
MINUTES, GIB = 10.0, 6.0
"""What is to be reached for an arm."""


class Run(NamedTuple):
    """One arm at one size.

    Attributes:
        cpu: seconds of all processes; ``seconds`` are the wall's.
        peak: GiB of all processes, their peaks added up.
        is_shared: customers share something, so that one process leads all of them at once.
    """

    arm: str
    customers: int
    seconds: float
    cpu: float
    peak: float
    is_shared: bool

    @property
    def pace(self) -> float:
        """Customers a second, by the wall."""
        return self.customers / self.seconds


def main(words: Sequence[str] | None = None) -> None:
    """Run, and report."""
    parser = argparse.ArgumentParser(prog="python -m bench.simulate", description=__doc__)
    parser.add_argument("--market", default="fatigue")
    parser.add_argument("--arms", nargs="+", default=["silos", "rules", "agent", "silence"])
    parser.add_argument("--sizes", nargs=2, type=int, default=[2_000, 4_000])
    parser.add_argument("--weeks", type=int, default=12)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--whole", metavar="ARM", help=f"run {WHOLE:,} customers of this arm, and no others")
    parser.add_argument("--quick", action="store_true", help="few customers for two weeks: to see that it runs")
    given = parser.parse_args(words)
    if given.quick:
        given.arms, given.sizes, given.weeks = given.arms[:1], [10, 20], 2
    arms, sizes = ([given.whole], [WHOLE]) if given.whole else (given.arms, given.sizes)
    runs = [_alone(given.market, arm, size, given.weeks, given.processes) for arm in arms for size in sizes]
    _report(runs, sizes, given.weeks, given.processes)


def _alone(market: str, arm: str, customers: int, weeks: int, processes: int) -> Run:
    """Run in a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_run, market, arm, customers, weeks, processes).result()


def _run(market: str, arm: str, customers: int, weeks: int, processes: int) -> Run:
    simulation = read_simulation(FITNESS, market, customers=customers, weeks=weeks)
    workspace = simulation.arms[arm]
    setting = replace(simulation.setting, customers=customers)
    begin, before = time.perf_counter(), _cpu()
    run_arms({arm: workspace}, setting, processes=processes)
    seconds, cpu = time.perf_counter() - begin, _cpu() - before
    own, largest = (
        resource.getrusage(who).ru_maxrss / 2**20 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    is_shared = shares(build_world(workspace))
    return Run(arm, customers, seconds, cpu, own + largest * (1 if is_shared else processes), is_shared)


def _cpu() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def _report(runs: list[Run], sizes: list[int], weeks: int, processes: int) -> None:
    headers = ("arm", "customers", "minutes", "CPU s", "customers/s", "CPU ms each", "GiB", "")
    rows: list[tuple[object, ...]] = []
    figures: dict[str, float] = {}
    for arm in dict.fromkeys(run.arm for run in runs):
        own = [run for run in runs if run.arm == arm]
        rows += [_row(run, "measured") for run in own]
        figures |= {f"pace_{arm}_{run.customers}": round(run.pace, 2) for run in own}
        if sizes == [WHOLE]:
            figures |= {"minutes_340k_12w": own[0].seconds / 60.0, "gib": own[0].peak}
            continue
        small, large = own
        whole = _extrapolated(small, large)
        rows.append(_row(whole, f"extrapolated, goal {MINUTES:g} minutes, {GIB:g} GiB"))
        figures |= {f"linear_{arm}": round((large.cpu / large.customers) / (small.cpu / small.customers), 3)}
        figures |= {f"minutes_340k_12w_{arm}": round(whole.seconds / 60.0, 1), f"gib_{arm}": round(whole.peak, 2)}
        if large.is_shared:
            figures[f"kib_each_life_{arm}"] = round(_each(small, large) * 2**20, 1)
    if sizes != [WHOLE]:
        figures["minutes_340k_12w"] = max(value for name, value in figures.items() if name.startswith("minutes_340k"))
        figures["gib"] = max(value for name, value in figures.items() if name.startswith("gib_"))
    figures |= {"is_extrapolated": float(sizes != [WHOLE]), "weeks": float(weeks), "processes": float(processes)}
    report("simulate", headers, rows, figures)


def _each(small: Run, large: Run) -> float:
    """Return the GiB that one more life takes."""
    return max((large.peak - small.peak) / (large.customers - small.customers), 0.0)


def _extrapolated(small: Run, large: Run) -> Run:
    factor = WHOLE / large.customers
    peak = large.peak + _each(small, large) * (WHOLE - large.customers)
    return Run(large.arm, WHOLE, large.seconds * factor, large.cpu * factor, peak, large.is_shared)


def _row(run: Run, how: str) -> tuple[object, ...]:
    each = 1000.0 * run.cpu / run.customers
    together = ", all at once in one process" if run.is_shared else ""
    minutes = f"{run.seconds / 60.0:,.2f}"
    return run.arm, f"{run.customers:,}", minutes, run.cpu, run.pace, each, f"{run.peak:.2f}", how + together


if __name__ == "__main__":
    main()
