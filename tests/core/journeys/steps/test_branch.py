import pytest

from segue.core.journeys.moves import Go
from segue.core.journeys.steps.branch import compile_branch
from segue.core.view import Condition
from segue.model.steps import Branch, Case
from tests.builders import ALWAYS, NEVER_TRUE, UNKNOWN, around, condition, fact, profile, run, view

FORK = Branch(id="fork", cases=(Case(when="a", next="first"), Case(when="b", next="second")), otherwise="neither")


def fork(first: Condition, second: Condition) -> object:
    conditions = {"j.fork.cases.0.when": first, "j.fork.cases.1.when": second}
    return compile_branch(FORK, conditions, "j.fork").arrive(run(), around())


@pytest.mark.parametrize(
    ("first", "second", "way"),
    [
        (ALWAYS, ALWAYS, "first"),
        (ALWAYS, NEVER_TRUE, "first"),
        (NEVER_TRUE, ALWAYS, "second"),
        (UNKNOWN, ALWAYS, "second"),
        (NEVER_TRUE, NEVER_TRUE, "neither"),
        (UNKNOWN, UNKNOWN, "neither"),
    ],
)
def test_the_first_case_that_holds_is_taken_else_the_other_way(first: Condition, second: Condition, way: str) -> None:
    assert fork(first, second) == Go(way)


def test_cases_read_the_customer_the_event_and_the_run() -> None:
    tier = condition(lambda traits: traits["tier"] == "gold")
    total = condition(lambda event: event["total"] > 5, on="event")
    cart = condition(lambda facts: facts["cart"] == "c1", on="run")
    everything: Condition = lambda *sides: tier(*sides) and total(*sides) and cart(*sides)  # noqa: E731
    plan = compile_branch(
        Branch(id="fork", cases=(Case(when="a", next="yes"),), otherwise="no"),
        {"k.cases.0.when": everything},
        "k",
    )
    here = around(view(profile(traits={"tier": "gold"}), fact("order", total=9)))
    assert plan.arrive(run(facts={"cart": "c1"}), here) == Go("yes")
    assert plan.arrive(run(facts={"cart": "c2"}), here) == Go("no")


def test_a_run_found_waiting_at_a_branch_by_a_new_version_is_sent_on() -> None:
    plan = compile_branch(FORK, {"k.cases.0.when": ALWAYS, "k.cases.1.when": ALWAYS}, "k")
    assert plan.resume(run(), around()) == Go("first")
