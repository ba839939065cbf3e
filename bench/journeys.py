"""What more journeys cost: CPU microseconds for an event with 100 live journeys against 10, bytes for an enrollment.

Both arms get the same events and the same customer history, in one process, alternating after every few events; the
ratio is the median over pairs. First row: the customer is inside three journeys in both arms, so only the number of
journeys differs. Second: inside three of 10 and thirty of 100. Third: all journeys begin with the same frequent event,
and nothing else happens. `bench.many_journeys` says what the journeys are.

    python3 dev.py bench journeys
    python3 -m bench.journeys profile       where the time of 100 journeys goes
"""

import cProfile
import gc
import pstats
import statistics
import sys
import time
import tracemalloc
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from bench.many_journeys import enrolled, many_journeys, stream
from bench.report import report
from segue.core.engine import advance
from segue.core.world import World
from segue.model.customers import Customer, Enrollments
from segue.model.events import Event, Tracked

FEW, MANY, RUNS = 10, 100, 3
PAIRS, CHUNK = 61, 300
COPIES = 200


class Arm(NamedTuple):
    """A World and a customer in it."""

    world: World
    customer: Customer


class Size(NamedTuple):
    """What one enrollment adds to a customer: encoded in all, encoded for the run alone, and decoded."""

    bytes: float
    run_bytes: float
    decoded_bytes: float


class Compared(NamedTuple):
    """CPU microseconds for an event in both arms (the better quarter: other work on the machine only adds), and the
    median ratio of pairs with its middle half.
    """

    few_us: float
    many_us: float
    ratio: float
    low: float
    high: float


def main() -> None:
    """Measure, print one table, write ``bench/results/journeys.json``."""
    few, many = _arm(FEW, RUNS), _arm(MANY, RUNS)
    deep = _arm(MANY, RUNS * MANY // FEW)
    events = stream(CHUNK)
    for arm in (few, many, deep):
        _check(arm, events)
    crowded = [_arm(count, 0, on_one=True) for count in (FEW, MANY)]
    cases = {
        "us_100_over_10": (f"inside {RUNS} of both", few, many, events),
        "us_100_over_10_inside_30": (f"inside {RUNS} of {FEW}, {RUNS * MANY // FEW} of {MANY}", few, deep, events),
        "us_100_over_10_on_one_event": ("inside none; every event asks all", *crowded, views(CHUNK)),
    }
    rows: list[tuple[object, ...]] = []
    figures: dict[str, float] = {}
    for name, (what, first, second, stream_) in cases.items():
        found = compare(first, second, stream_)
        rows.append((what, found.few_us, found.many_us, f"{found.ratio:.2f}", f"{found.low:.2f} to {found.high:.2f}"))
        figures |= {name: found.ratio, f"{name}_few_us": found.few_us, f"{name}_many_us": found.many_us}
    size = enrollment_bytes(deep.customer)
    figures |= {f"{name}_per_enrollment": value for name, value in size._asdict().items()}
    report("journeys", ["the customer is", f"us of {FEW}", f"us of {MANY}", "ratio", "middle half"], rows, figures)
    print(f"CPU time of an event; {PAIRS} interleaved pairs of {CHUNK} events. Goal of the first ratio: under 1.5.")
    print(
        f"An enrollment: {size.bytes:.0f} bytes stored ({size.run_bytes:.0f} of them the run, the rest the memory of"
        f" its entry), {size.decoded_bytes:,.0f} while the customer is decoded."
    )


def compare(few: Arm, many: Arm, events: list[Event]) -> Compared:
    """Return what an event costs in each arm, measured in turns."""
    costs: tuple[list[float], list[float]] = ([], [])
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        for pair in range(PAIRS + 1):
            order = (0, 1) if pair % 2 else (1, 0)
            for side in order:
                cost = _cost((few, many)[side], events)
                if pair:  # the first one warms up
                    costs[side].append(cost)
    finally:
        gc.enable()
        gc.unfreeze()
    ratios = sorted(after / before for before, after in zip(*costs, strict=True))
    quarter = len(ratios) // 4
    few_us, many_us = (sorted(side)[quarter] for side in costs)
    return Compared(few_us, many_us, statistics.median(ratios), ratios[quarter], ratios[-quarter - 1])


def enrollment_bytes(customer: Customer) -> Size:
    """Return the bytes that each of the customer's enrollments adds."""
    count = len(customer.enrollments.runs)
    without_runs = replace(customer, enrollments=replace(customer.enrollments, runs=()))
    without = replace(customer, enrollments=Enrollments())
    whole, no_runs, none = (msgspec.msgpack.encode(each) for each in (customer, without_runs, without))
    return Size(
        bytes=(len(whole) - len(none)) / count,
        run_bytes=(len(whole) - len(no_runs)) / count,
        decoded_bytes=(_decoded_bytes(whole) - _decoded_bytes(none)) / count,
    )


def views(count: int) -> list[Event]:
    """Return page views only: the event that opens every journey of the crowded Worlds."""
    return [
        Tracked(
            event_id=event.event_id,
            customer_id=event.customer_id,
            at=event.at,
            name="page_viewed",
            properties={"amount": 3.0, "topic": -1, "url": "/a"},
        )
        for event in stream(count)
    ]


def profile() -> None:
    """Print where the time of an event goes, with few journeys and with many."""
    events = stream(CHUNK) * 10
    for arm in (_arm(FEW, RUNS), _arm(MANY, RUNS)):
        profiler = cProfile.Profile()
        profiler.runcall(_advance_each, arm, events)
        print(f"--- {len(arm.world.workspace.journeys)} journeys, {len(events)} events")
        pstats.Stats(profiler).sort_stats("tottime").print_stats(18)


def _arm(journeys: int, runs: int, *, on_one: bool = False) -> Arm:
    world = many_journeys(journeys, on_one=on_one)
    return Arm(world, enrolled(world, runs))


def _check(arm: Arm, events: list[Event]) -> None:
    """Make sure that the stream goes by the journeys: nothing is entered, ended or decided, and nobody has to wake."""
    for event in events:
        transition = advance(arm.customer, event, now=event.at, world=arm.world)
        assert not transition.decisions, event
        assert not transition.ended, event
        assert len(transition.customer.enrollments.runs) == len(arm.customer.enrollments.runs), event


def _cost(arm: Arm, events: list[Event]) -> float:
    started = time.process_time()
    _advance_each(arm, events)
    return (time.process_time() - started) / len(events) * 1e6


def _advance_each(arm: Arm, events: list[Event]) -> None:
    for event in events:
        advance(arm.customer, event, now=event.at, world=arm.world)


def _decoded_bytes(encoded: bytes) -> float:
    """Return the bytes that one decoded customer takes, averaged over many."""
    decoder = msgspec.msgpack.Decoder(Customer)
    kept = [decoder.decode(encoded)]  # what the interpreter keeps for itself is there before we count
    tracemalloc.start()
    try:
        kept += [decoder.decode(encoded) for _ in range(COPIES)]
        return tracemalloc.get_traced_memory()[0] / COPIES
    finally:
        tracemalloc.stop()


if __name__ == "__main__":
    profile() if sys.argv[1:] == ["profile"] else main()
