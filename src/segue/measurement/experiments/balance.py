"""Balance: a covariate from before the assignment lies alike in all arms; one that does not is not from before."""

from collections.abc import Container

from msgspec.structs import replace

from segue.measurement.experiments.description import Experiment
from segue.measurement.experiments.sums import MetricSums
from segue.measurement.experiments.units import Intake, MetricColumns
from segue.measurement.statistics.means import compare
from segue.measurement.statistics.moments import Moments, Sample, plain_sample
from segue.measurement.statistics.split import BROKEN


def uneven_covariates(experiment: Experiment, intake: Intake, sums: dict[str, MetricSums]) -> dict[str, str]:
    """Return the covariates that differ from arm to arm more than the lot lets them, by their column in ``units``, with
    a sentence about each. By them nothing is to be adjusted: it would take away what the arm did.
    """
    found: dict[str, str] = {}
    for metric, columns in intake.columns.items():
        width = 2 if columns.per else 1
        control = sums[metric].of(experiment.control)
        others = {cell.arm for cell in sums[metric].cells} - {experiment.control}
        for place, covariate in enumerate(columns.covariates):
            for arm in sorted(others):
                p = _p(control, sums[metric].of(arm), width + place)
                if p < BROKEN:
                    name = intake.names.get(covariate, f"{metric} before the assignment")
                    found.setdefault(
                        covariate,
                        f"The covariate {name} differs between {arm} and {experiment.control} (p = {p:.1g}): it is not"
                        " from before the assignment, or the lot was not one. Nothing was adjusted by it.",
                    )
    return found


def without(columns: dict[str, MetricColumns], covariates: Container[str]) -> dict[str, MetricColumns]:
    """Return where the metrics lie, without some covariates."""
    return {
        name: replace(each, covariates=tuple(column for column in each.covariates if column not in covariates))
        for name, each in columns.items()
    }


def _p(control: Moments | None, arm: Moments | None, place: int) -> float:
    assert control is not None
    assert arm is not None
    return compare(_sample(control, place), _sample(arm, place)).p


def _sample(moments: Moments, place: int) -> Sample:
    return plain_sample(moments.count, float(moments.mean[place]), float(moments.covariance[place, place]))
