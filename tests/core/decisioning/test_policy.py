from segue.core.decisioning.policies import POLICIES
from segue.core.decisioning.policy import Policy


def test_what_is_registered_as_a_policy_has_the_shape_of_one() -> None:
    wanted = {"name", "probabilities"}
    assert {name for name in vars(Policy) if not name.startswith("_")} == wanted
    assert all(wanted <= set(dir(policy)) for policy in POLICIES.values())
