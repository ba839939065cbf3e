"""Two policies on one log: the difference with its interval, paired decision by decision, and what follows from it."""

from enum import StrEnum

from msgspec import Struct

from segue.learning.off_policy.estimators import DEFAULT, Evaluation, evaluate
from segue.learning.off_policy.intervals import ALWAYS_VALID, CAUTIOUS, Interval
from segue.learning.off_policy.logged import LoggedBandit, Target
from segue.learning.off_policy.reward_model import predict_rewards

EFFECTIVE_SAMPLES = 1000
"""With fewer effective samples than this nothing is concluded; `learning.gates.effective_samples` says otherwise."""


class Verdict(StrEnum):
    """What a comparison says about the candidate."""

    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no difference seen"
    NOT_ENOUGH_EVIDENCE = "not enough evidence"


class Comparison(Struct, frozen=True, eq=False):
    """What a candidate policy brings per decision beside the present one.

    Attributes:
        difference: candidate less present.
        reason: why there is not enough evidence, "" where there is.
    """

    candidate: Evaluation
    present: Evaluation
    difference: Interval
    verdict: Verdict
    reason: str = ""


def compare(
    log: LoggedBandit,
    candidate: Target,
    present: Target,
    *,
    effective_samples: float = EFFECTIVE_SAMPLES,
    estimator: str = DEFAULT,
    kind: str = CAUTIOUS,
) -> Comparison:
    """Return how ``candidate`` compares with ``present``, both evaluated on ``log`` with one reward model.

    Args:
        effective_samples: how many each of the two must have for a verdict.
        estimator: of `ESTIMATORS`.
        kind: of interval.

    Raises:
        SegueError: the log or the policies' probabilities are not what they should be.
    """
    predicted = predict_rewards(log, only_past=kind == ALWAYS_VALID)
    ours, theirs = (evaluate(log, target, predicted) for target in (candidate, present))
    apart = ours.estimates[estimator].less(theirs.estimates[estimator])
    difference = apart.interval(log.unit, kind) if apart.influence.any() else Interval(0.0, 0.0, 0.0, 0.0)
    reason = lack_of(ours, effective_samples, "the candidate") or lack_of(
        theirs, effective_samples, "the present policy"
    )
    return Comparison(ours, theirs, difference, verdict_on(difference, reason), reason)


def verdict_on(difference: Interval, reason: str) -> Verdict:
    """Return what ``difference`` says; ``reason`` is why there is not enough evidence, "" where there is."""
    if reason:
        return Verdict.NOT_ENOUGH_EVIDENCE
    if difference.low > 0.0:
        return Verdict.BETTER
    return Verdict.WORSE if difference.high < 0.0 else Verdict.NO_DIFFERENCE


def opposite(verdict: Verdict) -> Verdict:
    """Return the verdict where less is better."""
    turned = {Verdict.BETTER: Verdict.WORSE, Verdict.WORSE: Verdict.BETTER}
    return turned.get(verdict, verdict)


def lack_of(evaluation: Evaluation, effective_samples: float, whose: str) -> str:
    """Return why an evaluation is not enough evidence, "" where it is."""
    overlap = evaluation.overlap
    if overlap.effective_samples < effective_samples:
        return f"{overlap.effective_samples:,.0f} effective samples for {whose}; {effective_samples:,.0f} are needed"
    if not overlap.is_supported():
        return f"{whose} would do what the log could not have done"
    return ""
