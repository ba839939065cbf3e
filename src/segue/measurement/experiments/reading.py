"""Reading: from the sums of the arms to what the experiment says."""

from collections.abc import Iterable, Sequence
from math import isinf
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from segue.measurement.experiments.balance import uneven_covariates, without
from segue.measurement.experiments.description import Experiment, Metric
from segue.measurement.experiments.doubts import doubts_about, nobody_in
from segue.measurement.experiments.groups import groups_of
from segue.measurement.experiments.plans import Plan, plan_of
from segue.measurement.experiments.results import Capping, GroupsReading, Reading, Report, Verdict
from segue.measurement.experiments.sums import MetricSums, sum_up
from segue.measurement.experiments.units import Intake
from segue.measurement.experiments.verdicts import ALPHA, LIFTS, Found, broken_words, farthest, verdict_of
from segue.measurement.statistics.adjustment import cuped, post_stratify, usable_strata
from segue.measurement.statistics.always_valid import CONVERTERS, CONVERTERS_ONCE, Gate
from segue.measurement.statistics.formulas import BENJAMINI_HOCHBERG, CUPED, HOLM, POST_STRATIFIED, RATIO
from segue.measurement.statistics.means import Effect, compare, uneven
from segue.measurement.statistics.moments import Moments, Sample, mean_sample, merged, ratio_sample
from segue.measurement.statistics.multiple import benjamini_hochberg, holm
from segue.measurement.statistics.power import SampleNeeded, sample_needed, smallest_seen
from segue.measurement.statistics.split import SplitCheck, check_split
from segue.model.errors import SegueError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ARMS_MAX = 50
_UNSEEN = Verdict("too_small_to_tell", "")


def read_experiment(
    duck: "DuckDBPyConnection",
    experiment: Experiment,
    intake: Intake,
    lot: SplitCheck | None = None,
    *,
    is_plan_guessed: bool = True,
) -> Report:
    """Return what the experiment says of the table ``units`` of ``duck``, as `units_from_table` made it.

    Args:
        lot: the check of the split, by one who knows more of the lot than ``experiment`` says.
        is_plan_guessed: whether a split of which nobody tells the plan is checked by a guess, or not at all.

    Raises:
        SegueError: an arm is unknown, or has fewer than two units.
    """
    units = dict(duck.execute("SELECT arm, count(*) FROM units GROUP BY arm ORDER BY arm").fetchall())
    _require_arms(experiment, units)
    split, notes = (lot, []) if lot is not None else _split(experiment, units, is_plan_guessed=is_plan_guessed)
    if split is not None and split.is_broken:
        return Report(
            control=experiment.control,
            units=units,
            looks=experiment.looks,
            intake=intake,
            split=split,
            headline=broken_words(split, is_guess=lot is None and not experiment.split),
            warnings=doubts_about(intake),
            notes=tuple(notes),
        )
    sums, spoilt = _sums(duck, experiment, intake)
    notes += dict.fromkeys(spoilt)
    arms = [arm for arm in units if arm != experiment.control]
    pairs = [(metric, arm) for metric in experiment.metrics for arm in arms]
    read = [_read(experiment, metric, sums[metric.metric], arm, intake, len(arms)) for metric, arm in pairs]
    readings = _with_verdicts(experiment, read)
    return Report(
        control=experiment.control,
        units=units,
        looks=experiment.looks,
        intake=intake,
        split=split,
        headline=_headline(readings),
        readings=readings,
        by=experiment.by,
        groups=_groups(experiment, sums, arms),
        warnings=(*doubts_about(intake), *nobody_in(readings, experiment.control)),
        notes=tuple(notes),
    )


def _groups(experiment: Experiment, sums: dict[str, MetricSums], arms: Sequence[str]) -> tuple[GroupsReading, ...]:
    if not experiment.by:
        return ()
    judged = [metric for metric in experiment.metrics if metric.metric in experiment.judged]
    return tuple(groups_of(experiment, metric, sums[metric.metric], arm) for metric in judged for arm in arms)


def _sums(
    duck: "DuckDBPyConnection", experiment: Experiment, intake: Intake
) -> tuple[dict[str, MetricSums], Iterable[str]]:
    """Return the sums without the covariates that cannot be from before, and what is said of these."""
    sums = sum_up(duck, experiment, intake.columns, in_halves=bool(experiment.by))
    spoilt = uneven_covariates(experiment, intake, sums)
    if spoilt:
        sums = sum_up(duck, experiment, without(intake.columns, spoilt), in_halves=bool(experiment.by))
    return sums, spoilt.values()


