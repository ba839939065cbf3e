import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.journeys.pacing import PacingPlan, compile_pacing
from segue.model.errors import SegueError
from segue.model.journeys import Pacing
from tests.builders import condition, profile, run, view


def factor(interest: object, calm: float = 0.0, keen: float = 5.0) -> float:
    plan = PacingPlan(condition(lambda traits: traits["interest"]), calm, keen, slowest=4.0, fastest=0.25)
    return plan.factor(run(), view(profile(traits={"interest": interest})))


@pytest.mark.parametrize(
    ("interest", "expected"), [(0, 4.0), (-3, 4.0), (5, 0.25), (50, 0.25), (2.5, 1.0), (None, 1.0)]
)
def test_calm_people_get_more_time_and_keen_ones_less(interest: object, expected: float) -> None:
    assert factor(interest) == pytest.approx(expected)


@given(st.floats(0, 5), st.floats(0, 5))
def test_the_keener_the_faster(one: float, other: float) -> None:
    assert (factor(min(one, other)) >= factor(max(one, other))) is True


def test_a_pace_without_a_way_from_calm_to_keen_is_refused() -> None:
    with pytest.raises(SegueError, match="no way in between"):
        compile_pacing(Pacing(by="x", calm=3, keen=3), condition(lambda _: 1))
