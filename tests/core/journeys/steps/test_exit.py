from segue.core.journeys.moves import Go
from segue.core.journeys.steps.exit import compile_exit
from tests.builders import around, run


def test_an_exit_ends_the_run_whatever_follows_it_in_the_file() -> None:
    plan = compile_exit()
    assert plan.arrive(run(), around()) == Go(None)


def test_a_run_found_waiting_at_an_exit_by_a_new_version_ends() -> None:
    assert compile_exit().resume(run(), around()) == Go(None)