def sample_of(metric: Metric, moments: Moments) -> Sample:
    """Return the sample of a metric from its moments.

    Raises:
        SegueError: it is a ratio, and nothing stands below.
    """
    if metric.kind == "ratio":
        if moments.mean[1] == 0.0:
            raise SegueError(f"{metric.metric!r} is a ratio to {metric.per or 'a count'} of 0.", "Take another metric.")
        return ratio_sample(moments)
    return mean_sample(moments)


def gate_of(experiment: Experiment, metric: Metric, converters: tuple[int, int], units: tuple[int, int]) -> Gate:
    """Return the gate of (control, arm): converters of the smaller arm; of a rate also those who did not convert."""
    if metric.kind == "rate":
        few, rest = min(converters), min(total - count for count, total in zip(converters, units, strict=True))
        needed = CONVERTERS if experiment.looks == "anytime" else CONVERTERS_ONCE
        return Gate(min(few, rest), needed, is_inverse=rest < few)
    is_lenient = experiment.looks == "once" and not uneven(*units)
    return Gate(min(converters), CONVERTERS_ONCE if is_lenient else CONVERTERS)


def _require_arms(experiment: Experiment, units: dict[str, int]) -> None:
    arms = ", ".join(units)
    if experiment.control not in units and len(units) <= ARMS_MAX:
        raise SegueError(f"There is no arm {experiment.control!r}.", f"The arms are {arms}; name one with --control.")
    if len(units) > ARMS_MAX:
        raise SegueError(f"{experiment.arm!r} has {len(units):,} values.", "Name the column of the arm with --arm.")
    if len(units) < 2:
        raise SegueError(f"There is one arm only: {arms}.", "An experiment compares two or more; name its column.")
    if max(units.values()) < 2:
        reason = f"Every arm has one row only: {', '.join(units)}."
        raise SegueError(reason, "Give a row for each customer; totals of arms say nothing of how customers vary.")
    if min(units.values()) < 2:
        few = ", ".join(arm for arm, count in units.items() if count < 2)
        raise SegueError(f"There is one customer only in {few}.", "Every arm needs two at least: leave it out.")


def _split(
    experiment: Experiment, units: dict[str, int], *, is_plan_guessed: bool
) -> tuple[SplitCheck | None, list[str]]:
    unknown = Plan(None, "The split was not checked: nothing says which shares were planned.")
    plan = plan_of(experiment.split, units) if experiment.split or is_plan_guessed else unknown
    notes = [plan.words] if plan.words else []
    if plan.shares is None:
        return None, notes
    check = check_split(units, plan.shares, is_last_look=experiment.looks == "once")
    if not check.is_broken and check.p < 0.01:
        notes.append(f"The split is unusual (p = {check.p:.4f}), though not beyond doubt: look how it was made.")
    return check, notes


class _Pair(Struct, frozen=True):
    """A control and an arm beside it, adjusted by ``by``, with the variances' reduction."""

    control: Sample
    arm: Sample
    by: tuple[str, ...]
    reduction: float


def _read(
    experiment: Experiment, metric: Metric, sums: MetricSums, arm: str, intake: Intake, arm_count: int
) -> Reading:
    control_moments, arm_moments = sums.of(experiment.control), sums.of(arm)
    assert control_moments is not None
    assert arm_moments is not None
    pair = _pair(experiment, metric, sums, arm, bool(intake.strata))
    is_primary = metric.metric in experiment.judged
    alpha = ALPHA / (len(experiment.judged) * arm_count) if is_primary else ALPHA
    raw_control, raw_arm = sample_of(metric, control_moments), sample_of(metric, arm_moments)
    planned = experiment.planned if experiment.looks == "anytime" else 0
    effect = compare(pair.control, pair.arm, planned=planned)
    converters = tuple(
        sum(cell.converters for cell in sums.cells if cell.arm == each) for each in (experiment.control, arm)
    )
    return Reading(
        metric=metric.metric,
        kind=metric.kind,
        arm=arm,
        is_primary=is_primary,
        control_units=raw_control.count,
        arm_units=raw_arm.count,
        control_mean=raw_control.mean,
        arm_mean=raw_arm.mean,
        gate=gate_of(experiment, metric, (converters[0], converters[1]), (raw_control.count, raw_arm.count)),
        effect=effect,
        p_adjusted=effect.p,
        adjusted_by=HOLM if is_primary else BENJAMINI_HOCHBERG,
        variance_by=pair.by,
        reduction=pair.reduction,
        smallest_seen=smallest_seen(pair.control, pair.arm, alpha=alpha, planned=planned),
        needed=_needed(experiment, pair, effect, alpha, planned),
        capping=_capping(metric, sums, experiment.control, arm, planned),
        verdict=_UNSEEN,
    )


