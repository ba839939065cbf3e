from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from segue.core.journeys.moves import Finish, Go, Move, Offer, Stay
from segue.core.journeys.steps.propose_group import ProposeGroupPlan, compile_propose_group
from segue.model.errors import SegueError
from segue.model.runs import Run
from segue.model.steps import EventMatch, MessageGroup, Propose
from segue.model.time import DAY, HOUR, MINUTE, NEVER, Instant
from tests.builders import NOW, action, around, fact, plans, run, view

OFFER = action("offer", "email", "sms", "display")


def group(**changes: Any) -> ProposeGroupPlan:
    whole: dict[str, Any] = {
        "id": "series",
        "action": "offer",
        "on_skip": "skipped",
        "group": MessageGroup(
            order=("email", "display", "sms"), gap="2d", cancel_on=(EventMatch(event="message_clicked"),)
        ),
    }
    return compile_propose_group(Propose(**(whole | changes)), "next", plans(OFFER), {}, "k")


def standing(where: Run, move: Move | None) -> Run:
    """The run after ``move``, as the stage keeps it."""
    match move:
        case Stay():
            return replace(where, wake_at=move.wake_at, best=move.best)
        case Offer():
            return replace(where, wake_at=NEVER, best=move.best)
        case _:
            return where


def told(
    where: Run, word: str = "", at: int = NOW, seen: str = "", plan: ProposeGroupPlan | None = None
) -> Move | None:
    answers = {("run-1", 1): word} if word else {}
    about = fact(seen, run_id="run-1") if seen else fact(at=at)
    return (plan or group()).resume(where, around(view(seen=about, now=at), answers))


def channels(move: Move | None) -> list[str]:
    assert isinstance(move, Offer)
    return [each.channel for each in move.candidates]


def test_one_part_is_proposed_after_the_other_and_the_gap_counts_from_when_it_went_out() -> None:
    first = group().arrive(run(), around())
    assert channels(first) == ["email"]
    here = standing(run(), first)
    assert told(here, "sent") is None
    gap = told(here, "carried_out", at=NOW + HOUR)
    assert gap == Stay(Instant(NOW + HOUR + 2 * DAY), best=-1)
    here = standing(here, gap)
    assert told(here, at=NOW + 2 * DAY) is None
    second = told(here, at=NOW + HOUR + 2 * DAY)
    assert channels(second) == ["display"]
    # A part that nobody reports on has gone out when it is decided.
    here = standing(here, second)
    later = NOW + HOUR + 2 * DAY
    here = standing(here, told(here, "sent", at=later))
    third = told(here, at=later + 2 * DAY)
    assert channels(third) == ["sms"]
    assert told(standing(here, third), "carried_out", at=later + 3 * DAY) == Go("next")


@pytest.mark.parametrize("word", ["failed", "no_consent", "silence", "expired", "capped"])
def test_a_part_that_does_not_go_out_makes_way_for_the_next_at_once(word: str) -> None:
    here = standing(run(), group().arrive(run(), around()))
    assert channels(told(here, word, at=NOW + DAY)) == ["display"]


def test_a_group_of_which_nothing_went_out_was_suppressed() -> None:
    assert told(run(best=3), "no_consent") == Go("skipped")
    assert told(run(best=-3), "no_consent") == Go("next")


def test_a_cap_may_end_the_run() -> None:
    assert told(run(best=1), "capped", plan=group(on_cap="exit")) == Finish("capped")


def test_parts_have_send_keys_of_their_own_and_visits_too() -> None:
    keys = set()
    for visits in (1, 2):
        here = run(visits=visits)
        for best in (0, 1, 2):
            move = group().arrive(here, around()) if not best else group()._offer(here, around(), best, best + 1)
            assert isinstance(move, Offer)
            keys.add(move.candidates[0].delivery_id)
    assert len(keys) == 6


@pytest.mark.parametrize(("best", "wake_at"), [(1, NEVER), (-1, NOW + DAY), (-2, NEVER)])
def test_an_engagement_ends_the_group_wherever_it_stands_and_what_is_held_is_withdrawn(best: int, wake_at: int) -> None:
    assert told(run(best=best, wake_at=wake_at), seen="message_clicked") == Go("next", is_withdrawn=True)


def test_somebody_else_s_engagement_does_not_end_it() -> None:
    here = around(view(seen=fact("message_clicked", run_id="run-2")))
    assert group().resume(run(best=1), here) is None


def test_a_word_heard_while_standing_still_lets_the_gap_run_from_then() -> None:
    heard = group().hear(run(best=1), around(answers={("run-1", 1): "carried_out"}))
    assert (heard.best, heard.wake_at) == (-1, NOW + 2 * DAY)
    cancelled = group().hear(heard, around(view(seen=fact("message_clicked", run_id="run-1"))))
    assert group().resume(cancelled, around(view(now=NOW + HOUR))) == Go("next", is_withdrawn=True)


def test_a_migrated_run_stays_where_it_stood_and_a_shorter_group_is_over() -> None:
    assert group().rejoin(run(best=-2), around()) == run(best=-2)
    short = group(group=MessageGroup(order=("email",)))
    assert short.rejoin(run(best=-2), around()).best == -1


@given(
    st.lists(st.tuples(st.sampled_from(["sent", "carried_out", "failed", ""]), st.integers(0, 5 * DAY)), max_size=30),
    st.booleans(),
)
def test_under_any_delays_and_failures_parts_keep_their_order_and_their_gap(
    words: list[tuple[str, int]], is_cancelled: bool
) -> None:
    plan, now = group(), NOW
    move: Move | None = plan.arrive(run(), around())
    here = run()
    order: list[str] = []
    went_out: list[int] = []
    for word, delay in words:
        if isinstance(move, Offer):
            order += channels(move)
            assert not went_out or now - went_out[-1] >= 2 * DAY
        if isinstance(move, Go):
            break
        here = standing(here, move)
        now = Instant(now + delay)
        if word == "carried_out" and here.wake_at == NEVER:
            went_out.append(now)
        move = told(here, word, at=now)
        if is_cancelled and len(order) == 2:
            move = told(here, seen="message_clicked", at=now)
            assert move == Go("next", is_withdrawn=True)
            break
    assert order == ["email", "display", "sms"][: len(order)]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"group": MessageGroup(order=("email", "website"))}, "no variant on website"),
        ({"group": MessageGroup(order=())}, "one action and an order"),
        ({"action": None, "actions": ("offer",)}, "one action and an order"),
        ({"action": "unheard_of"}, "which is no action"),
    ],
)
def test_a_group_that_cannot_be_sent_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(SegueError, match=reason):
        group(**changes)


def test_a_minute_before_the_gap_is_over_nothing_is_proposed() -> None:
    assert told(run(best=-1, wake_at=NOW + MINUTE)) is None
