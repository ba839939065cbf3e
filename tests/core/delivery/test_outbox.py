from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.delivery.commands import leave_audience
from segue.core.delivery.outbox import Opened, merge_outboxes, next_due, open_outbox
from segue.model.customers import Answer, Membership, Outbox
from segue.model.decisions import Reason
from segue.model.ids import CustomerId, RunId
from segue.model.runs import Ended
from segue.model.time import DAY, HOUR, NEVER, Instant
from tests.builders import NOW, candidate, flight, held, membership

ADA = CustomerId("ada")


def opened(
    outbox: Outbox,
    *ended: Ended,
    permits: Any = None,
    paused: tuple[str, ...] = (),
    withdrawn: tuple[tuple[RunId, int], ...] = (),
    is_here: bool = False,
) -> Opened:
    def is_wanted(membership: Membership) -> bool:
        return permits is None or bool(permits(membership.action, membership.channel))

    return open_outbox(
        outbox, ended, withdrawn, is_wanted, lambda candidate: candidate.run_id in paused, ADA, NOW, is_here=is_here
    )


def end_of(run_id: str, reason: str) -> Ended:
    return Ended(RunId(run_id), "reorder", reason, is_converted=False)


OF_RUN_1 = candidate(run_id="run-1")


def test_what_is_not_due_stays() -> None:
    outbox = Outbox(
        (held(release_at=NOW + 1),), (flight(), flight(retry_at=NOW + 1)), (membership(until=NOW + 1), membership())
    )
    assert opened(outbox, end_of("run-2", "exit_event")) == Opened(outbox, (), (), ())


@pytest.mark.parametrize(("release_at", "is_due"), [(NOW - 1, True), (NOW, True), (NOW + 1, False)])
def test_a_held_candidate_is_due_from_the_moment_of_its_release(release_at: int, is_due: bool) -> None:
    assert (opened(Outbox((held(release_at=release_at),))).due == (candidate(),)) is is_due


def test_channels_of_one_proposal_come_due_together_and_in_order() -> None:
    siblings = (
        held(candidate(channel="email"), NOW + HOUR),
        held(candidate(channel="sms"), NOW),
        held(candidate(delivery_id="send-2"), NOW + HOUR),
    )
    assert opened(Outbox(siblings)) == Opened(
        Outbox((siblings[2],)), (candidate(channel="email"), candidate(channel="sms")), (), ()
    )


def test_when_the_first_pool_closes_all_that_waits_for_rivals_comes_out_together() -> None:
    pooled = (
        held(candidate(delivery_id="send-1"), NOW, Reason.POOLED),
        held(candidate(delivery_id="send-2"), NOW + HOUR, Reason.POOLED),
        held(candidate(delivery_id="send-3"), NOW + HOUR, Reason.MIN_GAP),
    )
    found = opened(Outbox(pooled))
    assert [(c.delivery_id, c.pooled_until) for c in found.due] == [("send-1", NOW), ("send-2", NOW)]
    assert found.outbox.held == (pooled[2],)


def test_no_pool_opens_before_the_first_closes() -> None:
    waiting = Outbox((held(candidate(), NOW + 1, Reason.POOLED),))
    assert opened(waiting).due == ()


@pytest.mark.parametrize("is_paused", [True, False])
def test_what_stood_still_with_its_run_goes_on_with_it(is_paused: bool) -> None:
    waiting = held(OF_RUN_1, NOW + HOUR, Reason.PAUSED_HELD)
    due = opened(Outbox((waiting,)), paused=("run-1",) if is_paused else ()).due
    assert due == (() if is_paused else (OF_RUN_1,))


@pytest.mark.parametrize("is_here", [True, False])
def test_what_waits_for_the_customers_hour_comes_out_when_they_turn_up(is_here: bool) -> None:
    waiting = Outbox((held(candidate(), NOW + HOUR, Reason.RECEPTIVE_DEFERRED),))
    assert opened(waiting, is_here=is_here).due == ((candidate(),) if is_here else ())


def test_what_a_run_has_left_behind_comes_out_to_be_refused_and_is_not_tried_again() -> None:
    left = candidate(run_id="run-1", occurrence=3)
    later = candidate(run_id="run-1", occurrence=4, delivery_id="send-2")
    outbox = Outbox(
        (held(left, NOW + HOUR), held(later, NOW + HOUR)), (flight(left), flight(left, retry_at=Instant(NOW + HOUR)))
    )
    found = opened(outbox, withdrawn=((RunId("run-1"), 3),))
    assert found.due == (left,)
    assert found.outbox.held == (held(later, NOW + HOUR),)
    assert [f.cancelled for f in found.outbox.in_flight] == ["exit_event"]
    assert [why for _, why in found.dropped] == ["exit_event"]


