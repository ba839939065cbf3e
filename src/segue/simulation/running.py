"""Running an arm: a workspace, a market, a number of customers and of weeks; over several processes where that is free.

Residents are led in parts of a fixed size, each part by itself, so the result does not depend on how many processes
share the work. Where customers share something, the whole arm is one part.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from multiprocessing import get_context

from msgspec import Struct, msgpack

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

Progress = Callable[[int], None]
"""Told how many more residents have lived to the end."""


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


def run_arm(
    workspace: Workspace,
    setting: Setting,
    *,
    processes: int = 1,
    sink: Sink | None = None,
    progress: Progress | None = None,
) -> Accounts:
    """Return what came of every resident under ``workspace``.

    Args:
        processes: how many share the work; more than one only where customers share nothing.
        sink: gets an entry of everything that was advanced; keeps the work in this process.
        progress: told how many residents are done, now and then.
    """
    world = build_world(workspace)
    if shares(world):
        market = make_market(setting.market)
        accounts = _crowd(world, market, setting, 0, setting.customers, sink).live_together()
        if progress is not None:
            progress(setting.customers)
        return accounts
    parts = list(parts_of(setting.customers, PART))
    if processes > 1 and sink is None and len(parts) > 1:
        return gather(list(_spread(msgpack.encode(workspace), setting, parts, processes, progress)))
    market, done = make_market(setting.market), []
    with _calm():
        for first, count in parts:
            done.append(_crowd(world, market, setting, first, count, sink).live_apart())
            if progress is not None:
                progress(count)
    return gather(done)


def shares(world: World) -> bool:
    """Tell whether what happens to one customer can make a difference to another."""
    plan = world.shared_plan
    is_scarce = bool(plan.capacities or plan.entries or plan.stocks or plan.reaches)
    return is_scarce or world.has_hours or bool(world.worth.caps) or learns(world)


def _crowd(world: World, market: Market, setting: Setting, first: int, count: int, sink: Sink | None) -> Crowd:
    return Crowd(
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


def _spread(
    workspace: bytes, setting: Setting, parts: list[tuple[int, int]], processes: int, progress: Progress | None
) -> Iterator[Accounts]:
    """Yield the accounts of all parts, in their order, from several processes."""
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        futures = [pool.submit(_part, workspace, msgpack.encode(setting), first, count) for first, count in parts]
        for future, (_, count) in zip(futures, parts, strict=True):
            yield future.result()
            if progress is not None:
                progress(count)


def _part(workspace: bytes, setting: bytes, first: int, count: int) -> Accounts:
    world, market, plan = _prepared(workspace, setting)
    with _calm():
        return _crowd(world, market, plan, first, count, None).live_apart()


@lru_cache(maxsize=1)
def _prepared(workspace: bytes, setting: bytes) -> tuple[World, Market, Setting]:
    plan = msgpack.decode(setting, type=Setting)
    return build_world(msgpack.decode(workspace, type=Workspace)), make_market(plan.market), plan


@contextmanager
def _calm() -> Iterator[None]:
    garbage = Garbage()
    garbage.start()
    try:
        yield
    finally:
        garbage.stop()
