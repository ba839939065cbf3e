import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.journeys.merge import merge_enrollments, moves_of
from segue.core.journeys.plan import JourneyPlans
from segue.model.customers import Enrollments
from segue.model.ids import RunId
from segue.model.runs import Allotted, Ended, Entered, Moved, Pending, Run
from segue.model.time import Instant
from tests.builders import run

NO_PLANS = JourneyPlans("shop", {}, {})


def a_run(run_id: str, entered_at: int, journey: str = "reorder", key: str = "") -> Run:
    return run(run_id=run_id, entered_at=entered_at, journey=journey, key=key)


def test_runs_of_different_journeys_and_keys_go_on_side_by_side() -> None:
    ours = Enrollments((a_run("o1", 3), a_run("o2", 1, "cart", "c1")))
    theirs = Enrollments((a_run("t1", 2, "cart", "c2"),))
    merged, replaced = merge_enrollments(ours, theirs, NO_PLANS)
    assert merged.runs == (ours.runs[1], theirs.runs[0], ours.runs[0])
    assert replaced == ()


def test_of_two_runs_of_one_journey_the_one_that_entered_first_stays() -> None:
    ours, theirs = Enrollments((a_run("o", 3),)), Enrollments((a_run("t", 2),))
    merged, replaced = merge_enrollments(ours, theirs, NO_PLANS)
    assert merged.runs == theirs.runs
    assert replaced == (Ended(RunId("o"), "reorder", "merged", is_converted=False),)


def test_entries_are_remembered_with_the_latest_moment() -> None:
    ours = Enrollments((), (Entered("reorder", Instant(5), 2), Entered("cart/c1", Instant(1), 1)))
    theirs = Enrollments((), (Entered("reorder", Instant(3), 1), Entered("welcome", Instant(2), 1)))
    merged, _ = merge_enrollments(ours, theirs, NO_PLANS)
    assert merged.entered == (
        Entered("reorder", Instant(5), 3),
        Entered("cart/c1", Instant(1), 1),
        Entered("welcome", Instant(2), 1),
    )


runs = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(["reorder", "cart"]), st.sampled_from(["", "c1"])), max_size=4
)


@given(runs, runs)
def test_no_run_is_lost_or_doubled_whoever_absorbs(
    ours: list[tuple[int, str, str]], theirs: list[tuple[int, str, str]]
) -> None:
    mine = Enrollments(tuple(a_run(f"o{n}", *each) for n, each in enumerate(ours)))
    others = Enrollments(tuple(a_run(f"t{n}", *each) for n, each in enumerate(theirs)))
    merged, replaced = merge_enrollments(mine, others, NO_PLANS)
    assert sorted([each.run_id for each in merged.runs] + [each.run_id for each in replaced]) == sorted(
        each.run_id for each in (*mine.runs, *others.runs)
    )
    keys = [(each.journey, each.key) for each in merged.runs]
    assert len(keys) == len(set(keys))
    assert merge_enrollments(others, mine, NO_PLANS)[0].runs == merged.runs


# Children, entries that wait, arms


def test_a_child_goes_with_its_parent_and_a_parent_that_loses_its_child_goes_on() -> None:
    parent = a_run("o", 3, "reorder", "a")
    child = msgspec.structs.replace(a_run("oc", 3, "care"), parent=RunId("o"))
    other = msgspec.structs.replace(a_run("tc", 2, "care"), parent=RunId("t"))
    ours = Enrollments((parent, child))
    apart, gone = merge_enrollments(ours, Enrollments((a_run("t", 1, "reorder", "b"), other)), NO_PLANS)
    assert [run.run_id for run in apart.runs] == ["t", "o", "tc"]
    assert ([end.run_id for end in gone], apart.runs[1].wake_at) == (["oc"], 0)
    together, gone = merge_enrollments(ours, Enrollments((a_run("t", 1, "reorder", "a"),)), NO_PLANS)
    assert ([run.run_id for run in together.runs], [end.run_id for end in gone]) == (["t"], ["o", "oc"])


def test_replaced_runs_leave_their_steps() -> None:
    ours, theirs = Enrollments((a_run("o", 3),)), Enrollments((a_run("t", 2),))
    _, replaced = merge_enrollments(ours, theirs, NO_PLANS)
    assert moves_of(replaced, (*ours.runs, *theirs.runs)) == (
        Moved(RunId("o"), "reorder", 1, "first", "", "exited", "merged"),
    )


def test_the_arm_that_was_given_first_stays() -> None:
    ours = Enrollments(splits=(Allotted("words", "a", Instant(5)), Allotted("tone", "x", Instant(1))))
    theirs = Enrollments(splits=(Allotted("words", "b", Instant(4)),))
    merged, _ = merge_enrollments(ours, theirs, NO_PLANS)
    assert {each.experiment: each.arm for each in merged.splits} == {"words": "b", "tone": "x"}


@pytest.mark.parametrize(("why", "due"), [("debounce", 9), ("rate", 4), ("paused", 4)])
def test_of_two_entries_that_wait_one_stays(why: str, due: int) -> None:
    ours, theirs = (Enrollments(pending=(Pending("reorder", "", Instant(at), why),)) for at in (9, 4))
    merged, _ = merge_enrollments(ours, theirs, NO_PLANS)
    assert [each.due for each in merged.pending] == [due]