def _pair(experiment: Experiment, metric: Metric, sums: MetricSums, arm: str, in_strata: bool) -> _Pair:
    names = (experiment.control, arm)
    everybody = [sums.of(name) for name in names]
    raw = [sample_of(metric, moments) for moments in everybody if moments is not None]
    by = (RATIO,) if metric.kind == "ratio" else ()
    has_covariates = bool(len(raw[0].beside))
    if in_strata and metric.kind != "ratio":
        found = usable_strata([_stratum(sums, stratum, names) for stratum in sorted({c.stratum for c in sums.cells})])
        strata = [cuped([mean_sample(moments) for moments in stratum]) for stratum in found]
        adjusted, by = post_stratify(strata), (*by, POST_STRATIFIED)
    else:
        adjusted = cuped(raw)
    by = (*by, CUPED) if has_covariates else by
    before, after = (sum(each.squared_error for each in samples) for samples in (raw, adjusted))
    return _Pair(adjusted[0], adjusted[1], by, 1.0 - after / before if before > 0.0 else 0.0)


def _stratum(sums: MetricSums, stratum: str, arms: Sequence[str]) -> tuple[Moments | None, ...]:
    parts = [[c.moments for c in sums.cells if c.arm == arm and c.stratum == stratum] for arm in arms]
    return tuple(merged(each) if each else None for each in parts)


def _needed(experiment: Experiment, pair: _Pair, effect: Effect, alpha: float, planned: int) -> SampleNeeded | None:
    """Return what the largest lift needs that matters, is not ruled out, and that these customers cannot show."""
    if effect.lift is None:
        return None
    most = min(experiment.smallest, farthest(effect.lift))
    for lift in sorted(each for each in {experiment.smallest, *LIFTS} if each <= most)[::-1]:
        needed = sample_needed(pair.control, pair.arm, lift * abs(pair.control.mean), alpha=alpha, planned=planned)
        if needed.control > pair.control.count:
            return needed
    return None


def _capping(metric: Metric, sums: MetricSums, control: str, arm: str, planned: int) -> Capping | None:
    if metric.kind != "revenue" or isinf(sums.cap):
        return None
    plain = [mean_sample(merged([cell.plain for cell in sums.cells if cell.arm == name])) for name in (control, arm)]
    return Capping(
        sums.cap, sums.is_cap_earlier, plain[0].mean, plain[1].mean, compare(plain[0], plain[1], planned=planned)
    )


def _with_verdicts(experiment: Experiment, readings: list[Reading]) -> tuple[Reading, ...]:
    adjusted: dict[int, float] = {}
    counts = {}
    for is_primary, adjust in ((True, holm), (False, benjamini_hochberg)):
        places = [place for place, each in enumerate(readings) if each.is_primary == is_primary]
        adjusted |= dict(zip(places, adjust([readings[place].effect.p for place in places]), strict=True))
        counts[is_primary] = len(places)
    less = {metric.metric for metric in experiment.metrics if metric.is_less_better}
    told = []
    for place, each in enumerate(readings):
        found = Found(
            effect=each.effect,
            p_adjusted=adjusted[place],
            adjusted_by=each.adjusted_by,
            comparisons=counts[each.is_primary],
            gate=each.gate,
            needed=each.needed,
            smallest=experiment.smallest,
            is_less_better=each.metric in less,
        )
        told.append(replace(each, p_adjusted=adjusted[place], verdict=verdict_of(found)))
    return tuple(told)


def _headline(readings: Sequence[Reading]) -> str:
    return "; ".join(f"{each.arm}, {each.metric}: {each.verdict.words}" for each in readings if each.is_primary)
