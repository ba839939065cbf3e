"""segue tradeoff: what more of one objective costs in another."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from segue.cli.clock import system_clock
from segue.cli.console import columns, plural, tell, tell_json
from segue.cli.logged import opened
from segue.cli.options import Folder, Json
from segue.cli.tradeoff_page import PER, amounts, page, words_of
from segue.learning.tradeoff import Frontier, find_frontier
from segue.model.errors import SegueError
from segue.model.time import format_instant, parse_instant


def tradeoff(
    folder: Folder = Path(),
    *,
    objectives: Annotated[str, Parameter(help="Two of them, with a comma between; by default the first two.")] = "",
    out: Annotated[Path | None, Parameter(help="Draw it, as a page that needs nothing else.")] = None,
    until: str | None = None,
    json: Json = False,
) -> None:
    """Say what more of one objective costs in another: both, for the policy that each weight between them leads to.

    From logged decisions, doubly robust, with 95 % intervals; nothing is sent. What learns is taught by the earlier
    part of the log and judged by the later one. Where the workspace's own policy does not weigh objectives, `bandit`
    stands in for it.

    Parameters
    ----------
    until
        Decisions up to then only (RFC 3339).
    """
    now = parse_instant(until) if until is not None else system_clock()
    names = tuple(name.strip() for name in objectives.split(",") if name.strip())
    with opened(folder) as logged:
        found = find_frontier(logged.duck, logged.running, names, now)
    if out is not None and found is not None:
        _write(out, page(found))
    if json:
        tell_json(found)
        return
    if found is None:
        tell("Not enough evidence: the log has too few decisions that chance made.")
        return
    for line in tradeoff_lines(found):
        tell(line)
    if out is not None:
        tell(f"\nWrote {out}.")


def tradeoff_lines(found: Frontier) -> list[str]:
    """Return the frontier as people read it: amounts for a thousand decisions."""
    first, second = found.objectives
    period = f"{format_instant(found.since)} to {format_instant(found.until)}"
    head = f"{plural(found.decisions, 'decision')}, {period}, after {found.learnt_from:,} that taught {found.policy}"
    names = (f"{first} for {PER:,} decisions", f"{second} for {PER:,} decisions", f"{found.currency} for {PER:,}")
    rows = [("weights", *names, "effective samples", "")]
    for point in found.points:
        weights = f"{point.weights[0]:g} : {point.weights[1]:g}"
        told = (amounts(point.first), amounts(point.second), amounts(point.value))
        rows.append((weights, *told, f"{point.effective_samples:,.0f}", words_of(point)))
    harms = [name for name, is_harm in zip(found.objectives, found.are_harms, strict=True) if is_harm]
    lines = [head, "", *(f"  {line}" for line in columns(rows, right=(1, 2, 3, 4))), ""]
    lines += [f"Of {' and '.join(harms)}, less is better."] if harms else []
    return lines


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = f"{path} cannot be written: {error.strerror}."
        raise SegueError(reason, "Name a file in a folder that exists and can be written.") from None
