"""Every policy keeps every promise: with models trained here, small but real."""

import pytest
from msgspec.structs import replace

from segue.core.decisioning.arms import weights_of
from segue.core.decisioning.context import Context
from segue.core.decisioning.policies import LADDERS, compile_policies
from segue.core.decisioning.policy import Policy
from segue.core.decisioning.rewards import objectives_of
from segue.core.world import build_world
from segue.model.learning import Learning, Objective
from segue.model.workspace import PolicySpec, Workspace
from segue.testing.conformance.policy import CASES, CONTEXT, Case
from tests.builders import EMAIL, SMS, action, workspace
from tests.core.decisioning.policies.trained_models import ACTIONS, learned, snapshots

OBJECTIVES = {"success": Objective(event="bought", value=8.0), "margin": Objective(event="bought", of="margin")}


def a_workspace(name: str, **spec: object) -> Workspace:
    return workspace(
        channels=(EMAIL, SMS),
        actions=tuple(action(each, "email", "sms") for each in ACTIONS),
        policy=PolicySpec(name=name, **spec),  # type: ignore[arg-type]
        learning=Learning(objectives=OBJECTIVES),
        models=dict(snapshots()),
    )


def a_policy(name: str, **spec: object) -> Policy:
    shop = a_workspace(name, **spec)
    world = build_world(replace(shop, policy=PolicySpec()))
    return compile_policies(shop, world.arms, weights_of(objectives_of(shop)))[name]


def known_context() -> Context:
    return replace(CONTEXT, learned=learned())


@pytest.mark.parametrize("name", LADDERS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_policy_conforms(case: Case, name: str) -> None:
    case.check(a_policy(name), known_context())


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_bandit_conforms_with_exact_probabilities_of_thompson_s(case: Case) -> None:
    case.check(a_policy("bandit", draw="thompson"), known_context())
