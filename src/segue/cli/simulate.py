"""segue simulate: arms side by side in a made-up market, under the production engine."""

import shlex
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from segue.cli.console import say, tell, tell_json
from segue.cli.options import Folder, Json
from segue.cli.progress import Progress
from segue.cli.simulate_report import findings_json, make_room, simulation_lines, write_reports
from segue.model.errors import SegueError
from segue.simulation.report.findings import Findings, findings_of
from segue.simulation.sensitivity import Variation, variations, vary
from segue.simulation.side_by_side import run
from segue.simulation.spec import Simulation, read_simulation
from segue.simulation.training import lives_before


def simulate(
    folder: Folder = Path(),
    name: Annotated[str, Parameter(help="Which simulation, where there are several.")] = "",
    *,
    customers: int | None = None,
    weeks: int | None = None,
    seed: str | None = None,
    processes: int = 1,
    varied: Annotated[list[str] | None, Parameter(name="--vary", consume_multiple=True, negative="")] = None,
    report: Path | None = None,
    markdown: Path | None = None,
    json: Json = False,
) -> None:
    """Run a simulation: made-up customers live with each arm's workspace, in virtual time, under the production engine.

    All arms get the same customers with the same draws, so they differ by what was done alone. Nothing is sent. What it
    shows holds for the market as it is declared (`simulations/NAME.yaml`), not for your customers.

    Parameters
    ----------
    customers
        Instead of as many as the file says.
    weeks
        Instead of as many as the file says.
    seed
        Instead of the file's: another town with the same rules.
    processes
        How many share the work; an arm in which customers share something is led by one of them.
    varied
        Run all arms twice more for each assumption of the market, at its low and at its high end: those named, with
        commas between, or all.
    report
        An HTML page with everything, for any browser; it loads nothing.
    markdown
        The same words and numbers in Markdown.
    """
    if processes < 1:
        raise SegueError(f"{processes} processes cannot do anything.", "Give 1 or more.")
    simulation = read_simulation(folder, name, customers=customers, weeks=weeks, seed=seed)
    only = tuple(part for each in varied or () for part in each.split(",") if part)
    chosen = () if varied is None else variations(simulation.setting.market, only)
    again = _command(folder, simulation, None if varied is None else only)
    make_room(report, markdown)
    findings = _run(simulation, chosen, processes, again)
    write_reports(findings, report, markdown)
    if json:
        tell_json(findings_json(findings))
        return
    for line in simulation_lines(findings):
        tell(line)
    for file in (report, markdown):
        if file is not None:
            say(f"Wrote {file}.")


def _run(simulation: Simulation, chosen: tuple[Variation, ...], processes: int, command: str) -> Findings:
    lives = len(simulation.arms) * simulation.setting.customers + lives_before(simulation.seasons)
    progress = Progress((1 + len(chosen)) * lives, "lives")
    try:
        result, accounts = run(simulation, processes=processes, progress=lambda arm, count: progress.add(count, arm))
        found = vary(
            simulation, chosen, accounts, processes=processes, progress=lambda what, count: progress.add(count, what)
        )
    finally:
        progress.close()
    return findings_of(simulation, result, command=command, varied=found)


def _command(folder: Path, simulation: Simulation, only: tuple[str, ...] | None) -> str:
    """Return the command that runs the same again, whatever the file will say by then of sizes and the seed.

    How many processes share the work makes no difference to what comes out, so it is not said.
    """
    setting = simulation.setting
    words = ["segue", "simulate", "--workspace", str(folder), "--name", simulation.name]
    words += ["--customers", str(setting.customers), "--weeks", str(setting.weeks), "--seed", setting.seed]
    words += [] if only is None else ["--vary", *([",".join(only)] if only else [])]
    return shlex.join(words)
