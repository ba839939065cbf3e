"""The report in Markdown, for pull requests and notes: the same words and numbers, without the drawings."""

from collections.abc import Iterator, Sequence

from segue.measurement.drawing import SHARE
from segue.simulation.figures import Figure, Told
from segue.simulation.report.again import stated
from segue.simulation.report.doubts import doubts
from segue.simulation.report.findings import Findings
from segue.simulation.report.reading import amount, apart_of, assumed, figures_of, headline, read, titled, unit_of
from segue.simulation.report.schooling import HEAD, SEASON_WORDS, decisions_of, models_of, notes_of, season_of
from segue.simulation.report.varying import carrying, overturned


def markdown(findings: Findings, *, has_moves: bool = True) -> str:
    """Return the report as a Markdown page.

    Args:
        has_moves: with every figure of every arm under every variation; else only with what is read differently.
    """
    result = findings.result
    lines = [
        f"# Simulation: {_plain(result.name)}",
        "",
        *([_plain(result.description), ""] if result.description else []),
        f"**These are made-up customers.** {result.customers:,} of the market "
        f"\u201c{_plain(result.market.name)}\u201d lived {result.weeks} weeks with each arm. "
        "What it shows holds for this market, not for your customers.",
        "",
        *(f"**{_plain(each)}**\n" for each in doubts(findings)),
        *(f"{_plain(each)}\n" for each in carrying(findings)),
        *(f"- **{_plain(arm)}**: {_plain(headline(findings, arm))}" for arm in findings.others),
        *_schooling(findings),
        *_figures(findings),
        *_varied(findings, has_moves=has_moves),
        "",
        "## The market",
        "",
        _plain(result.market.summary),
        "",
        *_table(
            ("assumption", "name", "here", "from low to high"),
            [
                (each.what, each.name, assumed(each.value), f"{assumed(each.low)} to {assumed(each.high)}")
                for each in result.market.assumptions
            ],
        ),
        "",
        "## Run it again",
        "",
        f"    {findings.command}",
        "",
        *_table(("what", "value"), stated(findings)),
        "",
        *_table(
            ("arm", "workspace", "policy", "revision"),
            [(a.arm, a.workspace, a.policy, a.revision) for a in findings.arms],
        ),
    ]
    return "\n".join([*lines, ""])


def _schooling(findings: Findings) -> Iterator[str]:
    told = findings.result.schooling
    if not told:
        return
    yield from ("", "## What was learnt before the first day", "")
    yield from _table(HEAD, [(e.arm, season_of(e), decisions_of(e), " ".join(models_of(e))) for e in told])
    yield ""
    yield from (f"- {_plain(f'{each.arm}: {line}')}" for each in told for line in notes_of(each))
    yield from ("", SEASON_WORDS)


def _figures(findings: Findings) -> Iterator[str]:
    result = findings.result
    for figure in figures_of(findings):
        better = f" ({figure.better} is better)" if figure.better else ""
        yield from ("", f"## {titled(figure.what)}{better}", "")
        told = [each for arm in result.arms if (each := result.of(arm, figure.name)) is not None]
        head = ("arm", "95 % interval", f"above {result.baseline}", "in percent", "")
        yield from _table(head, [_row(each, figure) for each in told])


def _row(told: Told, figure: Figure) -> tuple[str, ...]:
    unit = unit_of(figure)
    if told.ahead is None:
        return told.arm, amount(told.estimate, unit), "", "", "baseline"
    apart = amount(told.ahead, apart_of(figure), signed=True), amount(told.relative, SHARE, signed=True)
    return told.arm, amount(told.estimate, unit), *apart, read(told.ahead, told.relative, figure).word


def _varied(findings: Findings, *, has_moves: bool) -> Iterator[str]:
    if not findings.varied:
        return
    yield from ("", "## What if the assumptions are wrong?", "")
    changed = overturned(findings)
    yield from (f"- {_plain(f'{name}: {each}')}" for name, readings in changed.items() for each in readings)
    if not changed:
        yield "No reading of any figure changes."
    if not has_moves:
        return
    by_name = {figure.name: figure for figure in figures_of(findings)}
    rows = [
        (
            f"{varied.assumption.name} {assumed(varied.value)}",
            moved.arm,
            by_name[moved.figure].what,
            amount(moved.ahead, apart_of(by_name[moved.figure]), signed=True),
            amount(moved.shift, apart_of(by_name[moved.figure]), signed=True),
        )
        for varied in findings.varied
        for moved in varied.moved
        if moved.figure in by_name
    ]
    yield ""
    head = ("assumption", "arm", "figure", f"above {findings.result.baseline}", "change by varying")
    yield from _table(head, rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(_plain(cell) for cell in line)} |" for line in lines] if rows else []


def _plain(text: str) -> str:
    """Return text with nothing that Markdown or HTML would take for its own."""
    flat = " ".join(text.split())
    return "".join(f"\\{sign}" if sign in "\\|`*_<>[]#" else sign for sign in flat)
