import pytest

from segue.core.decisioning.policies import POLICIES
from segue.testing.conformance.policy import CASES, Case


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_policy_conforms(case: Case, name: str) -> None:
    case.check(POLICIES[name])


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_is_known_by_the_name_it_records(name: str) -> None:
    assert POLICIES[name].name.split("@")[0] == name
