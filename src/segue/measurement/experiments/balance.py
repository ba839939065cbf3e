"""Balance: a covariate from before the assignment lies alike in all arms; one that does not is not from before."""

from segue.measurement.experiments.description import Experiment
from segue.measurement.experiments.sums import MetricSums
from segue.measurement.experiments.units import Intake
from segue.measurement.statistics.means import compare
from segue.measurement.statistics.moments import Moments, Sample, plain_sample
from segue.measurement.statistics.split import BROKEN


def uneven_covariates(experiment: Experiment, intake: Intake, sums: dict[str, MetricSums]) -> list[str]:
    """Return a sentence for each covariate that differs from arm to arm more than the lot lets it."""
    words = []
    for metric, columns in intake.columns.items():
        width = 2 if columns.per else 1
        control = sums[metric].of(experiment.control)
        others = {cell.arm for cell in sums[metric].cells} - {experiment.control}
        for place, covariate in enumerate(columns.covariates):
            for arm in sorted(others):
                p = _p(control, sums[metric].of(arm), width + place)
                if p < BROKEN:
                    name = intake.names.get(covariate, f"{metric} before the assignment")
                    words.append(
                        f"The covariate {name} differs between {arm} and {experiment.control} (p = {p:.1g}): it is not"
                        " from before the assignment, or the lot was not one. Do not adjust by it."
                    )
    return list(dict.fromkeys(words))


def _p(control: Moments | None, arm: Moments | None, place: int) -> float:
    assert control is not None
    assert arm is not None
    return compare(_sample(control, place), _sample(arm, place)).p


def _sample(moments: Moments, place: int) -> Sample:
    return plain_sample(moments.count, float(moments.mean[place]), float(moments.covariance[place, place]))
