"""Issue 3's invariants, over any list of events in a town: each is one test; the provider's log is the oracle."""

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings

from segue.model.customers import InFlight
from segue.model.deliveries import DeliveryStatus
from segue.model.events import Identified
from segue.model.time import DAY, WEEK, parse_duration, to_datetime
from segue.runtimes.neighbourhood import logged_with
from segue.runtimes.population import Population
from tests.properties.market import (
    EMAIL_BUDGET,
    GROUP_GAP,
    GROUP_ORDER,
    SEASONS,
    SMS_A_DAY,
    ZONE,
    a_market,
    a_market_world,
)
from tests.properties.town import PEOPLE, PLANS, Plan, Sent, Town, live

WORLD = a_market_world()
NO_HOLDOUT = a_market_world(groups={})
ALL_HELD_OUT = a_market_world(groups={"holdout": 1.0})
ACTIONS = {action.action: action for action in a_market().actions}
REACHED = (DeliveryStatus.ACCEPTED, DeliveryStatus.OPENED, DeliveryStatus.CLICKED, DeliveryStatus.UNKNOWN)
INTERRUPTED = ("exit_event", "exit_predicate", "goal", "expired", "journey_stopped", "migrated_out", "merged")

TIMES = int(os.environ.get("SEGUE_TORTURE", "1"))  # `dev.py torture` looks longer
examples = settings(max_examples=10 * TIMES, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Slot(NamedTuple):
    """Which proposal a message was, from the state of its customer."""

    run_id: str
    step: str
    occurrence: int


def contacts(sent: Iterable[Sent]) -> list[Sent]:
    """Return what reached somebody; what calls a company's own system does not."""
    return [line for line in sent if line.status in REACHED and line.command.channel != "crm"]


def slots(town: Town) -> dict[str, Slot]:
    found: dict[str, Slot] = {}
    for advanced in town.log:
        for transition in advanced.transitions:
            flights: Sequence[InFlight] = transition.customer.outbox.in_flight
            for each in (flight.candidate for flight in flights):
                found[each.delivery_id] = Slot(each.run_id, each.step, each.occurrence)
    return found


@given(PLANS)
@examples
def test_nothing_is_handed_over_after_an_exit(plan: Plan) -> None:
    town = live(plan, NO_HOLDOUT)
    over: dict[str, int] = {}
    for step, advanced in enumerate(town.log, start=1):
        for transition in advanced.transitions:
            over |= {end.run_id: step for end in transition.ended if end.reason in INTERRUPTED}
    of = slots(town)
    for line in town.sent:
        assert line.step <= over.get(of[line.command.delivery_id].run_id, 10**9), line


@given(PLANS)
@examples
def test_caps_are_never_exceeded_for_a_customer_nor_at_an_address_that_two_share(plan: Plan) -> None:
    sent = contacts(live(plan, NO_HOLDOUT).sent)
    promo = [line for line in sent if ACTIONS[line.command.action].category == "promo"]
    for name in PEOPLE:
        own = [line for line in promo if line.command.customer_id == name]
        assert _most_in(own, WEEK) <= 4
        assert _most_in([line for line in own if line.command.channel == "sms"], WEEK) <= 1
        for theme in SEASONS:
            assert _most_in([line for line in own if ACTIONS[line.command.action].theme == theme], WEEK) <= 2
    mails = [line for line in promo if line.command.channel == "email"]
    for address in sorted(set(PEOPLE.values())):
        assert _most_in([line for line in mails if line.command.address == address], WEEK) <= 4


def _most_in(lines: list[Sent], window: int) -> int:
    return max((sum(first.at <= line.at < first.at + window for line in lines) for first in lines), default=0)


@given(PLANS)
@examples
def test_a_calendar_day_is_the_customers_own(plan: Plan) -> None:
    town = live(plan, NO_HOLDOUT)
    moved = [a.entry.event for a in town.log if isinstance(a.entry.event, Identified)]
    days = Counter(
        (line.command.customer_id, to_datetime(line.at, ZONE).date())
        for line in contacts(town.sent)
        if ACTIONS[line.command.action].category == "promo"
        and not any("zone" in event.traits and event.customer_id == line.command.customer_id for event in moved)
    )
    assert max(days.values(), default=0) <= 2


@given(PLANS)
@examples
def test_what_all_customers_share_is_never_exceeded(plan: Plan) -> None:
    sent = contacts(live(plan, NO_HOLDOUT).sent)
    texts = Counter(line.command.decided_at // DAY for line in sent if line.command.channel == "sms")
    mails = Counter(line.command.decided_at // WEEK for line in sent if line.command.channel == "email")
    assert max(texts.values(), default=0) <= SMS_A_DAY
    assert max(mails.values(), default=0) * 0.05 <= EMAIL_BUDGET + 1e-9


@given(PLANS)
@examples
def test_at_most_one_theme_of_an_exclusivity_group_is_live(plan: Plan) -> None:
    sent = contacts(live(plan, NO_HOLDOUT).sent)
    for name in PEOPLE:
        own = [line for line in sent if line.command.customer_id == name]
        seasons = [(line.command.decided_at, ACTIONS[line.command.action].theme or "") for line in own]
        lives = sorted((at, theme) for at, theme in seasons if theme in SEASONS)
        for index, (at, theme) in enumerate(lives):
            for later, other in lives[index + 1 :]:
                assert theme == other or later >= at + parse_duration(SEASONS[theme]), lives


@given(PLANS)
@examples
def test_a_message_group_keeps_its_order_and_its_gap_under_retries_and_delays(plan: Plan) -> None:
    town = live(plan, NO_HOLDOUT)
    of = slots(town)
    groups: dict[Slot, list[Sent]] = defaultdict(list)
    for line in town.sent:
        slot = of[line.command.delivery_id]
        if slot.step == "series":
            groups[slot].append(line)
    for lines in groups.values():
        places = [GROUP_ORDER.index(line.command.channel) for line in lines]
        assert places == sorted(places), "retries come before the next channel"
        for before, after in pairwise(contacts(lines)):
            assert after.at - before.at >= parse_duration(GROUP_GAP)


@given(PLANS)
@examples
def test_inflow_is_waiting_and_passed_and_exited_at_every_instant(plan: Plan) -> None:
    assert live(plan, WORLD).uneven == ""


@given(PLANS)
@examples
def test_every_timer_ends(plan: Plan) -> None:
    town = live(plan, WORLD)
    for advanced in town.log:
        customer, now = advanced.transitions[-1].customer, advanced.entry.now
        assert advanced.transitions[-1].wake_at > now
        assert customer.outbox.answers == ()
        assert all(held.release_at > now for held in customer.outbox.held)
        assert all(flight.retry_at > now for flight in customer.outbox.in_flight)
        assert all(watch.due > now for watch in customer.watches.absences)
        assert all(run.wake_at > now or run.paused_until > now for run in customer.enrollments.runs)
        assert all(entry.due > now for entry in customer.enrollments.pending)
    end = town.log[-1].entry.now
    for name in PEOPLE:
        left = town.population.customer(name).enrollments.runs  # type: ignore[arg-type]
        assert all(end - run.entered_at < 15 * DAY for run in left), "a run got stuck"


@given(PLANS)
@examples
def test_held_out_customers_are_neither_contacted_nor_called_about(plan: Plan) -> None:
    town = live(plan, ALL_HELD_OUT)
    assert town.sent == []
    assert town.audience == []


@given(PLANS)
@examples
def test_nothing_goes_out_at_night(plan: Plan) -> None:
    town = live(plan, NO_HOLDOUT)
    zones: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for step, advanced in enumerate(town.log, start=1):
        event = advanced.entry.event
        if isinstance(event, Identified) and "zone" in event.traits:
            zones[event.customer_id].append((step, event.traits["zone"]))
    for line in contacts(town.sent):
        known = [zone for step, zone in zones[line.command.customer_id] if step <= line.step]
        local = to_datetime(line.at, known[-1] if known else ZONE)
        assert 8 <= local.hour < 21, (line, local)


@given(PLANS)
@examples
def test_the_log_replays_to_the_same_bytes_and_the_stored_states(plan: Plan) -> None:
    town = live(plan, WORLD)
    again = Population(a_market_world())
    for advanced in town.log:
        entry = advanced.entry
        repeated = again.advance(entry.event, entry.now, around=logged_with(entry))
        assert bytes(repeated.packed) == bytes(advanced.packed)
    assert again.shared == town.population.shared
    for customer_id in town.population.customer_ids():
        assert again.state(customer_id) == town.population.state(customer_id)


@given(PLANS)
@examples
def test_everything_happens_again_in_the_same_way(plan: Plan) -> None:
    first, second = (live(plan, a_market_world()) for _ in range(2))
    assert [bytes(a.packed) for a in first.log] == [bytes(a.packed) for a in second.log]


def test_the_generated_times_exercise_what_the_invariants_speak_of() -> None:
    """A guard against vacuous properties: over the examples every kind of thing must have happened."""
    seen: Counter[str] = Counter()

    @given(PLANS)
    @settings(max_examples=40, deadline=None, database=None, derandomize=True)
    def look(plan: Plan) -> None:
        seen.update(_kinds(live(plan, WORLD)))

    look()
    wanted = ["email", "sms", "push", "crm", "joined", "two in a group", "goal", "exit_event", "done"]
    wanted += ["capped", "theme_conflict", "pooled", "receptive_deferred", "duplicate_contact_point", "min_gap"]
    wanted += ["quiet_deferred", "lost_arbitration", "silence", "departed", "reentry_blocked"]
    wanted += [f"{journey.journey}/{step.id}" for journey in a_market().journeys for step in journey.steps]
    assert {kind: seen[kind] for kind in wanted if not seen[kind]} == {}


def _kinds(town: Town) -> list[str]:
    kinds = [line.command.channel for line in town.sent] + ["joined"] * len(town.audience)
    of = slots(town)
    series = Counter(of[line.command.delivery_id] for line in contacts(town.sent))
    kinds += ["two in a group" for slot, count in series.items() if slot.step == "series" and count > 1]
    for advanced in town.log:
        kinds += [f"{move.journey}/{move.to}" for move in advanced.entry.moved]
        kinds += [move.detail for move in advanced.entry.moved if move.how == "exited"]
        for transition in advanced.transitions:
            kinds += [end.reason for end in transition.ended]
            kinds += [blocked.reason for blocked in transition.blocked]
        for decision in advanced.entry.decisions:
            kinds += [row.suppressed for row in decision.considered if row.suppressed is not None]
    return kinds
