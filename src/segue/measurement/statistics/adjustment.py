"""Adjustment: less noise by what was known before the assignment, without moving what is estimated.

`cuped`: Deng, Xu, Kohavi, Walker, "Improving the Sensitivity of Online Controlled Experiments by Utilizing
Pre-Experiment Data", WSDM 2013. `post_stratify`: Miratrix, Sekhon, Yu, "Adjusting treatment effect estimates by
post-stratification in randomized experiments", JRSS B 75, 2013.
"""

from collections.abc import Sequence

import numpy as np

from segue.measurement.statistics.moments import Array, Moments, Sample, merged, plain_sample

FEWEST = 2
"""Units of each arm that a stratum needs, to have a variance."""


def pooled_slope(samples: Sequence[Sample]) -> Array:
    """Return (c,) how much a metric goes with each covariate within arms: one slope for all arms, so that no arm's own
    outcome decides how it is corrected.
    """
    among = sum(((each.count - 1) * each.among for each in samples), np.zeros_like(samples[0].among))
    shared = sum(((each.count - 1) * each.shared for each in samples), np.zeros_like(samples[0].shared))
    return np.asarray(np.linalg.lstsq(among, shared, rcond=None)[0])


def cuped(samples: Sequence[Sample]) -> tuple[Sample, ...]:
    """Return the arms' samples as they would be with the same covariates in each; the same where there are none."""
    if not len(samples[0].beside):
        return tuple(samples)
    slope = pooled_slope(samples)
    counts = np.array([each.count for each in samples], dtype=np.float64)
    middle = counts @ np.stack([each.beside for each in samples]) / counts.sum()
    return tuple(_adjusted(each, slope, middle) for each in samples)


def post_stratify(strata: Sequence[Sequence[Sample]]) -> tuple[Sample, ...]:
    """Return each arm's sample as it would be with every stratum's share of all units.

    Args:
        strata: by stratum the samples of the arms, in one order; each of at least two units.
    """
    sizes = np.array([sum(sample.count for sample in stratum) for stratum in strata], dtype=np.float64)
    shares = sizes / sizes.sum()
    arms = []
    for cells in zip(*strata, strict=True):
        count = sum(cell.count for cell in cells)
        mean = sum(share * cell.mean for share, cell in zip(shares, cells, strict=True))
        squared = sum(share**2 * cell.squared_error for share, cell in zip(shares, cells, strict=True))
        cubed = sum(share**3 * cell.third / cell.count**2 for share, cell in zip(shares, cells, strict=True))
        arms.append(plain_sample(count, float(mean), float(squared) * count, float(cubed) * count**2))
    return tuple(arms)


def usable_strata(strata: Sequence[Sequence[Moments | None]]) -> tuple[tuple[Moments, ...], ...]:
    """Return the strata with at least two units of every arm; the others go together, with the largest if need be.

    Args:
        strata: by stratum the moments of the arms, in one order; None where an arm has nobody.
    """
    full = [_complete(stratum) for stratum in strata if _is_full(stratum)]
    rest = [stratum for stratum in strata if not _is_full(stratum)]
    if not rest:
        return tuple(full)
    together = _together(rest)
    if _is_full(together):
        return (*full, _complete(together))
    full.sort(key=lambda stratum: sum(each.count for each in stratum), reverse=True)
    return (_complete(_together([*full[:1], together])), *full[1:])


def _adjusted(sample: Sample, slope: Array, middle: Array) -> Sample:
    variance = sample.variance - 2.0 * slope @ sample.shared + slope @ sample.among @ slope
    mean = float(sample.mean - slope @ (sample.beside - middle))
    return plain_sample(sample.count, mean, max(float(variance), 0.0), sample.third)


def _is_full(stratum: Sequence[Moments | None]) -> bool:
    return all(each is not None and each.count >= FEWEST for each in stratum)


def _complete(stratum: Sequence[Moments | None]) -> tuple[Moments, ...]:
    return tuple(each for each in stratum if each is not None)


def _together(strata: Sequence[Sequence[Moments | None]]) -> tuple[Moments | None, ...]:
    arms = [[each for each in arm if each is not None] for arm in zip(*strata, strict=True)]
    return tuple(merged(parts) if parts else None for parts in arms)
