"""Off-policy estimates against known truth: do 95 % intervals hold the truth 95 times in 100, and when do they not.

A made-up market answers to 12 messages (4 channels x 3 offers) and to silence. Our own learner sends by inverse gaps
with a uniform slice of 2 %, 8,000 decisions in a log, and writes the exact probabilities down. From each log, policies
that never ran are evaluated, by every estimator, with the logged probabilities and with guessed ones (how often an
action was taken). Then the Open Bandit data set: Bernoulli Thompson sampling evaluated on a log of random decisions.

    python3 dev.py bench off_policy [--quick] [--worlds N] [--logs N] [--data FOLDER]
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from bench.report import report, show
from segue.core.decisioning.draws import inverse_gap
from segue.core.decisioning.models.factored import SILENCE, Arm, FactoredLearner, Head, Shape
from segue.learning.off_policy import ESTIMATORS, LoggedBandit, evaluate, predict_rewards
from segue.learning.off_policy.estimators import Evaluation, evaluate_weights, of_the_log
from segue.learning.off_policy.intervals import CAUTIOUS, NORMAL
from segue.learning.tables import read_table

Array = np.ndarray[Any, Any]

CHANNELS, OFFERS, INPUTS = 4, 3, 32
MESSAGES = CHANNELS * OFFERS
ACTIONS = (*(f"offer{a % OFFERS}/channel{a // OFFERS}" for a in range(MESSAGES)), "silence")
DECISIONS, FLOOR, GREED = 8_000, 0.02, 20.0
PILOT = 4_000
"""Random decisions of each market that the greedy policy was learnt from; they are in no log."""

TRUTH = 200_000
"""Contexts over which the truth is averaged."""

PUBLISH = 25
GOAL = 0.88
DATA = Path(__file__).parents[2] / "shared" / "data"
OBD_DRAWS, OBD_SEED = 100_000, 12345
"""The published value rests on so many Monte Carlo draws with this seed; the limit is 1.1998."""


class World(Struct, frozen=True, eq=False):
    """Who answers how: log-odds of a reward by action, linear in the context."""

    weights: Array
    bases: Array

    def chances(self, x: Array) -> Array:
        """Return (n, K) the probability that each action brings a reward, for contexts (n, d)."""
        return np.asarray(1.0 / (1.0 + np.exp(-(x @ self.weights.T + self.bases))))


class Tally:
    """Estimates beside the truth, by estimator, policy and kind of interval."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str, str], list[bool]] = defaultdict(list)
        self.errors: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.ratios: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.samples: dict[str, list[float]] = defaultdict(list)
        self.truths: dict[str, list[float]] = defaultdict(list)

    def add(self, evaluation: Evaluation, policy: str, truth: float, prefix: str = "") -> None:
        """Count what every estimator says of ``policy``."""
        for name, estimate in evaluation.estimates.items():
            for kind in (CAUTIOUS, NORMAL):
                found = estimate.interval(kind=kind)
                self.held[prefix + name, policy, kind].append(found.low <= truth <= found.high)
            self.errors[prefix + name, policy].append(estimate.value - truth)
            self.ratios[prefix + name, policy].append(estimate.value / truth)

    def coverage(self, name: str, policy: str, kind: str = CAUTIOUS) -> float:
        """Return the share of intervals that hold the truth."""
        return float(np.mean(self.held[name, policy, kind]))

    def error(self, name: str, policy: str) -> float:
        """Return the root of the mean squared error."""
        return float(np.sqrt(np.mean(np.square(self.errors[name, policy]))))


