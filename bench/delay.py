"""What late rewards cost: total regret when outcomes come late, over that when they are seen at once.

The factored stream of `bench.policies`, 40,000 decisions; outcomes come after 3,000 on average (exponential) and are
lost after 10,000. The product books "nothing" at the decision and corrects that when something comes (`delay_ratio`);
the other scheme waits until it knows, or the window is over (`waiting_ratio`). Same model, draws and defaults.

    python3 dev.py bench delay [--quick] [--seeds N] [--jobs N]
"""

import argparse
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import sys
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from bench.policies import DATA, play
from bench.policy_rivals import Ours
from bench.policy_streams import delay
from bench.report import report

SEEDS = 3
QUICK_STEPS = 1_000
GOAL = 1.6
SCHEMES = {
    "at once": "",
    "booked at once, corrected late": "booked",
    "waiting until it is known": "waiting",
}


def main(arguments: list[str] | None = None) -> None:
    """Run all schemes, print the table, write ``bench/results/delay.json``."""
    parser = argparse.ArgumentParser(prog="bench delay")
    parser.add_argument("--quick", action="store_true", help="a thousand steps: does it run?")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 2))
    asked = parser.parse_args(arguments)
    seeds, steps = (1, QUICK_STEPS) if asked.quick else (asked.seeds, None)
    tasks = [(scheme, seed, steps) for seed in range(seeds) for scheme in SCHEMES]
    if asked.jobs > 1 and not asked.quick:
        with ProcessPoolExecutor(asked.jobs) as pool:
            regrets = list(pool.map(run, *zip(*tasks, strict=True), chunksize=1))
    else:
        regrets = [run(*task) for task in tasks]
    totals = {
        each: [regret for (scheme, *_), regret in zip(tasks, regrets, strict=True) if scheme == each]
        for each in SCHEMES
    }
    at_once = float(np.mean(totals["at once"]))
    rows, figures = [], {"instant_regret": round(at_once, 1)}
    for scheme, lost in totals.items():
        ratio = float(np.mean(lost)) / at_once
        rows.append((scheme, float(np.mean(lost)), f"{ratio:.2f}", f"<= {GOAL}" if SCHEMES[scheme] == "booked" else ""))
        if kind := SCHEMES[scheme]:
            figures[f"{'delay' if kind == 'booked' else kind}_ratio"] = round(ratio, 3)
    report("delay", ["rewards", "regret", "of at once", "goal"], rows, figures)


def run(scheme: str, seed: int, steps: int | None = None) -> float:
    """Return the regret of our policy where rewards are learnt from by ``scheme``."""
    stream = delay(seed, DATA, steps)
    if not SCHEMES[scheme]:
        stream.delays = None
    return play(stream, Ours(stream, seed, late=SCHEMES[scheme]), scheme, seed).regret


if __name__ == "__main__":
    main(sys.argv[1:])
