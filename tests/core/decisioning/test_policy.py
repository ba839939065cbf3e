import pytest

from segue.core.decisioning.policies import LADDERS, compile_policies
from segue.core.decisioning.policy import Policy
from segue.core.world import build_world
from segue.model.workspace import PolicySpec
from tests.builders import workspace


@pytest.mark.parametrize("name", LADDERS)
def test_what_a_workspace_may_ask_has_the_shape_of_a_policy_and_is_known_by_the_name_it_records(name: str) -> None:
    world = build_world(workspace())
    learning = workspace(policy=PolicySpec(name=name))
    wanted = {"name", "score", "probabilities"}
    assert {each for each in vars(Policy) if not each.startswith("_")} == wanted
    policies = compile_policies(learning, world.arms, ())
    assert set(LADDERS[name]) <= set(policies)
    for known_as, policy in policies.items():
        assert wanted <= set(dir(policy))
        assert policy.name.split("@")[0] == known_as


@pytest.mark.parametrize("name", LADDERS)
def test_every_ladder_ends_with_what_needs_no_model(name: str) -> None:
    assert LADDERS[name][0] == name
    assert LADDERS[name][-1] == "rules"
