"""The scratch pad of one transition: what moves leave behind."""

from segue.core.journeys.moves import Ask, Finish, Go, Offer, Question, Stay
from segue.core.journeys.work import MOVES_MAX, Work
from segue.model.customers import Enrollments
from segue.model.runs import Allotted
from segue.model.steps import Goal, SetTrait, Wait
from segue.model.time import NEVER, Instant
from tests.builders import NOW, around, candidate, condition, profile, run, view
from tests.core.journeys.running import EMPTY, after, compiled, journey, only

PLANS = compiled(journey(Wait(id="first", after="1h"), Wait(id="second", after="1h"), Goal(id="won")))
PLAN = PLANS.by_name["reorder"]
HERE = run()


def work(*allotted: Allotted) -> Work:
    return Work(Enrollments((HERE,), splits=allotted), around(view(profile(traits={"tier": "tin", "a": 1}))), PLANS)


def test_what_changes_nothing_leaves_the_same_enrollments() -> None:
    pad = work()
    pad.keep(HERE)
    assert pad.enrollments() is pad.before


def test_each_move_does_what_it_says() -> None:
    for move, wake_at in ((Stay(Instant(NOW + 1), best=2), NOW + 1), (Offer((candidate(),), best=2), NEVER)):
        pad = work()
        pad.follow(HERE, move, PLAN)
        (after_move,) = pad.enrollments().runs
        assert (after_move.step, after_move.wake_at, after_move.best) == ("first", wake_at, 2)
    assert pad.proposals == [candidate()]
    question = Question(HERE.run_id, 1, "reorder", "first", ())
    pad = work()
    pad.follow(HERE, Ask(question), PLAN)
    assert (pad.questions, pad.moved) == ([question], [])
    pad.follow(HERE, Finish("capped"), PLAN)
    assert [(end.reason, end.is_converted) for end in pad.ended] == [("capped", False)]
    assert [(each.step, each.to, each.how, each.detail) for each in pad.moved] == [("first", "", "exited", "capped")]


def test_the_way_to_the_next_step_brings_an_arm_only_once() -> None:
    pad = work(Allotted("words", "a", Instant(1)))
    pad.follow(HERE, Go("second", detail="b", allotted=("words", "b")), PLAN)
    pad.follow(HERE, Go("second", detail="x", allotted=("tone", "x")), PLAN)
    assert pad.enrollments().splits == (Allotted("words", "a", Instant(1)), Allotted("tone", "x", NOW))


def test_traits_that_a_step_states_are_known_from_the_next_step_on_and_null_takes_one_away() -> None:
    pad = work()
    pad.follow(HERE, Go("second", traits={"tier": "gold", "a": None}), PLAN)
    assert pad.traits == {"tier": "gold", "a": None}
    assert pad.around.view.traits == {"tier": "gold"}


def test_a_later_statement_of_the_same_transition_sees_the_earlier_one() -> None:
    plans = compiled(
        journey(SetTrait(id="one", set={"n": "x"}), SetTrait(id="two", set={"n": "y"}), Wait(id="rest", after="1h")),
        reorder__steps__one__set__n=condition(lambda _: 1),
        reorder__steps__two__set__n=condition(lambda traits: traits["n"] + 1),
    )
    progress = after(EMPTY, plans, "lapsed")
    assert (progress.traits, only(progress).step) == ({"n": 2}, "rest")


def test_one_run_makes_so_many_moves_in_a_transition_and_no_more() -> None:
    pad = work()
    for _ in range(MOVES_MAX):
        pad.follow(HERE, Stay(NEVER), PLAN)
    assert pad.ended == []
    pad.follow(HERE, Stay(NEVER), PLAN)
    assert [end.reason for end in pad.ended] == ["loop_bound"]
