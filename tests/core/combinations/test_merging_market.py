"""Random times in the town of `tests.properties` in which customers turn out to be one."""

import os
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segue.core.world import World
from segue.model.catalogue import Capacity
from segue.model.deliveries import DeliveryStatus
from segue.model.events import Merged
from segue.model.ids import CustomerId
from segue.model.time import DAY
from tests.properties.market import a_market_world
from tests.properties.town import PEOPLE, PLANS, START, Plan, Town, live

WORLD = a_market_world(groups={})
AMPLE = a_market_world(
    groups={},
    capacities={
        "texts": Capacity(limit=1000, per="365d", channels=("sms",)),
        "mails": Capacity(limit=1000, per="365d", counts="cost", channels=("email",)),
    },
)
MERGES = st.lists(st.tuples(st.integers(0, 30), st.permutations(sorted(PEOPLE))), min_size=1, max_size=2)
TIMES = int(os.environ.get("SEGUE_TORTURE", "1"))
examples = settings(max_examples=6 * TIMES, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def merging(plan: Plan, merges: list[tuple[int, list[str]]], world: World = WORLD) -> Town:
    events = list(plan.events)
    for place, (winner, loser, *_) in merges:
        events.insert(min(place, len(events)), (0, winner, {"name": "merge", "other": loser}))
    return live(Plan(events, plan.answers), world)


@given(PLANS, MERGES)
@examples
def test_nothing_is_sent_twice_and_nothing_after_an_end(plan: Plan, merges: list[tuple[int, list[str]]]) -> None:
    town = merging(plan, merges)
    final = Counter(line.command.delivery_id for line in town.sent if line.status != DeliveryStatus.RETRYABLE)
    assert max(final.values(), default=0) <= 1
    over: dict[str, int] = {}
    runs: dict[str, str] = {}
    for number, advanced in enumerate(town.log, start=1):
        for transition in advanced.transitions:
            over |= {end.run_id: number for end in transition.ended if end.reason != "done"}
            flights = transition.customer.outbox.in_flight
            runs |= {flight.candidate.delivery_id: flight.candidate.run_id for flight in flights}
    for line in town.sent:
        assert line.step <= over.get(runs[line.command.delivery_id], 10**9), line


@given(PLANS, MERGES)
@examples
def test_counters_stay_even_and_all_ends(plan: Plan, merges: list[tuple[int, list[str]]]) -> None:
    town = merging(plan, merges)
    assert town.uneven == ""
    end = town.log[-1].entry.now
    for name in PEOPLE:
        customer = town.population.customer(CustomerId(name))
        assert [held for held in customer.outbox.held if held.candidate.deadline < end] == []
        assert all(end - run.entered_at < 41 * 86_400_000_000 for run in customer.enrollments.runs)
        inside = [(run.journey, run.key) for run in customer.enrollments.runs if run.journey != "thanks"]
        assert len(inside) == len(set(inside))


@given(PLANS, MERGES)
@examples
def test_who_is_in_an_audience_is_who_the_platform_was_told(plan: Plan, merges: list[tuple[int, list[str]]]) -> None:
    town = merging(plan, merges)
    told: dict[tuple[str, str], bool] = {}
    for command in town.audience:
        told[command.customer_id, command.audience] = command.is_member
    members = {key for key, is_member in told.items() if is_member}
    known = {
        (membership.joined_as, membership.target)
        for name in PEOPLE
        for membership in town.population.customer(CustomerId(name)).outbox.memberships
        if membership.kind == "audience"
    }
    assert members == known


@given(PLANS, MERGES)
@examples
def test_what_was_taken_is_what_was_sent(plan: Plan, merges: list[tuple[int, list[str]]]) -> None:
    """No slot of a ledger, and no share of a capacity, is lost or given back twice."""
    town = merging(plan, merges, AMPLE)
    reached = {
        line.command.delivery_id: line.command.channel
        for line in town.sent
        if line.status not in (DeliveryStatus.RETRYABLE, DeliveryStatus.REJECTED) and line.command.channel != "crm"
    }
    everybody = [town.population.customer(CustomerId(name)) for name in PEOPLE]
    flights = [flight for customer in everybody for flight in customer.outbox.in_flight]
    assert flights == []
    slots = [slot for customer in everybody for slot in customer.contacts.ledger]
    assert {slot.state for slot in slots} <= {"confirmed"}
    latest = max((line.at for line in town.sent), default=0)
    assert {slot.delivery_id for slot in slots} == set(reached) or latest - START > 50 * DAY
    used = {lease.capacity: lease.used for lease in town.population.shared.leases}
    channels = Counter(reached.values())
    assert abs(used.get("texts", 0.0) - channels["sms"]) < 1e-9
    assert abs(used.get("mails", 0.0) - 0.05 * channels["email"]) < 1e-9


def test_the_generated_times_merge_customers_who_have_something() -> None:
    seen: Counter[str] = Counter()

    @given(PLANS, MERGES)
    @settings(max_examples=15, deadline=None, database=None, derandomize=True)
    def look(plan: Plan, merges: list[tuple[int, list[str]]]) -> None:
        for advanced in merging(plan, merges).log:
            if isinstance(advanced.entry.event, Merged):
                last = advanced.transitions[0]
                seen.update(end.reason for end in last.ended)
                seen.update(["audience"] * any(m.kind == "audience" for m in last.customer.outbox.memberships))
                seen.update(held.reason for held in last.customer.outbox.held)
                seen.update(["in flight"] * bool(last.customer.outbox.in_flight))

    look()
    assert {kind for kind in ("merged", "audience", "lost_arbitration", "in flight") if not seen[kind]} == set(), seen
