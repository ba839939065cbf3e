"""Intervals against known truth: how often they hold it, and how often nothing is found to be something.

Fixed: one look at the end, experiments with and without an effect; 95 % intervals must hold the truth 95 times in 100.
Always valid: 100 looks at an experiment without an effect, 10 % control, zero-inflated lognormal revenue; at most 5 in
100 may ever find anything. Beside it: looking often at fixed intervals, and always valid ones without the gate.
Splits: 100 looks at sound and at broken lots.

    python3 dev.py bench measure_coverage [--quick] [--experiments N]
"""

import argparse
import time
from typing import Any

import numpy as np
from msgspec import Struct

from bench.report import report, show
from segue.measurement.statistics.always_valid import CONVERTERS, CONVERTERS_ONCE, always_valid_reach
from segue.measurement.statistics.means import compare
from segue.measurement.statistics.moments import plain_sample
from segue.measurement.statistics.split import BROKEN, chi_square_p, log_split_evidence

Array = np.ndarray[Any, Any]

LOOKS, PLANNED, RATE, CONTROL = 100, 100_000, 0.03, 0.1
SPREADS = {"revenue": 1.0, "heavy revenue": 1.5}
"""The standard deviation of the logarithm of an order's amount."""

CAP = 0.99
NORMAL_95 = 1.959963984540054


class Looked(Struct, frozen=True, eq=False):
    """One experiment at each look: z of the difference, units of both arms, and the smaller arm's converters."""

    z: Array
    units: Array
    converters: Array


