import pytest

from segue.core.journeys.moves import CHILD, CHILD_CONVERTED, CHILD_ENDED, Descend, Go
from segue.core.journeys.steps.sub_journey import compile_sub_journey, without_child
from segue.model.steps import SubJourney
from segue.model.time import NEVER, Instant
from tests.builders import NOW, around, run

PLAN = compile_sub_journey(SubJourney(id="child", journey="other", on_converted="won"), "next")


@pytest.mark.parametrize("wait", [True, False])
def test_the_other_journey_is_started(wait: bool) -> None:
    plan = compile_sub_journey(SubJourney(id="child", journey="other", wait=wait), "next")
    assert plan.arrive(run(), around()) == Descend("other", is_awaited=wait)


@pytest.mark.parametrize(("word", "expected"), [(None, None), (CHILD_ENDED, Go("next")), (CHILD_CONVERTED, Go("won"))])
def test_the_run_goes_on_when_the_other_journey_is_over(word: str | None, expected: object) -> None:
    answers = {} if word is None else {("run-1", CHILD): word}
    assert PLAN.resume(run(), around(answers=answers)) == expected


def test_without_a_way_of_their_own_the_converted_go_on_like_the_others() -> None:
    plan = compile_sub_journey(SubJourney(id="child", journey="other"), "next")
    assert plan.resume(run(), around(answers={("run-1", CHILD): CHILD_CONVERTED})) == Go("next")


def test_how_it_ended_is_kept_while_the_run_stands_still() -> None:
    heard = PLAN.hear(run(), around(answers={("run-1", CHILD): CHILD_CONVERTED}))
    assert PLAN.resume(heard, around()) == Go("won")


def test_a_run_whose_child_is_gone_is_woken_and_goes_on() -> None:
    woken = without_child(run())
    assert woken.wake_at < NOW
    assert PLAN.resume(woken, around()) == Go("next")
    assert without_child(run(wake_at=Instant(NOW + 1))).wake_at == NOW + 1
    assert run().wake_at == NEVER
