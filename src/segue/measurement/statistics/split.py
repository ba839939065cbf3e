"""Split: do the arms have the customers that the lot was to give them? If not, no number of the experiment can be read.

For a finished file Pearson's chi-square. For looks along the way a Dirichlet-multinomial mixture against the planned
shares, an e-process: M. Lindon, A. Malek, "Anytime-Valid Inference for Multinomial Count Data", NeurIPS 2022.
"""

from collections.abc import Sequence
from math import exp, lgamma, log

from msgspec import Struct

from segue.measurement.quantiles import chi_square_tail
from segue.measurement.statistics.formulas import SPLIT_CHI_SQUARE, SPLIT_E_PROCESS

BROKEN = 0.001
"""A split that chance gives more rarely than this is broken."""

CONCENTRATION = 1000.0
"""How near the planned shares the mixture's broken splits lie: as if so many customers had been seen."""


class SplitCheck(Struct, frozen=True):
    """Customers by arm beside the planned shares: ``p`` is how rarely the lot does this; ``formula`` is how it is
    known.
    """

    counts: dict[str, int]
    expected: dict[str, float]
    p: float
    formula: str

    @property
    def is_broken(self) -> bool:
        """Return whether the lot alone cannot be believed to have done this."""
        return self.p < BROKEN


def check_split(counts: dict[str, int], expected: dict[str, float], *, is_last_look: bool) -> SplitCheck:
    """Return whether ``counts`` of customers by arm can come from a lot with the shares ``expected``, which sum to 1.

    Args:
        is_last_look: whether it is looked at once, at the end; else the answer holds at all looks at once.
    """
    seen, shares = [counts[arm] for arm in expected], list(expected.values())
    if is_last_look:
        return SplitCheck(counts, expected, chi_square_p(seen, shares), SPLIT_CHI_SQUARE)
    evidence = log_split_evidence(seen, shares)
    return SplitCheck(counts, expected, exp(-max(evidence, 0.0)), SPLIT_E_PROCESS)


def chi_square_p(counts: Sequence[int], shares: Sequence[float]) -> float:
    """Return Pearson's p-value of ``counts`` under ``shares``."""
    total = sum(counts)
    if not total:
        return 1.0
    pairs = zip(counts, shares, strict=True)
    return chi_square_tail(sum((seen - total * share) ** 2 / (total * share) for seen, share in pairs), len(counts) - 1)


def log_split_evidence(counts: Sequence[int], shares: Sequence[float], concentration: float = CONCENTRATION) -> float:
    """Return the logarithm of the e-process against ``shares``: 0 is no evidence, log(1000) is `BROKEN`.

    It depends on the counts alone, not on the order in which customers came.
    """
    total = sum(counts)
    evidence = lgamma(concentration) - lgamma(concentration + total)
    for seen, share in zip(counts, shares, strict=True):
        prior = concentration * share
        evidence += lgamma(prior + seen) - lgamma(prior) - seen * log(share)
    return evidence