def test_what_waits_outlives_a_run_that_ended_in_order() -> None:
    waiting = held(OF_RUN_1, NOW + HOUR)
    on_its_own = held(candidate(run_id=""), NOW + HOUR)
    assert opened(Outbox((waiting,)), end_of("run-1", "done")) == Opened(Outbox((on_its_own,)), (), (), ())


def test_an_interrupted_message_between_two_attempts_gives_its_slot_back() -> None:
    waiting = flight(OF_RUN_1, retry_at=NOW + HOUR)
    result = opened(Outbox((), (waiting,)), end_of("run-1", "exit_event"))
    assert result == Opened(Outbox(), (), (), (), dropped=((waiting, "exit_event"),))


@pytest.mark.parametrize("reason", ["exit_event", "goal", "expired"])
def test_what_an_interrupted_run_left_waiting_comes_due_to_be_refused(reason: str) -> None:
    outbox = Outbox((held(OF_RUN_1, NOW + HOUR), held(candidate(delivery_id="send-2"), NOW + HOUR)))
    assert opened(outbox, end_of("run-1", reason)) == Opened(Outbox((outbox.held[1],)), (OF_RUN_1,), (), ())


@pytest.mark.parametrize(("retry_at", "is_due"), [(NOW - 1, True), (NOW, True), (NOW + 1, False), (NEVER, False)])
def test_a_message_is_tried_again_from_the_moment_of_its_retry(retry_at: int, is_due: bool) -> None:
    waiting = flight(retry_at=retry_at)
    found = opened(Outbox((), (waiting, flight())))
    assert found.retries == ((waiting,) if is_due else ())
    assert found.outbox.in_flight == ((flight(),) if is_due else (waiting, flight()))


@pytest.mark.parametrize(
    ("reason", "cancelled"),
    [
        ("exit_event", "exit_event"),
        ("exit_predicate", "exit_predicate"),
        ("goal", "goal"),
        ("expired", "expired"),
        ("done", ""),
    ],
)
def test_an_interruption_cancels_what_is_in_flight_and_an_orderly_end_does_not(reason: str, cancelled: str) -> None:
    outbox = Outbox((), (flight(OF_RUN_1), flight()))
    assert opened(outbox, end_of("run-1", reason)).outbox.in_flight == (
        flight(OF_RUN_1, cancelled=cancelled),
        flight(),
    )


def test_a_retry_that_is_due_is_not_sent_in_the_moment_its_run_is_interrupted() -> None:
    due = flight(OF_RUN_1, retry_at=NOW)
    found = opened(Outbox((), (due,)), end_of("run-1", "exit_event"))
    assert (found.retries, found.outbox.in_flight, found.dropped) == ((), (), ((due, "exit_event"),))


@pytest.mark.parametrize(
    ("ended", "until", "permitted", "stays"),
    [
        ((), NEVER, True, True),
        ((), NOW + 1, True, True),
        ((), NOW, True, False),
        ((end_of("run-1", "exit_event"),), NEVER, True, False),
        ((end_of("run-1", "done"),), NEVER, True, False),
        ((end_of("run-2", "done"),), NEVER, True, True),
        ((), NEVER, False, False),
        ((), NEVER, None, True),
    ],
)
def test_a_membership_ends_with_its_time_its_run_or_its_permission(
    ended: tuple[Ended, ...], until: int, permitted: bool | None, stays: bool
) -> None:
    joined = membership(until=until)
    permits = None if permitted is None else lambda action, channel: permitted
    found = opened(Outbox((), (), (joined,)), *ended, permits=permits)
    leaving = () if stays else (leave_audience(joined, ADA, NOW),)
    assert found == Opened(Outbox((), (), (joined,) if stays else ()), (), (), leaving)


def test_permission_is_asked_for_the_action_on_its_channel() -> None:
    asked: list[tuple[str, str]] = []

    def permits(action: str, channel: str) -> bool:
        asked.append((action, channel))
        return True

    opened(Outbox((), (), (membership(action="offer", channel="display"),)), permits=permits)
    assert asked == [("offer", "display")]


@pytest.mark.parametrize(
    "silent", [membership(is_ghost=True), membership(kind="placement")], ids=["ghost", "placement"]
)
def test_the_end_of_what_no_platform_knows_of_is_told_to_nobody(silent: Any) -> None:
    assert opened(Outbox((), (), (silent,)), end_of("run-1", "done")) == Opened(Outbox(), (), (), ())


