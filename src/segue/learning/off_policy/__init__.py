"""Off-policy evaluation: what a policy would have brought, from a log that another one wrote.

Rests on the logged action probabilities: with exact ones intervals hold, with guessed ones nothing does.
"""

from segue.learning.off_policy.comparing import EFFECTIVE_SAMPLES, Comparison, Verdict, compare
from segue.learning.off_policy.estimators import DEFAULT, ESTIMATORS, Estimate, Evaluation, evaluate
from segue.learning.off_policy.intervals import Interval, interval
from segue.learning.off_policy.logged import LoggedBandit, Target, fixed, uniform
from segue.learning.off_policy.overlap import Overlap, overlap_of
from segue.learning.off_policy.reward_model import predict_rewards

__all__ = [
    "DEFAULT",
    "EFFECTIVE_SAMPLES",
    "ESTIMATORS",
    "Comparison",
    "Estimate",
    "Evaluation",
    "Interval",
    "LoggedBandit",
    "Overlap",
    "Target",
    "Verdict",
    "compare",
    "evaluate",
    "fixed",
    "interval",
    "overlap_of",
    "predict_rewards",
    "uniform",
]
