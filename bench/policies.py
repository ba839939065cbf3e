"""Policies side by side: regret and CPU time of ours, of Vowpal Wabbit in many settings and of two baselines.

    python3 dev.py bench policies [--quick] [--data FOLDER] [--seeds N] [--jobs N] [STREAM...]

Ours is one setting for all streams, the product's defaults. A figure `STREAM_regret_ratio` compares it with the best of
Vowpal Wabbit's settings in hindsight on the same seeds; same customers, same outcomes, same dice. The streams are in
`bench.policy_streams`, the players in `bench.policy_rivals`.

Regret is against the best arm for each customer where chances are known. Real logs are replayed: Hillstrom's, whose
arms were drawn evenly, row by row where the policy draws what was drawn then (Li et al. 2011; unbiased); Open Bandit's
with 80 arms by weight, p(logged) / (1/80) times its outcome, learning from each row. There figures are mean rewards
with their standard error (`STREAM_reward_ratio`, `_se`), and the regret against the best fixed arm of the whole log.
"""

import argparse
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import sys
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from msgspec import Struct

from bench.policy_rivals import Ours, Player, VowpalWabbit, players
from bench.policy_streams import STREAMS, Stream, factored
from bench.report import report, show

DATA = Path(__file__).parents[2] / "shared" / "data"
SEEDS = 2
QUICK_STEPS = 400
GOAL_RATIO, GOAL_DECIDE_US = 0.7, 20.0
SYNTHETIC = ("digits", "factored", "switch", "drift", "delay")


class Played(Struct):
    """One player's run on one stream: what it lost or won, and CPU microseconds.

    Attributes:
        regret: in all, where chances are known.
        reward, error: mean of a log's rows that counted, and its standard error.
        fixed: reward of the best fixed arm of the log.
    """

    stream: str
    player: str
    seed: int
    regret: float
    reward: float
    error: float
    fixed: float
    decide_us: float
    update_us: float


def main(arguments: list[str] | None = None) -> None:
    """Run all players on all streams, print the tables, write ``bench/results/policies.json``."""
    asked = _arguments(arguments)
    steps = QUICK_STEPS if asked.quick else None
    tasks = [
        (stream, player, seed, asked.data, steps)
        for stream in asked.streams
        for seed in range(1 if asked.quick or stream == "open_bandit" else asked.seeds)
        for player in players(stream)
        if not asked.quick or player in _QUICK
    ]
    if asked.jobs > 1:
        with ProcessPoolExecutor(asked.jobs) as pool:
            played = list(pool.map(run, *zip(*tasks, strict=True), chunksize=1))
    else:
        played = [run(*task) for task in tasks]
    figures: dict[str, float] = {}
    for stream in asked.streams:
        print(f"\n{stream}")
        _tell(stream, [each for each in played if each.stream == stream], figures)
    rows = [*_goals(figures), *_speed(figures)]
    print()
    report("policies", ["what", "measured", "goal"], rows, figures)


_QUICK = ("ours", "vw --squarecb --gamma_scale 100", "LinTS 0.3")


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench policies")
    parser.add_argument("--quick", action="store_true", help="a few hundred steps, three players: does it run?")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the real logs")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 2))
    parser.add_argument("streams", nargs="*", default=list(STREAMS), help=", ".join(STREAMS))
    asked = parser.parse_args(arguments)
    asked.streams = asked.streams or list(STREAMS)
    asked.jobs = 1 if asked.quick else asked.jobs
    return asked


def run(name: str, player: str, seed: int, data: Path, steps: int | None = None) -> Played:
    """Let ``player`` play the stream ``name`` of ``seed``."""
    stream = STREAMS[name](seed, data, steps)
    kind, options = players(name)[player]
    return play(stream, kind(stream, seed, *options), player, seed)


