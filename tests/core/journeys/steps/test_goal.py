import pytest

from segue.core.journeys.moves import Go
from segue.core.journeys.steps.goal import compile_goal
from tests.builders import around, run


@pytest.mark.parametrize("following", ["thank", None])
def test_a_goal_counts_the_run_as_converted_and_goes_on(following: str | None) -> None:
    plan = compile_goal(following)
    assert plan.arrive(run(), around()) == Go(following, is_converted=True)


def test_a_run_found_waiting_at_a_goal_by_a_new_version_is_converted() -> None:
    assert compile_goal(None).resume(run(), around()) == Go(None, is_converted=True)