def main() -> None:
    """Simulate, evaluate, print, write ``bench/results/off_policy.json``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="a few short logs, to see that it runs")
    parser.add_argument("--worlds", type=int, default=10)
    parser.add_argument("--logs", type=int, default=20, help="of each world")
    parser.add_argument("--data", type=Path, default=DATA)
    options = parser.parse_args()
    worlds, logs, decisions = (2, 3, 1_000) if options.quick else (options.worlds, options.logs, DECISIONS)
    begin = time.process_time()
    tally = simulate(worlds, logs, decisions)
    figures = coverage_figures(tally)
    figures |= {"logs": worlds * logs, "decisions": decisions, "cpu_seconds": round(time.process_time() - begin, 1)}
    figures |= open_bandit(options.data)
    figures["goal_coverage"] = GOAL
    rows, headers = coverage_rows(tally)
    if options.quick:
        show(headers, rows)
    else:
        report("off_policy", headers, rows, figures)
    print()
    show(("policy", "truth", "effective samples", *(f"error {name}" for name in ESTIMATORS)), list(error_rows(tally)))
    print(f"\ncoverage of doubly robust intervals {figures['coverage_dr']:.3f} at least; the goal is {GOAL}")


def simulate(worlds: int, logs: int, decisions: int) -> Tally:
    """Return what the estimators said of ``logs`` logs of each of ``worlds`` markets."""
    tally = Tally()
    for number in range(worlds):
        rng = np.random.default_rng([7, number])
        world = make_world(rng)
        greedy = learn_pilot(world, rng)
        wide = rng.normal(size=(TRUTH, INPUTS))
        truths = {
            name: float((each * world.chances(wide)).sum(axis=1).mean()) for name, each in targets(wide, greedy).items()
        }
        for name, truth in truths.items():
            tally.truths[name].append(truth)
        for _ in range(logs):
            judge(make_log(world, rng, decisions), greedy, truths, tally)
    return tally


def judge(log: LoggedBandit, greedy: Array, truths: dict[str, float], tally: Tally) -> None:
    """Count what every estimator says of every policy, with the logged and with guessed probabilities."""
    frequencies = np.bincount(log.action, minlength=len(ACTIONS)) / len(log)
    guessed = replace(log, probability=frequencies[log.action], logging=None)
    predicted = predict_rewards(log)
    found: dict[str, Evaluation] = {}
    for name, target in targets(log.x, greedy).items():
        found[name] = evaluate(log, target, predicted)
        tally.add(found[name], name, truths[name])
        tally.samples[name].append(found[name].overlap.effective_samples)
        tally.add(evaluate(guessed, target, predicted), name, truths[name], prefix="guessed ")
    apart = truths["greedy"] - truths["uniform"]
    for name, estimate in found["greedy"].estimates.items():
        difference = estimate.less(found["uniform"].estimates[name]).interval()
        tally.held[name, "difference", CAUTIOUS].append(difference.low <= apart <= difference.high)


def targets(x: Array, greedy: Array) -> dict[str, Array]:
    """Return (n, K) what each policy to be evaluated would do for contexts (n, d)."""
    count, size = len(x), len(ACTIONS)
    best = np.eye(size)[(np.column_stack([np.ones(count), x]) @ greedy.T).argmax(axis=1)]
    return {
        "uniform": np.full((count, size), 1.0 / size),
        "one message": np.tile(np.eye(size)[4], (count, 1)),
        "silence": np.tile(np.eye(size)[size - 1], (count, 1)),
        "greedy": best,
        "greedy 80 %, uniform 20 %": 0.8 * best + 0.2 / size,
    }


def make_world(rng: np.random.Generator) -> World:
    """Return a market: what a message does is the sum of what its channel, its offer and itself do."""
    spread = 1.0 / np.sqrt(INPUTS)
    channels = rng.normal(0.0, 1.2 * spread, (CHANNELS, INPUTS))
    offers = rng.normal(0.0, 1.2 * spread, (OFFERS, INPUTS))
    own = rng.normal(0.0, 0.5 * spread, (MESSAGES, INPUTS))
    shared = rng.normal(0.0, spread, INPUTS)
    effects = [channels[a // OFFERS] + offers[a % OFFERS] + own[a] for a in range(MESSAGES)]
    bases = np.append(-1.9 + rng.normal(0.0, 0.2, MESSAGES), -1.9)
    return World(np.array([*(shared + effect for effect in effects), shared]), bases)


def learn_pilot(world: World, rng: np.random.Generator) -> Array:
    """Return (K, d + 1): each action's rewards by ridge regression on random decisions."""
    x = rng.normal(size=(PILOT, INPUTS))
    action = rng.integers(len(ACTIONS), size=PILOT)
    reward = rng.random(PILOT) < world.chances(x)[np.arange(PILOT), action]
    z = np.column_stack([np.ones(PILOT), x])
    fitted = []
    for each in range(len(ACTIONS)):
        mine = z[action == each]
        fitted.append(np.linalg.solve(mine.T @ mine + 20.0 * np.eye(INPUTS + 1), mine.T @ reward[action == each]))
    return np.array(fitted)


def make_log(world: World, rng: np.random.Generator, decisions: int) -> LoggedBandit:
    """Return what our learner did in ``decisions`` decisions while it learnt, with the probabilities it drew with."""
    names = tuple(f"x{place}" for place in range(INPUTS + 1))
    learner = FactoredLearner(Shape(names, (Head("reward", "logit"),)))
    arms = [arm(action) for action in range(MESSAGES)] + [SILENCE]
    x = rng.normal(size=(decisions, INPUTS))
    inputs = np.column_stack([np.ones(decisions), x])
    chances, draws, luck = world.chances(x), rng.random(decisions), rng.random(decisions)
    logging = np.empty((decisions, len(ACTIONS)))
    action, reward = np.empty(decisions, dtype=np.int64), np.empty(decisions)
    panel = learner.publish().panel(arms)
    for row in range(decisions):
        if row % PUBLISH == 0:
            panel = learner.publish().panel(arms)
        values = panel.means(inputs[row])[:, 0]
        chosen = inverse_gap(values, GREED * np.sqrt(row + 1.0), 0.5)
        logging[row] = (1.0 - FLOOR) * chosen + FLOOR / len(ACTIONS)
        action[row] = min(int(np.searchsorted(logging[row].cumsum(), draws[row], side="right")), MESSAGES)
        reward[row] = float(luck[row] < chances[row, action[row]])
        learner.observe(inputs[row], arms[action[row]], [reward[row]])
    taken = logging[np.arange(decisions), action]
    return LoggedBandit(actions=ACTIONS, x=x, action=action, probability=taken, reward=reward, logging=logging)


