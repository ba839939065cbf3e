"""Running an arm: a workspace, a market, a number of customers and of weeks; over several processes where that is free.

Residents are led in parts of a fixed size, each part by itself, so the result does not depend on how many processes
share the work. Where customers share something, the whole arm is one part; arms go side by side.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import contextmanager
from functools import lru_cache, partial
from multiprocessing import get_context
from multiprocessing.queues import Queue
from queue import Empty
from time import process_time
from typing import NamedTuple

from msgspec import Struct, msgpack
from msgspec.structs import replace

from segue.core.world import World, build_world
from segue.model.time import Instant
from segue.model.workspace import Workspace
from segue.runtimes.embedded.garbage import Garbage
from segue.runtimes.lessons import asks
from segue.simulation.account import Accounts, gather
from segue.simulation.crowd import Crowd, Sink, Told, parts_of
from segue.simulation.market import Market
from segue.simulation.markets import MarketSpec, make_market

PART = 100
"""Residents in a part: some seconds of work, of which beginning a part takes two hundredths."""

_PAUSE_SECONDS, _LAST_SECONDS = 0.2, 1.0

NOTHING_LEARNED: Mapping[str, bytes] = {}

ArmProgress = Callable[[str, int], None]
"""Told an arm, and how many more lives have been led in it, as shares of lives where all are led at once."""


class _Task(NamedTuple):
    """A part of an arm: ``size`` residents from ``first`` on; ``learned`` is what they begin with."""

    arm: str
    first: int
    size: int
    learned: bytes = b""


class Setting(Struct, frozen=True, kw_only=True):
    """What all arms of a simulation have in common.

    Attributes:
        market: which one, with its parameters.
        seed: of everything the market draws; engines draw from their workspaces' own.
        ending: the event by which a customer leaves for good, "" where none does.
        values: for events that are worth something, the property that says how much.
    """

    market: MarketSpec
    customers: int
    begin: Instant
    weeks: int
    seed: str = "market"
    ending: str = ""
    values: dict[str, str] = {}


def run_arms(
    arms: Mapping[str, Workspace],
    setting: Setting,
    *,
    learned: Mapping[str, bytes] = NOTHING_LEARNED,
    processes: int = 1,
    progress: ArmProgress | None = None,
) -> dict[str, Accounts]:
    """Return what came of every resident in each arm.

    Args:
        learned: what the online learners of arms know when they begin, packed; those of others know nothing.
        processes: how many share the work; an arm in which customers share something is led by one of them.
        progress: told how many more lives have been led in which arm, now and then.
    """
    tasks = [
        _Task(arm, first, count, learned.get(arm, b""))
        for arm, workspace in arms.items()
        for first, count in parts_of(setting.customers, setting.customers if shares(build_world(workspace)) else PART)
    ]
    done: dict[str, list[Accounts]] = {arm: [] for arm in arms}
    told = progress or (lambda arm, count: None)
    led = _spread(arms, setting, tasks, processes, told) if processes > 1 else _alone(arms, setting, tasks, told)
    for task, accounts in led:
        done[task.arm].append(accounts)
    return {arm: gather(parts) for arm, parts in done.items()}


def run_arm(
    workspace: Workspace,
    setting: Setting,
    sink: Sink | None = None,
    *,
    first: int = 0,
    told: Told | None = None,
) -> Accounts:
    """Return what came of every resident under ``workspace``, in this process.

    Args:
        sink: gets an entry of everything that was advanced, in the order of a log.
        first: the number of the first resident.
        told: told now and then how many more lives have been led.
    """
    market = make_market(setting.market)
    with _calm():
        return _lead(build_world(workspace), market, setting, first, setting.customers, sink, told)


def shares(world: World) -> bool:
    """Tell whether what happens to one customer can make a difference to another."""
    plan = world.shared_plan
    is_scarce = bool(plan.capacities or plan.entries or plan.stocks or plan.reaches)
    return is_scarce or world.has_hours or bool(world.worth.caps) or asks(world)


def _lead(
    world: World,
    market: Market,
    setting: Setting,
    first: int,
    count: int,
    sink: Sink | None = None,
    told: Told | None = None,
    learned: bytes = b"",
) -> Accounts:
    crowd = Crowd(
        world,
        market,
        seed=setting.seed,
        first=first,
        count=count,
        begin=setting.begin,
        weeks=setting.weeks,
        ending=setting.ending,
        values=setting.values,
        sink=sink,
        learned=learned,
        told=told,
    )
    begin = process_time()
    accounts = crowd.live_together() if sink is not None or shares(world) else crowd.live_apart()
    return replace(accounts, seconds=process_time() - begin)


def _alone(
    arms: Mapping[str, Workspace], setting: Setting, tasks: list[_Task], progress: ArmProgress
) -> Iterator[tuple[_Task, Accounts]]:
    worlds, market = {arm: build_world(workspace) for arm, workspace in arms.items()}, make_market(setting.market)
    for task in tasks:
        with _calm():
            told = partial(progress, task.arm)
            world = worlds[task.arm]
            yield task, _lead(world, market, setting, task.first, task.size, told=told, learned=task.learned)


def _spread(
    arms: Mapping[str, Workspace], setting: Setting, tasks: list[_Task], processes: int, progress: ArmProgress
) -> Iterator[tuple[_Task, Accounts]]:
    """Yield the accounts of all tasks as they come, from several processes; the longest are begun first."""
    encoded = {arm: msgpack.encode(workspace) for arm, workspace in arms.items()}
    context = get_context("spawn")
    lived: Queue[tuple[str, int]] = context.Queue()
    with ProcessPoolExecutor(processes, context, _listen, (lived,)) as pool:
        ordered = sorted(tasks, key=lambda task: -task.size)
        futures = {pool.submit(_in_worker, each, encoded[each.arm], msgpack.encode(setting)): each for each in ordered}
        waiting, left = set(futures), sum(each.size for each in tasks)
        while waiting:
            finished, waiting = wait(waiting, _PAUSE_SECONDS, FIRST_COMPLETED)
            left -= _heard(lived, progress)
            for future in finished:
                yield futures[future], future.result()
        while left and (heard := _heard(lived, progress, _LAST_SECONDS)):
            left -= heard


def _heard(lived: "Queue[tuple[str, int]]", progress: ArmProgress, patience: float = 0.0) -> int:
    """Pass on what workers have told, and return how many lives that was."""
    total = 0
    while True:
        try:
            arm, count = lived.get(timeout=patience)
        except Empty:
            return total
        progress(arm, count)
        total += count


_lived: "Queue[tuple[str, int]] | None" = None
"""Of a worker: what it tells its progress to."""


def _listen(lived: "Queue[tuple[str, int]]") -> None:
    """Keep what a worker tells of its progress; it does not wait for anybody to hear of it."""
    global _lived
    _lived = lived
    lived.cancel_join_thread()


def _in_worker(task: _Task, workspace: bytes, setting: bytes) -> Accounts:
    plan, lived = msgpack.decode(setting, type=Setting), _lived
    assert lived is not None
    with _calm():
        return _lead(
            _world_of(workspace),
            make_market(plan.market),
            plan,
            task.first,
            task.size,
            told=lambda count: lived.put((task.arm, count)),
            learned=task.learned,
        )


@lru_cache(maxsize=8)
def _world_of(workspace: bytes) -> World:
    return build_world(msgpack.decode(workspace, type=Workspace))


@contextmanager
def _calm() -> Iterator[None]:
    garbage = Garbage()
    garbage.start()
    try:
        yield
    finally:
        garbage.stop()
