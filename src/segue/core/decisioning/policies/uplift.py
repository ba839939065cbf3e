"""uplift: what acting adds to doing nothing, by a model trained at night on decisions with their silences.

    total = effect x context weight x lever x lift x preference - cost - price + subsidy

A lever makes a gain count more, never a harm less or more: who buys less often when written to is left alone.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from segue.core.catalogue import Scored
from segue.core.decisioning.context import Context
from segue.core.decisioning.policies.net import FACTORS, charges_of, wanted
from segue.core.decisioning.policies.trained import REACH, Trained, favour
from segue.core.decisioning.policy import NOT_FINITE, Unready
from segue.model.snapshots import UpliftModel
from segue.model.workspace import Workspace

UPLIFT = "uplift"
"""The kind of the model."""

EFFECT = "effect"
"""The score: what the action adds to the expected reward over doing nothing, in the workspace's currency."""


class UpliftPolicy:
    """The largest effect net of its cost wins, silence where nothing adds more than it costs."""

    name = "uplift@1"

    def __init__(self, workspace: Workspace) -> None:
        self._trained = Trained(workspace, UPLIFT, UpliftModel)
        self._reach = workspace.policy.reach

    def score(self, context: Context, candidates: Sequence[Scored]) -> Sequence[Scored]:
        """Return the candidates with their effect, and the total that follows from it.

        Raises:
            Unready: ``no_model``, ``stale_model``, ``corrupt_model``, ``missing_input:wanted``, ``not_finite``.
        """
        effects = self._trained.estimates(context, candidates)
        return [self._scored(each, effects[each.action]) for each in candidates]

    def probabilities(self, context: Context, candidates: Sequence[Scored]) -> tuple[float, ...]:
        """Return 1 for the best; less by what those get that the model does not know yet."""
        return favour(candidates)

    def _scored(self, each: Scored, effect: float) -> Scored:
        known = {name: score for name, score in each.scores.items() if name != "affinity"}
        total = wanted(effect, known, FACTORS) - charges_of(known)
        if not abs(total) < float("inf"):
            raise Unready(NOT_FINITE)
        told = {EFFECT: effect, "total": total}
        if not self._trained.knows(each.action):
            told[REACH] = self._reach
        return replace(each, total=total, scores=known | told)
