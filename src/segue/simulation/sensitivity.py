"""Sensitivity: how the result changes when one of the market's assumptions is another number.

One assumption at a time, at its low and at its high end, with the same customers and draws (Saltelli et al., "Global
Sensitivity Analysis", 2008, section 1.2.2, on what such tables can and cannot say: nothing about two assumptions that
are off together).
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct, msgpack
from msgspec.structs import replace

from segue.model.errors import SegueError
from segue.simulation.account import Accounts
from segue.simulation.figures import FIGURES, Estimate, compare, shift, totals
from segue.simulation.market import Assumption, Market
from segue.simulation.markets import MarketSpec, make_market
from segue.simulation.running import ArmProgress, run_arms
from segue.simulation.spec import Simulation
from segue.simulation.training import prepare


class Variation(Struct, frozen=True, kw_only=True):
    """An assumption at one of its ends, and the market that rests on it."""

    assumption: Assumption
    end: Literal["low", "high"]
    market: MarketSpec

    @property
    def value(self) -> float:
        """What the assumption is there."""
        return self.assumption.low if self.end == "low" else self.assumption.high


class Moved(Struct, frozen=True, kw_only=True):
    """One figure of one arm under a variation.

    Attributes:
        ahead, relative: how far it is above the baseline's there, as in `Told`.
        shift: how much that is more than with nothing varied.
    """

    arm: str
    figure: str
    ahead: Estimate
    relative: Estimate | None
    shift: Estimate


class Varied(Struct, frozen=True, kw_only=True):
    """What came of the arms with one assumption at one of its ends."""

    assumption: Assumption
    end: Literal["low", "high"]
    value: float
    moved: tuple[Moved, ...]

    def of(self, arm: str, figure: str) -> Moved | None:
        """Return one figure of one arm; None where no arm has anything of it."""
        return next((each for each in self.moved if (each.arm, each.figure) == (arm, figure)), None)


def variations(spec: MarketSpec, only: tuple[str, ...] = ()) -> tuple[Variation, ...]:
    """Return what there is to vary in a market, each assumption at both ends.

    An assumption is varied by giving its value to the parameter of its name; ``opens.email`` is key ``email`` of the
    parameter ``opens``, and ``orders.1`` the second of ``orders``.

    Args:
        only: the names of those to vary; all where empty.

    Raises:
        SegueError: there is no such assumption, or the market does not heed it.
    """
    market = make_market(spec)
    stated = {each.name: each for each in market.describe().assumptions}
    unknown = [name for name in only if name not in stated]
    if unknown or not stated:
        reason = f"The market {spec.kind!r} has no assumption {unknown[0]!r}." if unknown else "Nothing can be varied."
        known = f"Its assumptions are {', '.join(stated)}." if stated else "The market states no assumptions."
        raise SegueError(reason, known)
    wanted = [stated[name] for name in dict.fromkeys(only)] if only else list(stated.values())
    ends: tuple[Literal["low", "high"], ...] = ("low", "high")
    return tuple(
        Variation(assumption=each, end=end, market=_at(market, spec, each.name, getattr(each, end)))
        for each in wanted
        for end in ends
        if getattr(each, end) != each.value
    )


def vary(
    simulation: Simulation,
    chosen: tuple[Variation, ...],
    before: Mapping[str, Accounts],
    *,
    processes: int = 1,
    progress: ArmProgress | None = None,
    heard: Callable[[Variation, Mapping[str, Accounts]], None] | None = None,
) -> tuple[Varied, ...]:
    """Run every arm again under each variation; those that are trained before have learnt in the market as it is there.

    Args:
        before: the accounts of every arm with nothing varied, from `run`.
        progress: told what is varied with the arm.
        heard: told the accounts of every arm under each variation, for figures of one's own.
    """
    found = []
    for each in chosen:
        setting, told = replace(simulation.setting, market=each.market), _named(progress, _label(each))
        ready = prepare(simulation.arms, simulation.seasons, setting, told)
        now = run_arms(ready.arms, setting, learned=ready.learned, processes=processes, progress=told)
        if heard is not None:
            heard(each, now)
        found.append(
            Varied(assumption=each.assumption, end=each.end, value=each.value, moved=_compared(simulation, now, before))
        )
    return tuple(found)


def _label(variation: Variation) -> str:
    return f"{variation.assumption.name} {variation.value:g}"


def _named(progress: ArmProgress | None, label: str) -> ArmProgress | None:
    return None if progress is None else lambda arm, count: progress(f"{label}, {arm}", count)


def _compared(simulation: Simulation, now: Mapping[str, Accounts], before: Mapping[str, Accounts]) -> tuple[Moved, ...]:
    weeks, conversions = simulation.setting.weeks, simulation.spec.conversions
    moved = []
    for figure in FIGURES:
        if figure.name == "churn" and not simulation.setting.ending:
            continue
        pairs = {arm: totals(each, figure, weeks=weeks, conversions=conversions) for arm, each in now.items()}
        then = {arm: totals(each, figure, weeks=weeks, conversions=conversions) for arm, each in before.items()}
        if not any(over.any() for over, _ in (*pairs.values(), *then.values())):
            continue
        base, base_then = pairs[simulation.baseline], then[simulation.baseline]
        for arm in simulation.arms:
            if arm == simulation.baseline:
                continue
            ahead, relative = compare(pairs[arm], base)
            further = shift((pairs[arm], base), (then[arm], base_then))
            moved.append(Moved(arm=arm, figure=figure.name, ahead=ahead, relative=relative, shift=further))
    return tuple(moved)


def _at(market: Market, spec: MarketSpec, name: str, value: float) -> MarketSpec:
    """Return the market with the parameter ``name`` at ``value``, after a look whether it makes a difference."""
    wanted = market.Parameters  # type: ignore[attr-defined]
    parameters = msgpack.decode(msgpack.encode(msgspec.convert(spec.parameters, wanted)))
    place, *way = reversed(name.split("."))
    held: Any = parameters
    for key in reversed(way):
        held = _within(held, key, name)
    before = _within(held, place, name)
    held[int(place) if isinstance(held, list) else place] = int(value) if isinstance(before, int) else value
    changed = replace(spec, parameters=parameters)
    stated = {each.name: each.value for each in make_market(changed).describe().assumptions}
    if stated.get(name) != value:
        reason = f"The market says that {name!r} is {stated.get(name)} when it is given {value:g}."
        raise SegueError(reason, "State an assumption's value as the parameter of its name has it.")
    return changed


def _within(held: Any, key: str, name: str) -> Any:
    if isinstance(held, dict) and key in held:
        return held[key]
    if isinstance(held, list) and key.isdigit() and int(key) < len(held):
        return held[int(key)]
    reason = f"The assumption {name!r} cannot be varied: the market has no such parameter."
    raise SegueError(reason, "Name an assumption as its field of `Parameters`; `FIELD.KEY` within a mapping.")
