"""What `segue simulate` tells: on the screen, as JSON, and into files."""

import os
from pathlib import Path
from typing import Any

import msgspec

from segue.cli.console import columns
from segue.measurement.drawing import SHARE
from segue.model.errors import SegueError
from segue.simulation.figures import FIGURES, Figure, Told
from segue.simulation.report.doubts import doubts
from segue.simulation.report.findings import Findings
from segue.simulation.report.reading import amount, apart_of, unit_of
from segue.simulation.report.schooling import decisions_of, models_of, season_of
from segue.simulation.report.varying import overturned


def simulation_lines(findings: Findings) -> list[str]:
    """Return what came of the arms as people read it."""
    result = findings.result
    lines = [
        f"{result.customers:,} made-up customers, {result.weeks} weeks, market {result.market.name!r}; 95 % intervals",
        "What it shows holds for this market, not for your customers.",
        *doubts(findings),
    ]
    for figure in FIGURES:
        told = [each for arm in result.arms if (each := result.of(arm, figure.name)) is not None]
        if not told:
            continue
        better = f" ({figure.better} is better)" if figure.better else ""
        lines += ["", f"{figure.what}{better}"]
        rows = [("", "", f"above {result.baseline}", "in percent"), *(_row(each, figure) for each in told)]
        lines += [f"  {line}" for line in columns(rows, right=range(1, 4))]
    if result.schooling:
        lines += ["", "What was learnt before the first day"]
    for learnt in result.schooling:
        lines += [f"  {learnt.arm}: {season_of(learnt)}; decisions: {decisions_of(learnt)}"]
        lines += [f"    {line}" for line in models_of(learnt)]
    if findings.varied:
        lines += ["", "What if the assumptions are wrong?"]
        changed = overturned(findings)
        for name, readings in changed.items():
            lines += [f"  {name}", *(f"    {each}" for each in readings)]
        lines += [] if changed else ["  No reading of any figure changes."]
    return lines


def findings_json(findings: Findings) -> dict[str, Any]:
    """Return all that a report tells but how long it took: the result, what it was run with, and what varying did.

    The same simulation gives the same bytes.
    """
    told: dict[str, Any] = msgspec.to_builtins(findings)
    result: dict[str, Any] = told.pop("result")
    del result["seconds"]
    varied = told.pop("varied")
    return result | {"run": told, "varied": varied}


def make_room(*files: Path | None) -> None:
    """Make sure that ``files`` can be written, before the work of hours is done for them.

    Raises:
        SegueError: one cannot.
    """
    for file in files:
        if file is None:
            continue
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SegueError(f"{file} cannot be written: {error.strerror}.", "Give another place.") from error
        if file.is_dir() or not os.access(file if file.exists() else file.parent, os.W_OK):
            raise SegueError(f"{file} cannot be written.", "Give a file in a folder that you may write to.")


def write_reports(findings: Findings, page: Path | None, markdown: Path | None) -> None:
    """Write the report as a page and as Markdown, where a file is given."""
    from segue.simulation.report.markdown import markdown as in_markdown
    from segue.simulation.report.whole import report_page

    if page is not None:
        page.write_text(report_page(findings), encoding="utf-8")
    if markdown is not None:
        markdown.write_text(in_markdown(findings), encoding="utf-8")


def _row(told: Told, figure: Figure) -> tuple[str, ...]:
    ahead = "" if told.ahead is None else amount(told.ahead, apart_of(figure), signed=True)
    relative = "" if told.relative is None else amount(told.relative, SHARE, signed=True)
    return told.arm, amount(told.estimate, unit_of(figure)), ahead, relative