def main(arguments: list[str] | None = None) -> None:
    """Simulate, print, write ``bench/results/measure_coverage.json``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="few experiments, to see that it runs")
    parser.add_argument("--experiments", type=int, default=2000)
    options = parser.parse_args(arguments)
    count = 20 if options.quick else options.experiments
    begin = time.process_time()
    rows, figures = [], {"experiments": float(count), "goal_false_positives": 0.05, "goal_coverage": 0.95}
    for name, held in fixed_coverage(count).items():
        rows.append((f"95 % interval, one look, {name}", held, 0.95))
        figures["coverage_" + name.replace(" ", "_").replace(",", "")] = held
    for name, share in false_positives(count).items():
        rows.append((f"false positives, 100 looks, {name}", share, 0.05))
        figures["false_" + name.replace(" ", "_").replace(",", "")] = share
    for name, share in split_alarms(count).items():
        rows.append((f"split, 100 looks, {name}", share, None))
        figures["split_" + name.replace(" ", "_").replace(",", "").replace(".", "")] = share
    figures["cpu_seconds"] = round(time.process_time() - begin, 1)
    shown = [(what, f"{share:.4f}", f"{goal:.2f}" if goal else None) for what, share, goal in rows]
    if options.quick:
        show(("what", "share", "goal"), shown)
    else:
        report("measure_coverage", ("what", "share", "goal"), shown, figures)


def fixed_coverage(experiments: int, seed: int = 11) -> dict[str, float]:
    """Return how often the interval of one look holds the true difference, at the gate and well above it."""
    rng = np.random.default_rng(seed)
    found = {}
    for name, converters, share, spread in (
        ("rate, even arms, at the gate", CONVERTERS_ONCE, 0.5, 0.0),
        ("rate, 10 % control, at the gate", CONVERTERS_ONCE, CONTROL, 0.0),
        ("revenue, even arms, at the gate", CONVERTERS_ONCE, 0.5, 1.0),
        ("revenue, even arms, 500 converters", 500, 0.5, 1.0),
        ("revenue, 10 % control, at the gate", CONVERTERS, CONTROL, 1.0),
        ("revenue, 10 % control, 500 converters", 500, CONTROL, 1.0),
        ("heavy revenue, 10 % control, 500 converters", 500, CONTROL, 1.5),
    ):
        control = int(converters / RATE)
        arm = int(control * (1.0 - share) / share)
        lift = 0.2
        truth = RATE * lift * (np.exp(3.0 + spread**2 / 2.0) if spread else 1.0)
        held = []
        for _ in range(experiments):
            around = _difference(rng, control, arm, lift, spread)
            held.append(around.low <= truth <= around.high)
        found[name] = float(np.mean(held))
    return found


def _difference(rng: np.random.Generator, control: int, arm: int, lift: float, spread: float) -> Any:
    samples = [_sample(rng, control, RATE, spread), _sample(rng, arm, RATE * (1.0 + lift), spread)]
    return compare(*samples).difference


def _sample(rng: np.random.Generator, count: int, rate: float, spread: float) -> Any:
    converters = int(rng.binomial(count, rate))
    amounts = rng.lognormal(3.0, spread, converters) if spread else np.ones(converters)
    mean = amounts.sum() / count
    variance = (np.square(amounts).sum() - count * mean**2) / (count - 1)
    third = (((amounts - mean) ** 3).sum() - (count - converters) * mean**3) / count if spread else 0.0
    return plain_sample(count, float(mean), float(variance), float(third))


def false_positives(experiments: int, seed: int = 12) -> dict[str, float]:
    """Return how often any of 100 looks at no effect finds one: peeking, always valid, gated, capped, rates."""
    rng = np.random.default_rng(seed)
    found: dict[str, list[bool]] = {}
    for spread_name, spread in SPREADS.items():
        for _ in range(experiments):
            plain, capped, rate = looked(rng, spread)
            reach = np.array([always_valid_reach(int(units), PLANNED) for units in plain.units])
            gate = plain.converters >= CONVERTERS
            for name, flags in (
                (f"{spread_name}, fixed intervals", abs(plain.z) > NORMAL_95),
                (f"{spread_name}, always valid, no gate", abs(plain.z) > reach),
                (f"{spread_name}, always valid, gate", (abs(plain.z) > reach) & gate),
                (f"{spread_name}, always valid, gate and cap", (abs(capped.z) > reach) & gate),
                (f"rate beside {spread_name}, always valid, gate", (abs(rate.z) > reach) & gate),
            ):
                found.setdefault(name, []).append(bool(flags.any()))
    return {name: float(np.mean(flags)) for name, flags in found.items()}


def looked(rng: np.random.Generator, spread: float) -> tuple[Looked, Looked, Looked]:
    """Return 100 looks at an experiment without an effect, of which only the converters are drawn one by one: revenue,
    revenue capped as it is judged, and the rate.
    """
    step = PLANNED // LOOKS
    control = rng.binomial(step, CONTROL, LOOKS)
    units = np.stack([control, step - control])
    converters = rng.binomial(units, RATE)
    amounts = [rng.lognormal(3.0, spread, int(converters[arm].sum())) for arm in (0, 1)]
    cap = float(np.quantile(np.concatenate(amounts), CAP))
    kinds = (amounts, [np.minimum(each, cap) for each in amounts], [np.ones(len(each)) for each in amounts])
    return tuple(_over_looks(units, converters, each) for each in kinds)  # type: ignore[return-value]


def _over_looks(units: Array, converters: Array, amounts: list[Array]) -> Looked:
    seen, came = units.cumsum(axis=1), converters.cumsum(axis=1)
    means, errors = [], []
    for arm in (0, 1):
        totals = np.concatenate([[0.0], amounts[arm].cumsum()])[came[arm]]
        squares = np.concatenate([[0.0], np.square(amounts[arm]).cumsum()])[came[arm]]
        means.append(totals / seen[arm])
        errors.append((squares - totals**2 / seen[arm]) / (seen[arm] - 1) / seen[arm])
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.nan_to_num((means[1] - means[0]) / np.sqrt(errors[0] + errors[1]))
    return Looked(z, seen.sum(axis=0), came.min(axis=0))


def split_alarms(experiments: int, seed: int = 13) -> dict[str, float]:
    """Return how often any of 100 looks calls a split of 10 % broken: a sound one and one of 10.5 %, both ways."""
    rng = np.random.default_rng(seed)
    found = {}
    for name, share in (("sound", 0.1), ("10.5 % for 10 %", 0.105)):
        process, square = [], []
        for _ in range(experiments):
            control = rng.binomial(PLANNED // LOOKS, share, LOOKS).cumsum()
            totals = np.arange(1, LOOKS + 1) * (PLANNED // LOOKS)
            looks = [([int(c), int(t - c)], [0.1, 0.9]) for c, t in zip(control, totals, strict=True)]
            process.append(any(log_split_evidence(*look) >= -np.log(BROKEN) for look in looks))
            square.append(any(chi_square_p(*look) < BROKEN for look in looks))
        found[f"{name}, e-process"] = float(np.mean(process))
        found[f"{name}, repeated chi-square"] = float(np.mean(square))
    return found


if __name__ == "__main__":
    main()
