"""segue simulate: arms side by side in a made-up market, under the production engine."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from segue.cli.console import columns, say, tell, tell_json
from segue.cli.options import Folder, Json
from segue.model.errors import SegueError
from segue.simulation.figures import FIGURES, Estimate, Figure, Told
from segue.simulation.side_by_side import ArmProgress, SideBySide, run
from segue.simulation.spec import read_simulation

STEP = 0.1
"""Progress is told in such shares of an arm."""


def simulate(
    folder: Folder = Path(),
    name: Annotated[str, Parameter(help="Which simulation, where there are several.")] = "",
    *,
    customers: int | None = None,
    weeks: int | None = None,
    seed: str | None = None,
    processes: int = 1,
    json: Json = False,
) -> None:
    """Run a simulation: made-up customers live with each arm's workspace, in virtual time, under the production engine.

    All arms get the same customers with the same draws, so they differ by what was done alone. Nothing is sent. What it
    shows holds for the market as it is declared (`simulations/NAME.yaml`), not for your customers.

    Parameters
    ----------
    customers, weeks, seed
        Instead of those of the file.
    processes
        How many share the work of an arm in which customers share nothing.
    """
    if processes < 1:
        raise SegueError(f"{processes} processes cannot do anything.", "Give 1 or more.")
    simulation = read_simulation(folder, name, customers=customers, weeks=weeks, seed=seed)
    result, _ = run(simulation, processes=processes, progress=_progress(simulation.setting.customers))
    if json:
        tell_json(result)
        return
    for line in simulation_lines(result):
        tell(line)


def simulation_lines(result: SideBySide) -> list[str]:
    """Return what came of the arms as people read it."""
    lines = [
        f"{result.customers:,} made-up customers, {result.weeks} weeks, market {result.market.name!r}; 95 % intervals",
        "What it shows holds for this market, not for your customers.",
    ]
    for figure in FIGURES:
        told = [each for arm in result.arms if (each := result.of(arm, figure.name)) is not None]
        if not told:
            continue
        better = f" ({figure.better} is better)" if figure.better else ""
        lines += ["", f"{figure.what}{better}"]
        rows = [("", "", f"above {result.baseline}", "in percent"), *(_row(each, figure) for each in told)]
        lines += [f"  {line}" for line in columns(rows, right=range(1, 4))]
    return lines


def _row(told: Told, figure: Figure) -> tuple[str, ...]:
    scale, unit = (100.0, " %") if figure.is_share else (1.0, "")
    ahead = "" if told.ahead is None else _words(told.ahead, scale, unit, sign="+")
    relative = "" if told.relative is None else _words(told.relative, 100.0, " %", sign="+")
    return told.arm, _words(told.estimate, scale, unit), ahead, relative


def _words(estimate: Estimate, scale: float, unit: str, sign: str = "") -> str:
    value, low, high = (scale * each for each in (estimate.value, estimate.low, estimate.high))
    digits = 2 if abs(value) < 10.0 else 1
    form = f"{sign}.{digits if abs(value) >= 0.1 or value == 0.0 else 4}f"
    return f"{value:{form}}{unit} ({low:{form}} to {high:{form}})"


def _progress(customers: int) -> ArmProgress:
    done: dict[str, int] = {}

    def told(arm: str, count: int) -> None:
        before = done.get(arm, 0)
        done[arm] = before + count
        if int(done[arm] / customers / STEP) > int(before / customers / STEP):
            say(f"{arm}: {done[arm]:,} of {customers:,} customers")

    return told
