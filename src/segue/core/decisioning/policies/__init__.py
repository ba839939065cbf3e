"""Policies, one per file, behind `core.decisioning.policy.Policy`."""

from segue.core.decisioning.policies.random import RandomPolicy
from segue.core.decisioning.policies.rules import RulesPolicy
from segue.core.decisioning.policy import Policy

POLICIES: dict[str, Policy] = {"rules": RulesPolicy(), "random": RandomPolicy()}
"""By the name that ``segue.yaml`` gives under ``policy``."""