def play(stream: Stream, player: Player, name: str, seed: int) -> Played:
    """Lead ``player`` through ``stream``."""
    dice = np.random.default_rng((seed, 8)).random(len(stream.x))
    due: dict[int, list[tuple[int, float | None]]] = defaultdict(list)
    regret, rewards, weights = 0.0, [], []
    clock = Stopwatch()
    for row in range(len(stream.x)):
        with clock.update:
            _deliver(player, due.pop(row, ()))
        with clock.decide:
            probabilities = player.decide(row)
        arm = drawn(probabilities, float(dice[row]))
        if stream.logged is not None:
            logged = int(stream.logged[row])
            net = float(stream.outcomes[row, 0] - stream.costs[logged])
            if stream.is_weighted:
                weights.append(float(probabilities[logged]) * len(stream.arms))
                rewards.append(weights[-1] * net)
                arm, chance = logged, 1.0 / len(stream.arms)
            elif arm == logged:
                rewards.append(net)
                chance = float(probabilities[arm])
            else:
                continue
            outcome = float(stream.outcomes[row, 0])
        else:
            assert stream.chances is not None
            regret += float(stream.chances[row].max() - stream.chances[row, arm])
            chance, outcome = float(probabilities[arm]), float(stream.outcomes[row, arm])
        with clock.update:
            player.book(row, arm, chance)
            if stream.delays is None:
                _deliver(player, _news(row, outcome))
        if stream.delays is not None:
            delay = int(stream.delays[row]) + 1
            if outcome and delay <= stream.window:
                due[row + delay].append((row, outcome))
            due[row + stream.window].append((row, None))
    reward, error, fixed = _judged(stream, rewards, weights)
    return Played(stream.name, name, seed, regret, reward, error, fixed, *clock.microseconds(len(stream.x)))


def drawn(probabilities: "np.typing.ArrayLike", dice: float) -> int:
    """Return the arm that ``dice``, uniform below 1, falls on."""
    cumulated = np.cumsum(probabilities)
    return min(int(np.searchsorted(cumulated, dice * cumulated[-1], side="right")), len(cumulated) - 1)


class Stopwatch:
    """CPU time of deciding and of learning."""

    def __init__(self) -> None:
        self.decide, self.update = Lap(), Lap()

    def microseconds(self, steps: int) -> tuple[float, float]:
        """Return both for each step."""
        return 1e6 * self.decide.seconds / steps, 1e6 * self.update.seconds / steps


class Lap:
    """Adds up the CPU time inside it."""

    def __init__(self) -> None:
        self.seconds = self._begin = 0.0

    def __enter__(self) -> None:
        self._begin = time.process_time()

    def __exit__(self, *_: object) -> None:
        self.seconds += time.process_time() - self._begin


def _news(row: int, outcome: float) -> tuple[tuple[int, float | None], ...]:
    return ((row, outcome), (row, None)) if outcome else ((row, None),)


def _deliver(player: Player, news: "tuple[tuple[int, float | None], ...] | list[tuple[int, float | None]]") -> None:
    for row, amount in news:
        if amount is None:
            player.close(row)
        else:
            player.reward(row, amount)


def _judged(stream: Stream, rewards: list[float], weights: list[float]) -> tuple[float, float, float]:
    if stream.logged is None:
        return 0.0, 0.0, 0.0
    net = stream.outcomes[:, 0] - stream.costs[stream.logged]
    sums = np.bincount(stream.logged, net, len(stream.arms))
    fixed = float((sums / np.maximum(np.bincount(stream.logged, minlength=len(stream.arms)), 1)).max())
    counted = np.array(rewards or [0.0])
    error = float(counted.std() / len(counted) ** 0.5)
    if stream.is_weighted:
        error = max(error, _unseen(stream, weights))
    return float(counted.mean()), error, fixed


def _unseen(stream: Stream, weights: list[float]) -> float:
    """Return the standard error if every arm had the log's mean rate.

    Where a policy's favourite has some hundred rows and a rate of four in a thousand, it may well have no click among
    them; then what was seen has no spread, and says nothing about the error.
    """
    rate = float(stream.outcomes[:, 0].mean())
    squares = np.array(weights or [0.0]) ** 2
    return float(np.sqrt(squares.mean() * rate * (1.0 - rate) / max(len(squares), 1)))