def arm(action: int) -> Arm:
    """Return the blocks of a message."""
    channel, offer = action // OFFERS, action % OFFERS
    return ((f"channel:{channel}", 1.0), (f"action:{offer}", 1.0), (f"own:{offer}/{channel}", 1.0))


def coverage_figures(tally: Tally) -> dict[str, float]:
    """Return the least and the mean coverage over the policies, for each estimator; and how guesses fail."""
    figures: dict[str, float] = {}
    for name in ESTIMATORS:
        for kind, suffix in ((CAUTIOUS, ""), (NORMAL, "_normal")):
            shares = [tally.coverage(name, policy, kind) for policy in tally.truths]
            figures[f"coverage_{name}{suffix}"] = round(min(shares), 4)
            figures[f"coverage_{name}{suffix}_mean"] = round(float(np.mean(shares)), 4)
    figures["coverage_difference"] = round(tally.coverage("dr", "difference"), 4)
    for name in ("ips", "snips", "dr"):
        guessed = [tally.coverage(f"guessed {name}", policy) for policy in tally.truths]
        key = "coverage_guessed" if name == "ips" else f"coverage_guessed_{name}"
        figures[key] = round(float(np.mean(guessed)), 4)
        figures[f"{key}_min"] = round(min(guessed), 4)
    ratios = [np.mean(tally.ratios["guessed ips", policy]) for policy in tally.truths]
    figures["guessed_value_ratio_max"] = round(float(max(ratios)), 3)
    figures["error_dr_of_ips"] = round(
        float(np.mean([tally.error("dr", policy) / tally.error("ips", policy) for policy in tally.truths])), 3
    )
    return figures


def coverage_rows(tally: Tally) -> tuple[list[list[object]], list[str]]:
    """Return a row for each estimator with its coverage of each policy, and the headers."""
    names = [(name, kind) for name in ESTIMATORS for kind in (CAUTIOUS, NORMAL)]
    names += [(f"guessed {name}", CAUTIOUS) for name in ("ips", "snips", "dr")]
    rows: list[list[object]] = []
    for name, kind in names:
        shares = [tally.coverage(name, policy, kind) for policy in tally.truths]
        rows.append([f"{name}, {kind}", *(f"{share:.3f}" for share in (*shares, min(shares), np.mean(shares)))])
    return rows, ["coverage of 95 % intervals", *tally.truths, "least", "mean"]


def error_rows(tally: Tally) -> Iterator[list[object]]:
    """Yield a row for each policy: truth, effective samples, root mean squared error of each estimator."""
    for policy, truths in tally.truths.items():
        errors = [f"{tally.error(name, policy):.4f}" for name in ESTIMATORS]
        yield [policy, f"{np.mean(truths):.3f}", f"{np.mean(tally.samples[policy]):.0f}", *errors]


def open_bandit(folder: Path) -> dict[str, float]:
    """Return what Bernoulli Thompson sampling is worth on the random log, beside what the random policy brought."""
    path = folder / "obd_all_random.parquet"
    if not path.exists():
        print(f"no {path}: the Open Bandit data set is left out")
        return {}
    table = read_table(path, ["item_id", "position", "click", "propensity_score"])
    log = LoggedBandit(
        actions=tuple(map(str, range(80))),
        x=np.zeros((len(table["click"]), 0)),
        action=table["item_id"],
        probability=table["propensity_score"],
        reward=table["click"].astype(float),
    )
    places = thompson_places(json.loads((folder / "obd_bts_prior_all.json").read_text())["all"])
    weights = places[table["item_id"], table["position"] - table["position"].min()] / log.probability
    evaluation = evaluate_weights(log, weights)
    own = of_the_log(log).value
    values = {name: estimate.value for name, estimate in evaluation.estimates.items()}
    return {
        "obd_ips": round(values["ips"], 6),
        "obd_relative": round(values["ips"] / own, 6),
        "obd_snips_relative": round(values["snips"] / own, 6),
        "obd_effective_samples": round(evaluation.overlap.effective_samples, 1),
    }


def thompson_places(prior: dict[str, list[float]]) -> Array:
    """Return (items, 3): with which probability Bernoulli Thompson sampling shows each item at each place."""
    alpha, beta = np.array(prior["alpha"]), np.array(prior["beta"])
    rng = np.random.RandomState(OBD_SEED)  # the published value's generator
    shown = np.zeros((len(alpha), 3))
    for _ in range(OBD_DRAWS // 10_000):
        drawn = rng.beta(alpha, beta, size=(10_000, len(alpha)))
        best = np.argsort(-drawn, axis=1)[:, :3]
        for place in range(3):
            shown[:, place] += np.bincount(best[:, place], minlength=len(alpha))
    return shown / OBD_DRAWS


if __name__ == "__main__":
    main()
