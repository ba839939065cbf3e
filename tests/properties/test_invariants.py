"""The architecture page's invariants, over any list of events. Each is one test; the provider's log is the oracle."""

import os
from collections import Counter, defaultdict
from itertools import pairwise

import msgspec
from hypothesis import HealthCheck, given, settings

from segue.core.engine import settle
from segue.model.consents import ANY
from segue.model.customers import Customer
from segue.model.decisions import Reason
from segue.model.deliveries import DeliveryStatus
from segue.model.events import ConsentChanged, DeliveryReported, Event, Identified
from segue.model.ids import CustomerId
from segue.model.time import DAY, HOUR, Instant, is_zone, to_datetime
from tests.properties.history import PLANS, History, Plan, Sent, live
from tests.properties.shop import ZONE, a_world

WORLD = a_world()
NO_HOLDOUT = a_world(groups={})
REACHED = (
    DeliveryStatus.ACCEPTED,
    DeliveryStatus.OPENED,
    DeliveryStatus.UNKNOWN,
    DeliveryStatus.UNSUBSCRIBED,
)
INTERRUPTED = ("exit_event", "exit_predicate", "goal", "expired", "journey_stopped", "migrated_out", "merged")

TIMES = int(os.environ.get("SEGUE_TORTURE", "1"))  # `dev.py torture` looks longer
examples = settings(max_examples=150 * TIMES, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def promotional(sent: list[Sent]) -> list[Sent]:
    return [line for line in sent if line.command.action not in ("receipt", "gold_news")]


def commercial(sent: list[Sent]) -> list[Sent]:
    return [line for line in sent if not line.command.is_transactional]


def reached(sent: list[Sent]) -> list[Sent]:
    return [line for line in sent if line.status in REACHED]


@given(PLANS)
@examples
def test_nobody_is_contacted_without_consent(plan: Plan) -> None:
    history = live(plan, NO_HOLDOUT)
    for line in commercial(history.sent):
        assert _permits(history.inputs[: line.step], line.command.channel), line


def _permits(inputs: list[tuple[Instant, Event]], channel: str) -> bool:
    word, said_at = channel != "sms", Instant(0)
    for _, event in inputs:
        if isinstance(event, ConsentChanged) and event.channel in (channel, ANY) and event.at >= said_at:
            # At one and the same instant a withdrawal beats a grant.
            word = event.granted and (word or event.at > said_at)
            said_at = event.at
    return word


@given(PLANS)
@examples
def test_an_unsubscribe_ends_that_channel(plan: Plan) -> None:
    history = live(plan, NO_HOLDOUT)
    channel_of = {line.command.delivery_id: line.command.channel for line in history.sent}
    silent_from: dict[str, int] = {}
    for step, (_, event) in enumerate(history.inputs, start=1):
        if isinstance(event, ConsentChanged) and event.granted:
            silent_from = {}
        if isinstance(event, DeliveryReported) and event.status == DeliveryStatus.UNSUBSCRIBED:
            silent_from.setdefault(channel_of[event.delivery_id], step)
    for line in commercial(history.sent):
        assert line.step < silent_from.get(line.command.channel, 10**9), line


@given(PLANS)
@examples
def test_nothing_goes_out_in_the_customers_own_quiet_hours(plan: Plan) -> None:
    history = live(plan, NO_HOLDOUT)
    for line in commercial(history.sent):
        local = to_datetime(line.at, _zone(history.inputs[: line.step]))
        assert 8 <= local.hour < 21, (line, local)


def _zone(inputs: list[tuple[Instant, Event]]) -> str:
    zone = ZONE
    for _, event in inputs:
        if isinstance(event, Identified) and "zone" in event.traits:
            zone = event.traits["zone"] if is_zone(event.traits["zone"]) else ZONE
    return zone


@given(PLANS)
@examples
def test_rolling_caps_over_all_channels_are_never_exceeded(plan: Plan) -> None:
    history = live(plan, NO_HOLDOUT)
    lines = reached(promotional(history.sent))
    assert _most_in_window([line.at for line in lines], 7 * DAY) <= 3
    assert _most_in_window([line.at for line in lines], DAY) <= 2
    assert _most_in_window([line.at for line in lines if line.command.channel == "sms"], 7 * DAY) <= 1


def _most_in_window(moments: list[Instant], window: int) -> int:
    return max((sum(start <= moment < start + window for moment in moments) for start in moments), default=0)


@given(PLANS)
@examples
def test_two_contacts_are_at_least_the_minimum_gap_apart(plan: Plan) -> None:
    history = live(plan, NO_HOLDOUT)
    for before, after in pairwise(reached(history.sent)):
        assert after.command.is_transactional or after.at - before.at >= 2 * HOUR, (before, after)


@given(PLANS)
@examples
def test_there_is_one_winner_for_each_slot_of_a_transition(plan: Plan) -> None:
    for _, transition in live(plan, WORLD).transitions:
        slots = Counter(decision.slot for decision in transition.decisions)
        assert all(count == 1 for count in slots.values())


@given(PLANS)
@examples
def test_every_candidate_is_chosen_or_suppressed_with_one_reason(plan: Plan) -> None:
    history = live(plan, WORLD)
    open_deferrals: dict[str, int] = {}
    for _, transition in history.transitions:
        for decision in transition.decisions:
            for row in decision.considered:
                is_carried_out = row.key == decision.chosen and not decision.is_ghost
                assert (row.suppressed is None) == is_carried_out, row
                if row.key == decision.chosen and decision.is_ghost:
                    assert row.suppressed == Reason.HOLDOUT
                open_deferrals.pop(row.key, None)
                if row.until:
                    open_deferrals[row.key] = row.until
            assert abs(sum(row.probability for row in decision.considered) - 1.0) < 1e-9
    assert not open_deferrals, "three weeks later nothing may still be waiting"


@given(PLANS)
@examples
def test_held_out_customers_receive_nothing_and_leave_ghosts(plan: Plan) -> None:
    history = live(plan, a_world(groups={"holdout": 1.0}))
    assert commercial(history.sent) == []
    assert history.audience == []
    for _, transition in history.transitions:
        for decision in transition.decisions:
            is_receipt = decision.chosen == "rule:receipt/receipt/email"
            assert is_receipt or decision.is_ghost or decision.chosen == "silence"


@given(PLANS)
@examples
def test_nothing_is_sent_after_an_exit(plan: Plan) -> None:
    history = live(plan, NO_HOLDOUT)
    interrupted: dict[str, int] = {}
    run_of: dict[str, str] = {}
    for step, transition in history.transitions:
        for end in transition.ended:
            if end.reason in INTERRUPTED:
                interrupted[end.run_id] = step
        for flight in transition.customer.outbox.in_flight:
            run_of[flight.candidate.delivery_id] = flight.candidate.run_id
    for line in history.sent:
        run_id = run_of.get(line.command.delivery_id, "")
        assert line.step < interrupted.get(run_id, 10**9), line


@given(PLANS)
@examples
def test_memberships_end_with_their_run_and_removals_are_told(plan: Plan) -> None:
    history = live(plan, NO_HOLDOUT)
    members: dict[str, int] = defaultdict(int)
    for command in history.audience:
        members[command.audience] += 1 if command.is_member else -1
        assert members[command.audience] in (0, 1)
    assert not any(members.values())
    assert history.customer.outbox.memberships == ()


@given(PLANS)
@examples
def test_a_delivery_reaches_the_provider_successfully_once(plan: Plan) -> None:
    final: dict[str, DeliveryStatus] = {}
    for line in live(plan, WORLD).sent:
        before = final.get(line.command.delivery_id)
        assert before in (None, DeliveryStatus.RETRYABLE), line
        final[line.command.delivery_id] = line.status


@given(PLANS)
@examples
def test_every_timer_has_fired_or_is_pending(plan: Plan) -> None:
    history = live(plan, WORLD)
    settled = dict(history.transitions)  # the last transition of each moment: what is due at once comes within it
    for step, transition in settled.items():
        now = history.inputs[step - 1][0]
        outbox = transition.customer.outbox
        assert outbox.answers == ()
        assert all(held.release_at > now for held in outbox.held)
        assert all(flight.retry_at > now for flight in outbox.in_flight)
        assert all(membership.until > now for membership in outbox.memberships)
        assert all(run.wake_at > now for run in transition.customer.enrollments.runs)
        assert all(watch.due > now for watch in transition.customer.watches.absences)
    assert history.customer.enrollments.runs == ()
    assert history.customer.outbox.held == ()


@given(PLANS)
@examples
def test_the_same_events_seed_and_world_give_the_same_bytes(plan: Plan) -> None:
    history = live(plan, WORLD)
    again = a_world()
    customer = Customer(CustomerId(plan.customer_id))
    replayed = []
    for now, event in history.inputs:
        # Through the codec, as a runtime that was restarted would.
        customer = msgspec.msgpack.decode(msgspec.msgpack.encode(customer), type=Customer)
        event = msgspec.msgpack.decode(msgspec.msgpack.encode(event), type=Event)
        transitions = settle(customer, event, now=now, world=again)
        replayed.extend(transitions)
        customer = transitions[-1].customer
    first = msgspec.msgpack.encode([transition for _, transition in history.transitions])
    assert first == msgspec.msgpack.encode(replayed)


def test_the_generated_histories_exercise_what_the_invariants_speak_of() -> None:
    """A guard against vacuous properties: over the examples every kind of thing must have happened."""
    seen: Counter[str] = Counter()

    @given(PLANS)
    @settings(max_examples=120, deadline=None, database=None, derandomize=True)
    def look(plan: Plan) -> None:
        seen.update(_kinds(live(plan, WORLD)))

    look()
    wanted = ["sent", "joined", "ghost", "exploration", "goal", "exit_event"]
    wanted += ["quiet_deferred", "capped", "min_gap", "no_consent", "lost_arbitration", "holdout", "silence"]
    assert {kind: seen[kind] for kind in wanted if not seen[kind]} == {}


def _kinds(history: History) -> list[str]:
    kinds = ["sent"] * len(history.sent) + ["joined"] * len(history.audience)
    for _, transition in history.transitions:
        kinds += [end.reason for end in transition.ended]
        for decision in transition.decisions:
            kinds += ["ghost"] * decision.is_ghost + ["exploration"] * decision.is_exploration
            kinds += [row.suppressed for row in decision.considered if row.suppressed is not None]
    return kinds
