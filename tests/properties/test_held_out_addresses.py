"""Nobody is contacted at an address of somebody held out: in any order of events, addresses, merges and epochs.

Who owns an address is asked of every customer at the moment of the hand-over; who is held out, of the draw.
"""

import os
from collections import Counter
from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from segue.core.arbitration.rules.held_out import HELD_OUT
from segue.core.decisioning.assignment import assign, kept_by
from segue.core.world import World, build_world
from segue.model.assignments import Holdout
from segue.model.customers import Customer
from segue.model.deliveries import DeliveryStatus
from segue.model.time import DAY, HOUR, MINUTE, SECOND, Instant
from segue.model.workspace import Workspace
from segue.runtimes.neighbourhood import logged_with
from segue.runtimes.population import Population
from tests.properties.market import a_market
from tests.properties.town import PEOPLE, PLANS, START, Plan, Sent, Town, live

HOLDOUTS = {
    "without_email": Holdout(share=0.3, channels=("email",)),
    "without_spring": Holdout(share=0.4, journeys=("spring",)),
}
ADDRESSES = ("home@example.com", " Home@Example.com", "cat@example.com", "new@example.com")
TIMES = int(os.environ.get("SEGUE_TORTURE", "1"))
examples = settings(max_examples=40 * TIMES, deadline=None, suppress_health_check=[HealthCheck.too_slow])

Moves = list[tuple[int, int, str, dict[str, object]]]

_MOVES = st.lists(
    st.tuples(
        st.integers(0, 30),
        st.sampled_from([0, 20 * SECOND, MINUTE, HOUR, DAY]),
        st.sampled_from(sorted(PEOPLE)),
        st.one_of(
            st.sampled_from(ADDRESSES).map(lambda address: {"email": address}),
            st.sampled_from(sorted(PEOPLE)).map(lambda other: {"name": "merge", "other": other}),
        ),
    ),
    max_size=8,
)


@cache
def a_world(seed: int, epoch: str = "1") -> World:
    market = a_market(groups={"holdout": 0.4}, seed=f"lot {seed}")
    return build_world(replace(market, holdouts=HOLDOUTS, epoch=epoch))


def moving(plan: Plan, moves: Moves, seed: int, drawn_again: int = 0) -> Town:
    """Let addresses move and people turn out to be one; after some days (0 for never) a new epoch begins."""
    events = list(plan.events)
    for place, delay, who, happening in moves:
        if happening.get("other") != who:
            events.insert(min(place, len(events)), (delay, who, happening))
    later = [(Instant(START + drawn_again * DAY), a_world(seed, "2"))] if drawn_again else []
    answers = [(DeliveryStatus.RETRYABLE, 0)] * (seed % 2 * 40) + plan.answers  # time for addresses to move meanwhile
    return live(Plan(events, answers), a_world(seed), later)


def held_out_of(line: Sent, seed: int) -> list[str]:
    """Return the owners of the address who are held out of what came to it."""
    world = a_world(seed, line.epoch)
    if world.actions[line.command.action].is_obliged:
        return []
    return [owner.customer_id for owner in line.owners if _holdout(owner, line, world.workspace) is not None]


def _holdout(owner: Customer, line: Sent, workspace: Workspace) -> str | None:
    drawn = assign(owner, workspace, line.at)
    return kept_by(drawn.group, drawn.unit, line.command.channel, line.source, workspace)


@given(PLANS, _MOVES, st.integers(0, 30), st.sampled_from([0, 0, 1, 4]))
@examples
def test_nobody_is_contacted_where_somebody_is_held_out(plan: Plan, moves: Moves, seed: int, drawn_again: int) -> None:
    town = moving(plan, moves, seed, drawn_again)
    for line in town.sent:
        assert held_out_of(line, seed) == [], line.command


@given(PLANS, _MOVES, st.integers(0, 30))
@examples
def test_the_index_holds_whoever_it_would_hold_if_it_were_built_now(plan: Plan, moves: Moves, seed: int) -> None:
    town = moving(plan, moves, seed)
    loaded = Population(a_world(seed))
    loaded.load(town.population.snapshot(customer_id) for customer_id in town.population.customer_ids())
    for customer_id in town.population.customer_ids():
        here, there = (each.world_of(each.customer(customer_id)) for each in (town.population, loaded))
        assert here.shared.held_out == there.shared.held_out


@given(PLANS, _MOVES, st.integers(0, 30), st.sampled_from([0, 1]))
@examples
def test_the_log_says_the_same_again(plan: Plan, moves: Moves, seed: int, drawn_again: int) -> None:
    first, second = moving(plan, moves, seed, drawn_again), moving(plan, moves, seed, drawn_again)
    assert [bytes(a.packed) for a in first.log] == [bytes(a.packed) for a in second.log]
    if not drawn_again:
        again = Population(a_world(seed))
        for advanced in first.log:
            entry = advanced.entry
            assert bytes(again.advance(entry.event, entry.now, around=logged_with(entry)).packed) == bytes(
                advanced.packed
            )


def test_the_generated_times_meet_what_they_are_about() -> None:
    """A guard against vacuous properties: something was refused, and most was sent."""
    seen: Counter[str] = Counter()

    @given(PLANS, _MOVES, st.integers(0, 30), st.sampled_from([0, 1]))
    @settings(max_examples=20, deadline=None, database=None, derandomize=True)
    def look(plan: Plan, moves: Moves, seed: int, drawn_again: int) -> None:
        town = moving(plan, moves, seed, drawn_again)
        seen["sent"] += len(town.sent)
        for advanced in town.log:
            rows = [row for decision in advanced.entry.decisions for row in decision.considered]
            seen["refused"] += any(row.detail == HELD_OUT for row in rows)

    look()
    assert min(seen["sent"], seen["refused"]) > 0, seen