def _tell(stream: str, played: list[Played], figures: dict[str, float]) -> None:
    """Print one stream's table; add its figures."""
    by_player = {name: [each for each in played if each.player == name] for name in players(stream)}
    table = {name: _mean(runs) for name, runs in by_player.items() if runs}
    is_log = stream not in SYNTHETIC
    ranked = sorted(table.items(), key=lambda item: -item[1].reward if is_log else item[1].regret)
    if is_log:
        headers = ["policy", "reward", "+-", "of best fixed", "decide us", "update us"]
        rows = [
            (name, f"{r.reward:.5f}", f"{r.error:.5f}", f"{_ratio(r.reward, r.fixed):.3f}", r.decide_us, r.update_us)
            for name, r in ranked
        ]
    else:
        headers = ["policy", "regret", "decide us", "update us"]
        rows = [(name, r.regret, r.decide_us, r.update_us) for name, r in ranked]
    show(headers, rows)
    ours, best = table["ours"], next(result for name, result in ranked if name.startswith("vw"))
    if is_log:
        figures[f"{stream}_reward"] = round(ours.reward, 5)
        ratio = _ratio(ours.reward, best.reward)
        error = (ours.error**2 + best.error**2) ** 0.5
        figures[f"{stream}_reward_ratio"] = round(ratio, 4)
        figures[f"{stream}_reward_ratio_se"] = round(_ratio(error, best.reward), 4)
        lost, lost_best = ours.fixed - ours.reward, best.fixed - best.reward
        if lost_best > 0.0 and stream != "open_bandit":  # of 80 arms with half a click each, the best is chance
            figures[f"{stream}_regret_ratio"] = round(lost / lost_best, 3)
    else:
        figures[f"{stream}_regret"] = round(ours.regret, 1)
        figures[f"{stream}_regret_ratio"] = round(ours.regret / best.regret, 3)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def _mean(runs: list[Played]) -> Played:
    """Return the mean over seeds. Errors are not divided: other seeds shuffle the same rows."""

    def mean(field: str) -> float:
        return float(np.mean([getattr(each, field) for each in runs]))

    fields = ("regret", "reward", "error", "fixed", "decide_us", "update_us")
    return Played(runs[0].stream, runs[0].player, len(runs), *map(mean, fields))


def _goals(figures: dict[str, float]) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for name, value in figures.items():
        stream = name.removesuffix("_regret_ratio").removesuffix("_reward_ratio")
        if name.endswith("_regret_ratio") and stream in SYNTHETIC:
            rows.append((name, f"{value:.3f}", f"<= {GOAL_RATIO}"))
        elif name.endswith("_reward_ratio"):
            noise = 2.0 * figures[f"{name}_se"]
            rows.append((name, f"{value:.4f}", f">= {1.0 - noise:.4f} (1 - 2 se)"))
    return rows


def _speed(figures: dict[str, float]) -> list[tuple[object, ...]]:
    """Return the rows about CPU time at 12 arms x 32 inputs: the least of many short runs, each player alone."""
    stream = factored(0, DATA, 1_200)
    stream = Stream("speed", stream.x, stream.arms[1:], stream.words[1:], stream.outcomes[:, 1:], stream.costs[1:])
    rows: list[tuple[object, ...]] = []
    for name, player in (("", Ours(stream, 0)), ("vw_", VowpalWabbit(stream, 0, "--squarecb --gamma_scale 100"))):
        for kind, least in zip(("decide", "update"), _least(stream, player), strict=True):
            figures[f"{name}{kind}_us"] = round(least, 2)
            goal = f"< {GOAL_DECIDE_US:.0f}" if (name, kind) == ("", "decide") else ""
            rows.append((f"{name}{kind}_us", f"{least:.1f}", goal))
    return rows


def _least(stream: Stream, player: Player) -> tuple[float, float]:
    decide, update = [], []
    for begin in range(0, len(stream.x), 40):
        clock = Stopwatch()
        with clock.decide:
            for row in range(begin, begin + 40):
                player.decide(row)
        with clock.update:
            for row in range(begin, begin + 40):
                player.book(row, row % 12, 1.0 / 12.0)
                _deliver(player, _news(row, float(stream.outcomes[row, row % 12])))
        decide.append(clock.decide.seconds)
        update.append(clock.update.seconds)
    return 1e6 * min(decide) / 40, 1e6 * min(update) / 40


if __name__ == "__main__":
    main(sys.argv[1:])
