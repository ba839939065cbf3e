"""propensity: the chance of success x what success is worth, by a model trained at night.

    total = propensity x context weight x value x lever (P x C x V x L) x lift x preference - cost - price + subsidy

Gross, not net: who would have bought anyway counts as a success. `uplift` asks what acting adds.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from segue.core.catalogue import Scored
from segue.core.decisioning.context import Context
from segue.core.decisioning.policies.net import FACTORS, charges_of, product_of
from segue.core.decisioning.policies.trained import REACH, Trained, favour
from segue.core.decisioning.policy import NOT_FINITE, Unready
from segue.model.snapshots import PropensityModel
from segue.model.workspace import Workspace

PROPENSITY = "propensity"
"""The score, and the kind of the model: probability that the action succeeds within its window."""


class PropensityPolicy:
    """The most worth wins, silence where nothing is worth its cost; exploration is what the workspace adds to it.

    The propensity takes the place of the channel's affinity, which tells of the same answers once more.
    """

    name = "propensity@1"

    def __init__(self, workspace: Workspace) -> None:
        self._trained = Trained(workspace, PROPENSITY, PropensityModel)
        self._reach = workspace.policy.reach

    def score(self, context: Context, candidates: Sequence[Scored]) -> Sequence[Scored]:
        """Return the candidates with their propensity, and the total that follows from it.

        Raises:
            Unready: ``no_model``, ``stale_model``, ``corrupt_model``, ``missing_input:product_of``, ``not_finite``.
        """
        chances = self._trained.estimates(context, candidates)
        return [self._scored(each, chances[each.action]) for each in candidates]

    def probabilities(self, context: Context, candidates: Sequence[Scored]) -> tuple[float, ...]:
        """Return 1 for the best; less by what those get that the model does not know yet."""
        return favour(candidates)

    def _scored(self, each: Scored, estimate: float) -> Scored:
        chance = min(max(estimate, 0.0), 1.0)
        known = {name: score for name, score in each.scores.items() if name != "affinity"}
        total = chance * known.get("value", 0.0) * product_of(known, FACTORS) - charges_of(known)
        if not abs(total) < float("inf"):
            raise Unready(NOT_FINITE)
        told = {PROPENSITY: chance, "total": total}
        if not self._trained.knows(each.action):
            told[REACH] = self._reach
        return replace(each, total=total, scores=known | told)
