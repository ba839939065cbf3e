"""Groups: the effect of an arm by group of customers, whether it differs, and what choosing by it brings."""

from segue.measurement.experiments.description import Experiment, Metric
from segue.measurement.experiments.results import GroupReading, GroupsReading
from segue.measurement.experiments.sums import Cell, MetricSums
from segue.measurement.statistics.adjustment import cuped
from segue.measurement.statistics.always_valid import CONVERTERS, CONVERTERS_ONCE, Gate
from segue.measurement.statistics.means import Effect, compare
from segue.measurement.statistics.moments import Moments, Sample, mean_sample, merged, ratio_sample
from segue.measurement.statistics.multiple import benjamini_hochberg
from segue.measurement.statistics.subgroups import Qini, interaction, qini

FEWEST = 2
"""Units of each arm that a group needs."""


def groups_of(experiment: Experiment, metric: Metric, sums: MetricSums, arm: str) -> GroupsReading:
    """Return the effect of ``arm`` on ``metric`` in each group with two units of both arms at least."""
    planned = experiment.planned if experiment.looks == "anytime" else 0
    needed = CONVERTERS if planned else CONVERTERS_ONCE
    found: dict[str, tuple[Effect, Gate, int, int]] = {}
    for group in sorted({cell.group for cell in sums.cells}):
        cells = [[c for c in sums.cells if c.group == group and c.arm == name] for name in (experiment.control, arm)]
        samples = _samples(metric, cells)
        if samples is not None:
            gate = Gate(min(sum(cell.converters for cell in of) for of in cells), needed)
            effect = compare(*cuped(samples), planned=planned)
            found[group] = (effect, gate, samples[0].count, samples[1].count)
    adjusted = benjamini_hochberg([effect.p for effect, *_ in found.values()])
    readings = tuple(
        GroupReading(group=group, effect=effect, gate=gate, control_units=control, arm_units=count, p_adjusted=p)
        for (group, (effect, gate, control, count)), p in zip(found.items(), adjusted, strict=True)
    )
    return GroupsReading(
        metric=metric.metric,
        arm=arm,
        groups=readings,
        interaction=interaction([effect for effect, *_ in found.values()]),
        qini=_qini(experiment, metric, sums, arm),
    )


def _qini(experiment: Experiment, metric: Metric, sums: MetricSums, arm: str) -> Qini | None:
    """Return the mean of both ways to learn the order on one half of the customers and pay it on the other."""
    halves = [_half(experiment, metric, sums, arm, half) for half in (0, 1)]
    groups = set(halves[0]) & set(halves[1])
    if len(groups) < FEWEST:
        return None
    ways = []
    for learnt, paid in (halves, halves[::-1]):
        order = {group: learnt[group][1] for group in sorted(groups)}
        ways.append(qini(order, {group: paid[group] for group in sorted(groups)}))
    first, second = ways
    curve = tuple(((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in zip(first.curve, second.curve, strict=True))
    return Qini(curve, (first.area + second.area) / 2)


def _half(
    experiment: Experiment, metric: Metric, sums: MetricSums, arm: str, half: int
) -> dict[str, tuple[int, float]]:
    found = {}
    for group in sorted({cell.group for cell in sums.cells}):
        of = [c for c in sums.cells if c.group == group and c.half == half]
        samples = _samples(metric, [[c for c in of if c.arm == name] for name in (experiment.control, arm)])
        if samples is not None:
            found[group] = (sum(cell.moments.count for cell in of), samples[1].mean - samples[0].mean)
    return found


def _samples(metric: Metric, cells: list[list[Cell]]) -> tuple[Sample, Sample] | None:
    """Return the samples of control and arm, None where one has too few units or a ratio has nothing below."""
    if not all(sum(cell.moments.count for cell in of) >= FEWEST for of in cells):
        return None
    control, arm = (merged([cell.moments for cell in of]) for of in cells)
    if metric.kind != "ratio":
        return mean_sample(control), mean_sample(arm)
    return (ratio_sample(control), ratio_sample(arm)) if _divides(control) and _divides(arm) else None


def _divides(moments: Moments) -> bool:
    return bool(moments.mean[1] != 0.0)
