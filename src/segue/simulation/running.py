"""Running an arm: a workspace, a market, a number of customers and of weeks; over several processes where that is free.

Residents are led in parts of a fixed size, each part by itself, so the result does not depend on how many processes
share the work. Where customers share something, the whole arm is one part; arms go side by side.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from functools import lru_cache
from multiprocessing import get_context
from time import process_time
from typing import NamedTuple

from msgspec import Struct, msgpack
from msgspec.structs import replace

from segue.core.world import World, build_world
from segue.model.time import Instant
from segue.model.workspace import Workspace
from segue.runtimes.embedded.garbage import Garbage
from segue.runtimes.lessons import learns
from segue.simulation.account import Accounts, gather
from segue.simulation.crowd import Crowd, Sink, parts_of
from segue.simulation.market import Market
from segue.simulation.markets import MarketSpec, make_market

PART = 500
"""Residents in a part."""

ArmProgress = Callable[[str, int], None]
"""Told an arm, and how many more of its residents have lived to the end."""


class _Task(NamedTuple):
    """A part of an arm: ``size`` residents from ``first`` on."""

    arm: str
    first: int
    size: int


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
    arms: Mapping[str, Workspace], setting: Setting, *, processes: int = 1, progress: ArmProgress | None = None
) -> dict[str, Accounts]:
    """Return what came of every resident in each arm.

    Args:
        processes: how many share the work; an arm in which customers share something is led by one of them.
        progress: told how many more residents of which arm are done, now and then.
    """
    tasks = [
        _Task(arm, first, count)
        for arm, workspace in arms.items()
        for first, count in parts_of(setting.customers, setting.customers if shares(build_world(workspace)) else PART)
    ]
    done: dict[str, list[Accounts]] = {arm: [] for arm in arms}
    for task, accounts in _spread(arms, setting, tasks, processes) if processes > 1 else _alone(arms, setting, tasks):
        done[task.arm].append(accounts)
        if progress is not None:
            progress(task.arm, task.size)
    return {arm: gather(parts) for arm, parts in done.items()}


def run_arm(workspace: Workspace, setting: Setting, sink: Sink | None = None) -> Accounts:
    """Return what came of every resident under ``workspace``, in this process.

    Args:
        sink: gets an entry of everything that was advanced, in the order of a log where customers share something.
    """
    with _calm():
        return _lead(build_world(workspace), make_market(setting.market), setting, 0, setting.customers, sink)


def shares(world: World) -> bool:
    """Tell whether what happens to one customer can make a difference to another."""
    plan = world.shared_plan
    is_scarce = bool(plan.capacities or plan.entries or plan.stocks or plan.reaches)
    return is_scarce or world.has_hours or bool(world.worth.caps) or learns(world)


def _lead(world: World, market: Market, setting: Setting, first: int, count: int, sink: Sink | None = None) -> Accounts:
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
    )
    begin = process_time()
    accounts = crowd.live_together() if shares(world) else crowd.live_apart()
    return replace(accounts, seconds=process_time() - begin)


def _alone(arms: Mapping[str, Workspace], setting: Setting, tasks: list[_Task]) -> Iterator[tuple[_Task, Accounts]]:
    worlds, market = {arm: build_world(workspace) for arm, workspace in arms.items()}, make_market(setting.market)
    for task in tasks:
        with _calm():
            yield task, _lead(worlds[task.arm], market, setting, task.first, task.size)


def _spread(
    arms: Mapping[str, Workspace], setting: Setting, tasks: list[_Task], processes: int
) -> Iterator[tuple[_Task, Accounts]]:
    """Yield the accounts of all tasks as they come, from several processes; the longest are begun first."""
    encoded = {arm: msgpack.encode(workspace) for arm, workspace in arms.items()}
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        ordered = sorted(tasks, key=lambda task: -task.size)
        futures = {
            pool.submit(_in_worker, encoded[each.arm], msgpack.encode(setting), each.first, each.size): each
            for each in ordered
        }
        for future in as_completed(futures):
            yield futures[future], future.result()


def _in_worker(workspace: bytes, setting: bytes, first: int, count: int) -> Accounts:
    plan = msgpack.decode(setting, type=Setting)
    with _calm():
        return _lead(_world_of(workspace), make_market(plan.market), plan, first, count)


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
