import pytest

from segue.core.journeys.moves import Go
from segue.core.journeys.steps.goto import compile_goto
from segue.model.steps import Goto
from tests.builders import around, run


@pytest.mark.parametrize(
    ("loops", "expected"),
    [
        ({}, Go("start", is_loop=True)),
        ({"again": 1}, Go("start", is_loop=True)),
        ({"again": 2}, Go("after")),
        ({"another": 9}, Go("start", is_loop=True)),
    ],
)
def test_a_loop_is_taken_so_many_times_and_then_left(loops: dict[str, int], expected: object) -> None:
    plan = compile_goto(Goto(id="again", to="start", at_most=2), "after")
    assert plan.arrive(run(loops=loops), around()) == expected
