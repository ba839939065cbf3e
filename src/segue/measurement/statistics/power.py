"""Power: how many customers an effect needs to be seen, and how large one must be to be seen with those there are."""

from collections.abc import Callable
from math import ceil, sqrt

from msgspec import Struct

from segue.measurement.quantiles import normal_quantile
from segue.measurement.statistics.always_valid import always_valid_reach
from segue.measurement.statistics.formulas import SAMPLE_NEEDED
from segue.measurement.statistics.moments import Sample

POWER = 0.8
_ROUNDS = 20


class SampleNeeded(Struct, frozen=True):
    """What it takes to see a true effect of ``difference`` with a chance of ``power``: so many units in the control and
    in the arm, with the shares they have now. ``lift`` is the same as a share of the control's mean.
    """

    difference: float
    lift: float | None
    control: int
    arm: int
    power: float = POWER
    formula: str = SAMPLE_NEEDED


def sample_needed(
    control: Sample, arm: Sample, difference: float, *, alpha: float = 0.05, power: float = POWER, planned: int = 0
) -> SampleNeeded:
    """Return how many units a true ``difference``, not 0, needs, with the variances and the shares of the samples.

    Args:
        planned: as `means.compare`; above 0 the looks along the way are paid for.
    """
    count = control.count + arm.count
    share = control.count / count
    spread = control.variance / share + arm.variance / (1.0 - share)
    reach = _reach(alpha, planned)
    total = count
    for _ in range(_ROUNDS):
        total = max(ceil((reach(total) + normal_quantile(power)) ** 2 * spread / difference**2), 4)
    lift = difference / abs(control.mean) if control.mean else None
    return SampleNeeded(difference, lift, ceil(total * share), ceil(total * (1.0 - share)), power)


def smallest_seen(
    control: Sample, arm: Sample, *, alpha: float = 0.05, power: float = POWER, planned: int = 0
) -> float:
    """Return the true difference that is found with a chance of ``power`` with the units there are."""
    error = sqrt(control.squared_error + arm.squared_error)
    return (_reach(alpha, planned)(control.count + arm.count) + normal_quantile(power)) * error


def _reach(alpha: float, planned: int) -> Callable[[int], float]:
    if planned:
        return lambda count: always_valid_reach(count, planned, alpha)
    return lambda count: normal_quantile(1.0 - alpha / 2.0)
