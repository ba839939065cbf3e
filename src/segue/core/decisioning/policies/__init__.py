"""Policies, one per file, behind `core.decisioning.policy.Policy`; and the ladder from the boldest to the rules.

Those that compute with models are imported when a workspace asks for them: numpy takes its time to load.
"""

from collections.abc import Mapping

from segue.core.decisioning.arms import Arms
from segue.core.decisioning.policies.random import RandomPolicy
from segue.core.decisioning.policies.rules import RulesPolicy
from segue.core.decisioning.policy import Policy
from segue.model.workspace import Workspace

LADDERS: dict[str, tuple[str, ...]] = {
    "value": ("value", "bandit", "propensity", "rules"),
    "bandit": ("bandit", "propensity", "rules"),
    "uplift": ("uplift", "propensity", "rules"),
    "propensity": ("propensity", "rules"),
    "random": ("random", "rules"),
    "rules": ("rules",),
}
"""By the name that ``segue.yaml`` gives under ``policy``: which policies are asked, until one can decide."""

STANDING: dict[str, Policy] = {"rules": RulesPolicy(), "random": RandomPolicy()}
"""What every workspace has: business as usual, and the learner's baseline."""


def compile_policies(workspace: Workspace, arms: Arms, weights: tuple[float, ...]) -> Mapping[str, Policy]:
    """Return the policies that ``workspace`` may ask, by name.

    Args:
        weights: of the objectives (`arms.weights_of`).
    """
    policies: dict[str, Policy] = dict(STANDING)
    for name in LADDERS[workspace.policy.name]:
        if name not in policies:
            policies[name] = _make(name, workspace, arms, weights)
    return policies


def _make(name: str, workspace: Workspace, arms: Arms, weights: tuple[float, ...]) -> Policy:
    match name:
        case "bandit":
            from segue.core.decisioning.policies.bandit import BanditPolicy

            return BanditPolicy(workspace, arms, weights)
        case "propensity":
            from segue.core.decisioning.policies.propensity import PropensityPolicy

            return PropensityPolicy(workspace)
        case "uplift":
            from segue.core.decisioning.policies.uplift import UpliftPolicy

            return UpliftPolicy(workspace)
        case _:
            from segue.core.decisioning.policies.value import ValuePolicy

            return ValuePolicy(workspace)
