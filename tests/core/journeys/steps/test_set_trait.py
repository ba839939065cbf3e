from segue.core.journeys.moves import Go
from segue.core.journeys.steps.set_trait import compile_set_trait
from segue.model.steps import SetTrait
from tests.builders import around, condition, profile, run, view


def test_traits_are_stated_as_they_are_now_and_all_see_those_before() -> None:
    step = SetTrait(id="note", set={"tier": "'gold'", "was": "trait.tier"})
    conditions = {"k.set.tier": condition(lambda _: "gold"), "k.set.was": condition(lambda traits: traits["tier"])}
    plan = compile_set_trait(step, "next", conditions, "k")
    here = around(view(profile(traits={"tier": "tin"})))
    assert plan.arrive(run(), here) == Go("next", traits={"tier": "gold", "was": "tin"})


def test_a_value_may_be_one_of_the_run_s_facts() -> None:
    step = SetTrait(id="note", set={"cart": "run.cart"})
    plan = compile_set_trait(step, None, {"k.set.cart": condition(lambda facts: facts["cart"], on="run")}, "k")
    assert plan.arrive(run(facts={"cart": "c1"}), around()) == Go(None, traits={"cart": "c1"})