def test_a_customer_leaves_an_audience_only_with_the_last_membership_in_it() -> None:
    mine, another = membership(), membership(run_id="run-2", delivery_id="join-2", action="other")
    first = opened(Outbox((), (), (mine, another)), end_of("run-1", "done"))
    assert first == Opened(Outbox((), (), (another,)), (), (), ())
    last = opened(first.outbox, end_of("run-2", "done"))
    assert last == Opened(Outbox(), (), (), (leave_audience(another, ADA, NOW),))


def test_two_memberships_that_end_together_leave_the_audience_once() -> None:
    mine, another = membership(), membership(run_id="run-2", delivery_id="join-2")
    found = opened(Outbox((), (), (mine, another)), end_of("run-1", "done"), end_of("run-2", "done"))
    assert len(found.commands) == 1


def test_a_ghost_keeps_nobody_in_an_audience() -> None:
    mine, ghost = membership(), membership(run_id="run-2", delivery_id="join-2", is_ghost=True)
    found = opened(Outbox((), (), (mine, ghost)), end_of("run-1", "done"))
    assert found.commands == (leave_audience(mine, ADA, NOW),)


def test_words_that_were_read_are_gone() -> None:
    assert opened(Outbox(answers=(Answer(RunId("run-1"), 1, "sent"),))).outbox == Outbox()


@pytest.mark.parametrize(
    ("outbox", "due"),
    [
        (Outbox(), NEVER),
        (Outbox((held(release_at=NOW + 5),)), NOW + 5),
        (Outbox((), (flight(),)), NEVER),
        (Outbox((), (flight(retry_at=NOW + 7),)), NOW + 7),
        (Outbox((), (), (membership(until=NOW + DAY),)), NOW + DAY),
        (Outbox((held(release_at=NOW + 9),), (flight(retry_at=NOW + 7),), (membership(until=NOW + 8),)), NOW + 7),
        (Outbox((held(release_at=NOW + 9),), answers=(Answer(RunId("r"), 1, "sent"),)), 0),
    ],
)
def test_the_outbox_wakes_for_the_first_release_retry_or_end_and_at_once_for_an_answer(
    outbox: Outbox, due: int
) -> None:
    assert next_due(outbox) == due


moments = st.sampled_from([NOW - HOUR, NOW, NOW + HOUR])
outboxes = st.builds(
    Outbox,
    st.lists(
        st.builds(lambda n, at: held(candidate(delivery_id=f"h{n}"), at), st.integers(0, 3), moments), max_size=4
    ).map(tuple),
    st.lists(
        st.builds(lambda n, at: flight(candidate(delivery_id=f"f{n}"), retry_at=at), st.integers(0, 3), moments)
    ).map(tuple),
    st.lists(
        st.builds(lambda n, at: membership(delivery_id=f"m{n}", until=at), st.integers(0, 3), moments), max_size=4
    ).map(tuple),
)


@given(outboxes)
def test_after_opening_nothing_is_due_any_more_and_nothing_is_lost(outbox: Outbox) -> None:
    found = opened(outbox)
    rest = found.outbox
    assert next_due(rest) > NOW
    assert sorted(h.candidate.delivery_id for h in outbox.held) == sorted(
        [h.candidate.delivery_id for h in rest.held] + [c.delivery_id for c in found.due]
    )
    assert sorted(f.candidate.delivery_id for f in outbox.in_flight) == sorted(
        f.candidate.delivery_id for f in (*rest.in_flight, *found.retries)
    )


def test_merged_outboxes_hold_what_either_held_once() -> None:
    ours = Outbox(
        (held(candidate(channel="email")),), (flight(),), (membership(),), (Answer(RunId("run-1"), 1, "sent"),)
    )
    theirs = Outbox(
        (held(candidate(channel="email"), NOW + HOUR), held(candidate(channel="sms"))),
        (flight(attempt=2), flight(candidate(delivery_id="send-2"))),
        (membership(until=Instant(NOW)), membership(delivery_id="join-2")),
        (Answer(RunId("run-2"), 3, "capped"),),
    )
    merged = merge_outboxes(ours, theirs)
    assert sorted(merged.held, key=lambda h: h.candidate.channel) == [ours.held[0], theirs.held[1]]
    assert sorted(merged.in_flight, key=lambda f: f.candidate.delivery_id) == [ours.in_flight[0], theirs.in_flight[1]]
    assert sorted(merged.memberships, key=lambda m: m.delivery_id) == [ours.memberships[0], theirs.memberships[1]]
    assert merged.answers == (*ours.answers, *theirs.answers)


def test_merged_outboxes_keep_every_action_that_one_proposal_offers_on_one_channel() -> None:
    theirs = Outbox((held(candidate("spring")), held(candidate("summer"))))
    assert merge_outboxes(Outbox(), theirs).held == theirs.held
