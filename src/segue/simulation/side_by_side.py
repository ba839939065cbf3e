"""Arms side by side: the same customers with the same draws under each arm, and what it comes to."""

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from segue.measurement.quantiles import student_quantile
from segue.simulation.account import BLOCKS, Accounts, Floats
from segue.simulation.figures import Told, tell
from segue.simulation.market import Description
from segue.simulation.markets import make_market
from segue.simulation.running import ArmProgress, run_arms
from segue.simulation.spec import Simulation
from segue.simulation.training import Schooling, prepare


class Curve(Struct, frozen=True, kw_only=True):
    """What happened week by week in one arm, per customer.

    Attributes:
        name: of the thing that was counted, as in `Accounts`.
        lows, highs: of the 95 % interval of each week's mean over customers like these (Student's, from the means of
            `segue.simulation.account.BLOCKS` blocks of customers); none of fewer than two blocks. Arms are told apart
            better than by these bands, because the same customers with the same draws live under each.
    """

    arm: str
    name: str
    values: tuple[float, ...]
    lows: tuple[float, ...] = ()
    highs: tuple[float, ...] = ()


class SideBySide(Struct, frozen=True, kw_only=True):
    """A simulation that was run.

    Attributes:
        told: every figure of every arm.
        counted: means over customers of all that was counted, by arm.
        curves: the same by week, for what is drawn.
        seconds: of CPU time for all arms, and for what they learnt before.
        schooling: what those arms had learnt that were trained before their first day.
    """

    name: str
    description: str
    baseline: str
    arms: tuple[str, ...]
    customers: int
    weeks: int
    seed: str
    market: Description
    told: tuple[Told, ...]
    counted: dict[str, dict[str, float]]
    curves: tuple[Curve, ...]
    seconds: float
    schooling: tuple[Schooling, ...] = ()

    def of(self, arm: str, figure: str) -> Told | None:
        """Return one figure of one arm; None where no arm has anything of it."""
        return next((each for each in self.told if (each.arm, each.figure) == (arm, figure)), None)


CURVES = ("contact", "report/clicked", "opt_out", "conversion", "sum")


def run(
    simulation: Simulation, *, processes: int = 1, progress: ArmProgress | None = None
) -> tuple[SideBySide, Mapping[str, Accounts]]:
    """Run every arm, and return what it comes to with the accounts of every arm."""
    ready = prepare(simulation.arms, simulation.seasons, simulation.setting, progress)
    accounts = run_arms(ready.arms, simulation.setting, learned=ready.learned, processes=processes, progress=progress)
    seconds = ready.seconds + sum(each.seconds for each in accounts.values())
    return told_of(simulation, accounts, seconds=seconds, schooling=ready.schooling), accounts


def told_of(
    simulation: Simulation,
    accounts: Mapping[str, Accounts],
    *,
    seconds: float = 0.0,
    schooling: tuple[Schooling, ...] = (),
) -> SideBySide:
    """Return what the accounts of all arms of ``simulation`` come to.

    Args:
        seconds: CPU time that they took.
        schooling: what arms had learnt before.
    """
    spec, setting = simulation.spec, simulation.setting
    found = tell(
        accounts, simulation.baseline, weeks=setting.weeks, conversions=spec.conversions, ending=setting.ending
    )
    return SideBySide(
        name=simulation.name,
        description=spec.description,
        baseline=simulation.baseline,
        arms=tuple(simulation.arms),
        customers=setting.customers,
        weeks=setting.weeks,
        seed=setting.seed,
        market=make_market(setting.market).describe(),
        told=found,
        counted={
            arm: {name: float(column.mean()) for name, column in sorted(each.columns.items())}
            for arm, each in accounts.items()
        },
        curves=tuple(curves_of(accounts, spec.conversions)),
        seconds=round(seconds, 1),
        schooling=schooling,
    )


def curves_of(accounts: Mapping[str, Accounts], conversions: tuple[str, ...]) -> list[Curve]:
    """Return what is drawn of each arm, per customer and week; all events in ``conversions`` are one thing."""
    found: list[Curve] = []
    for arm, each in accounts.items():
        for name in CURVES:
            prefixes = [f"event/{event}" for event in conversions] if name == "conversion" else [name]
            series = [
                values
                for key, values in sorted(each.blocks.items())
                if any(key == prefix or key.startswith(f"{prefix}/") for prefix in prefixes)
            ]
            if series:
                totals = sum(series[1:], series[0].copy())
                lows, highs = _band(totals, each.first, each.count)
                means = totals.sum(axis=0) / each.count
                found.append(Curve(arm=arm, name=name, values=tuple(means.tolist()), lows=lows, highs=highs))
    return found


def _band(totals: Floats, first: int, count: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the ends of the intervals of ``totals`` (blocks, weeks) per customer."""
    sizes = np.bincount(np.arange(first, first + count) % BLOCKS, minlength=BLOCKS).astype(np.float64)
    there = sizes > 0
    blocks = int(there.sum())
    if blocks < 2:
        return (), ()
    sizes, totals = sizes[there, None], totals[there]
    means = totals.sum(axis=0) / count
    squared = ((totals - sizes * means) ** 2).sum(axis=0) * blocks / (blocks - 1) / count**2
    reach = student_quantile(0.975, blocks - 1) * np.sqrt(squared)
    return tuple((means - reach).tolist()), tuple((means + reach).tolist())
