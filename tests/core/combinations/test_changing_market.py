"""Random times in the town of `tests.properties` while the workspace changes under it: statuses, versions, actions."""

import os
from collections import Counter

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from segue.core.world import build_world
from segue.model.deliveries import DeliveryStatus
from segue.model.events import Tick
from segue.model.ids import CustomerId
from segue.model.journeys import Journey, Migration
from segue.model.time import DAY, HOUR, Instant
from segue.model.workspace import Workspace
from segue.runtimes.neighbourhood import logged_with
from segue.runtimes.population import Population
from tests.properties import town as towns
from tests.properties.market import a_market
from tests.properties.town import PEOPLE, PLANS, START, Plan, Town

NAMES = ("welcome", "spring", "autumn", "care", "cart", "browsed")
CHANGES = st.lists(
    st.tuples(
        st.sampled_from([2 * HOUR, 9 * HOUR, DAY, 3 * DAY]),
        st.sampled_from(NAMES),
        st.sampled_from(["paused", "paused", "live", "live", "draining", "stopped", "migrate", "finish", "stop"]),
    ),
    min_size=1,
    max_size=8,
)
INTERRUPTED = (
    "exit_event",
    "exit_predicate",
    "goal",
    "expired",
    "journey_stopped",
    "migrated_out",
    "merged",
    "loop_bound",
)
TIMES = int(os.environ.get("SEGUE_TORTURE", "1"))
examples = settings(max_examples=6 * TIMES, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def changed(workspace: Workspace, name: str, change: str) -> Workspace:
    """Return ``workspace`` with another status or a new version of journey ``name``."""
    journeys, retired = list(workspace.journeys), workspace.retired
    for index, journey in enumerate(journeys):
        if journey.journey != name:
            continue
        if change in ("migrate", "finish", "stop"):
            retired = (*retired, journey)
            journeys[index] = next_version(journey, change)
        else:
            journeys[index] = replace(journey, status=change)
    return replace(workspace, journeys=tuple(journeys), retired=retired)


def next_version(journey: Journey, in_flight: str) -> Journey:
    """Return the journey without its second step, which is gone through by its neighbour."""
    first, second, *rest = journey.steps
    is_short = len(rest) < 1 or journey.version > 1 or journey.stages
    steps = journey.steps if is_short or _is_named(journey, second.id) else (first, *rest)
    moved = {} if steps is journey.steps else {second.id: rest[0].id}
    return replace(
        journey,
        version=journey.version + 1,
        in_flight=in_flight,
        steps=steps,
        migration=Migration(steps=moved),
    )


def _is_named(journey: Journey, step: str) -> bool:
    return f'"{step}"' in msgspec.json.encode([s for s in journey.steps if s.id != step]).decode()


def live(plan: Plan, changes: list[tuple[int, str, str]]) -> tuple[Town, list[tuple[Instant, Workspace]]]:
    """Return what comes of ``plan`` while the workspace changes, and when it became what."""
    workspace, at = a_market(groups={}), START
    history = [(at, workspace)]
    for delay, name, change in changes:
        at, workspace = Instant(at + delay), changed(workspace, name, change)
        history.append((at, workspace))
    worlds = [(at, build_world(each)) for at, each in history]
    return towns.live(plan, worlds[0][1], worlds[1:]), history


def status_at(history: list[tuple[Instant, Workspace]], at: Instant, name: str) -> set[str]:
    """Return the statuses of journey ``name`` at the moment ``at``; two where it changed in that very moment."""
    current = [workspace for since, workspace in history if since < at][-1:]
    found = current + [workspace for since, workspace in history if since == at]
    return {journey.status for workspace in found for journey in workspace.journeys if journey.journey == name}


@given(PLANS, CHANGES)
@examples
def test_nothing_is_sent_by_a_journey_that_stands_still_and_nothing_after_an_end(
    plan: Plan, changes: list[tuple[int, str, str]]
) -> None:
    town, history = live(plan, changes)
    over: dict[str, int] = {}
    sources: dict[str, tuple[str, str]] = {}
    for number, advanced in enumerate(town.log, start=1):
        for transition in advanced.transitions:
            over |= {end.run_id: number for end in transition.ended if end.reason in INTERRUPTED}
            flights = transition.customer.outbox.in_flight
            sources |= {f.candidate.delivery_id: (f.candidate.run_id, f.candidate.source) for f in flights}
    for line in town.sent:
        run_id, source = sources[line.command.delivery_id]
        assert line.step <= over.get(run_id, 10**9), line
        name = source.removeprefix("journey:")
        assert status_at(history, line.at, name) - {"paused", "stopped"}, (name, line)


@given(PLANS, CHANGES)
@examples
def test_every_message_reaches_the_provider_once(plan: Plan, changes: list[tuple[int, str, str]]) -> None:
    town, _ = live(plan, changes)
    final = Counter(line.command.delivery_id for line in town.sent if line.status != DeliveryStatus.RETRYABLE)
    assert max(final.values(), default=0) <= 1
    attempts = Counter((line.command.delivery_id, line.command.attempt) for line in town.sent)
    assert max(attempts.values(), default=0) <= 1


@given(PLANS, CHANGES)
@examples
def test_all_that_was_begun_comes_to_an_end(plan: Plan, changes: list[tuple[int, str, str]]) -> None:
    everything_goes_on = [(DAY, name, "live") for name in NAMES]
    town, _ = live(plan, [*changes, *everything_goes_on])
    assert town.uneven == ""
    for advanced in town.log:
        now = advanced.entry.now
        assert advanced.transitions[-1].wake_at > now
        for decision in advanced.entry.decisions:
            assert all(not row.until or row.until > now for row in decision.considered)
            assert abs(sum(row.probability for row in decision.considered) - 1.0) < 1e-9
    end = town.log[-1].entry.now
    for name in PEOPLE:
        customer = town.population.customer(CustomerId(name))
        overdue = [held for held in customer.outbox.held if held.candidate.deadline < end]
        assert overdue == []
        assert customer.outbox.answers == ()
        assert all(flight.retry_at >= end for flight in customer.outbox.in_flight)
        assert all(run.wake_at > end or run.paused_until > end for run in customer.enrollments.runs)


@given(PLANS, CHANGES)
@examples
def test_nobody_is_woken_for_nothing_time_and_again(plan: Plan, changes: list[tuple[int, str, str]]) -> None:
    town, _ = live(plan, changes)
    ticks: Counter[tuple[str, int]] = Counter()
    for advanced in town.log:
        entry = advanced.entry
        if isinstance(entry.event, Tick) and not entry.decisions and not entry.commands and not entry.moved:
            ticks[entry.event.customer_id, entry.now // DAY] += 1
    assert max(ticks.values(), default=0) <= 8 + len(changes), ticks.most_common(3)


@given(PLANS, CHANGES)
@examples
def test_the_same_comes_of_it_with_every_state_read_back_from_its_bytes(
    plan: Plan, changes: list[tuple[int, str, str]]
) -> None:
    town, history = live(plan, changes)
    worlds = [(at, build_world(each)) for at, each in history]
    again, world = Population(worlds[0][1], hot=0), worlds[0][1]
    told = dict(worlds)
    for advanced in town.log:
        entry = advanced.entry
        if entry.event.event_id.startswith("published-") and (world := told[entry.now]) is not again.world:
            again.world = world
        repeated = again.advance(entry.event, entry.now, around=logged_with(entry))
        assert bytes(repeated.packed) == bytes(advanced.packed)
