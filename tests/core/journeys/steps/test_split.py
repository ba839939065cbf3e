from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from segue.core.journeys.moves import Go, Surroundings
from segue.core.journeys.steps.split import SplitPlan, compile_split
from segue.model.errors import SegueError
from segue.model.steps import Arm, Split
from tests.builders import around, run


def split(*weights: float, experiment: str | None = None) -> SplitPlan:
    arms = tuple(Arm(arm=f"arm_{n}", weight=weight, next=f"way_{n}") for n, weight in enumerate(weights))
    return compile_split(Split(id="test", arms=arms, experiment=experiment), "reorder")


def of(customer_id: str, **splits: str) -> Surroundings:
    return replace(around(), customer_id=customer_id, seed="s", splits=splits)


def drawn(plan: SplitPlan, here: Surroundings) -> str:
    move = plan.arrive(run(), here)
    assert isinstance(move, Go)
    return move.detail


def test_a_customer_is_given_an_arm_and_it_is_recorded_under_the_journey_and_the_step() -> None:
    move = split(0, 1).arrive(run(), of("ada"))
    assert move == Go("way_1", detail="arm_1", allotted=("reorder/test", "arm_1"))


def test_the_arm_once_given_stays_whatever_the_weights_become() -> None:
    plan = split(0, 1, experiment="words")
    assert plan.arrive(run(), of("ada", words="arm_0")) == Go("way_0", detail="arm_0")


def test_an_arm_that_is_gone_is_drawn_anew() -> None:
    assert drawn(split(0, 1, experiment="words"), of("ada", words="arm_7")) == "arm_1"


@given(st.lists(st.sampled_from([0.0, 0.1, 1.0, 3.0]), min_size=1, max_size=5).filter(any), st.text(max_size=5))
def test_an_arm_without_weight_is_never_given_and_the_draw_is_always_the_same(
    weights: list[float], customer_id: str
) -> None:
    arm = drawn(split(*weights), of(customer_id))
    assert weights[int(arm.removeprefix("arm_"))] > 0
    assert drawn(split(*weights), of(customer_id)) == arm


def test_customers_fall_to_the_arms_by_weight_and_independently_of_other_experiments() -> None:
    first, second = split(1, 3), split(1, 3, experiment="other")
    pairs = Counter((drawn(first, of(f"c{n}")), drawn(second, of(f"c{n}"))) for n in range(4000))
    shares = {pair: count / 4000 for pair, count in pairs.items()}
    assert shares[("arm_0", "arm_0")] == pytest.approx(1 / 16, abs=0.02)
    assert shares[("arm_1", "arm_1")] == pytest.approx(9 / 16, abs=0.03)


@pytest.mark.parametrize(
    ("arms", "reason"),
    [
        ((Arm(arm="a", weight=0, next="x"),), "no arm with a weight"),
        ((), "no arm with a weight"),
        ((Arm(arm="a", next="x"), Arm(arm="a", next="y")), "two arms of one name"),
    ],
)
def test_a_split_that_cannot_decide_is_refused(arms: tuple[Arm, ...], reason: str) -> None:
    with pytest.raises(SegueError, match=reason):
        compile_split(Split(id="test", arms=arms), "reorder")
