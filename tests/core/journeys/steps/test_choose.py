import pytest

from segue.core.catalogue import Scored
from segue.core.journeys.moves import Ask, Go, Question
from segue.core.journeys.steps.choose import ChoosePlan, compile_choose
from segue.model.errors import SegueError
from segue.model.ids import RunId
from segue.model.steps import Choose, Option
from tests.builders import around, run

CHOOSE = Choose(
    id="way",
    options=(Option(option="call", next="ring", value=5.0, priority=2), Option(option="mail", next="write")),
    otherwise="leave",
)


def choose() -> ChoosePlan:
    return compile_choose(CHOOSE)


def test_the_policy_is_asked_with_what_is_known_of_each_option() -> None:
    options = (Scored("call", "", 2.0, 5.0), Scored("mail", "", 0.0, 0.0))
    question = Question(RunId("run-1"), 3, "reorder", "way", options)
    assert choose().arrive(run(visits=3), around()) == Ask(question)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (None, None),
        ("call", Go("ring", detail="call")),
        ("mail", Go("write", detail="mail")),
        ("", Go("leave")),
        ("an option that is gone", Go("leave")),
    ],
)
def test_the_run_goes_the_way_that_was_chosen_and_the_other_way_for_silence(word: str | None, expected: object) -> None:
    answers = {} if word is None else {("run-1", 1): word}
    assert choose().resume(run(), around(answers=answers)) == expected


def test_a_word_heard_while_standing_still_is_kept() -> None:
    heard = choose().hear(run(), around(answers={("run-1", 1): "mail"}))
    assert choose().hear(heard, around()) == heard
    assert choose().resume(heard, around()) == Go("write", detail="mail")


def test_a_migrated_run_waits_for_the_word() -> None:
    assert choose().rejoin(run(), around()) == run()


@pytest.mark.parametrize("options", [(), (Option(option="a", next="x"), Option(option="a", next="y"))])
def test_a_choice_needs_options_with_names_of_their_own(options: tuple[Option, ...]) -> None:
    with pytest.raises(SegueError, match="each with a name of its own"):
        compile_choose(Choose(id="way", options=options, otherwise="leave"))
