"""A case's page: what was promised beside what was measured, in every market, and what the result rests on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from examples.cases import goals
from segue.simulation.account import Accounts
from segue.simulation.report.findings import Findings, findings_of
from segue.simulation.report.markdown import markdown
from segue.simulation.report.reading import assumed
from segue.simulation.report.whole import report_page
from segue.simulation.sensitivity import Variation, Varied, variations, vary
from segue.simulation.side_by_side import run, told_of
from segue.simulation.spec import Simulation, read_simulation

EXAMPLES = Path(__file__).parents[1]
RESTS = (
    "Each assumption alone at its low and its high end, with fewer customers than above, so intervals are wider. In "
    "bold: an interval that does not hold what it is with nothing varied. Two assumptions that are wrong together may "
    "do more."
)


class Case(Struct, frozen=True, kw_only=True):
    """One case.

    Attributes:
        told: what the mission tells, and what was built for it.
        made: what the reader has to know of how it came about.
        place: the workspace that holds its simulations; ``simulations`` are their names.
        customers: of each simulation, instead of what its file says; 0 for the file's.
        seed: of each simulation, instead of what its file says; "" for the file's.
        varied: the assumptions to vary, by kind of market; all of them where none is named, none where the market is
            not there. With so many customers, and these arms.
        beyond: what else there is to say of a simulation that was run: Markdown, with headings of the fourth level.
    """

    name: str
    title: str
    told: str
    made: str = ""
    place: str
    simulations: tuple[str, ...]
    customers: int = 0
    seed: str = ""
    goals: goals.Goals
    varied: dict[str, tuple[str, ...]]
    customers_varied: int
    arms_varied: tuple[str, ...]
    beyond: Callable[[Simulation, Mapping[str, Accounts]], list[str]] | None = None


class Elsewhere(Struct, frozen=True):
    """The promises in a market in which one assumption is another number; ``None`` where nothing was varied."""

    variation: Variation | None
    rows: list[goals.Row]


def pages_of(case: Case, *, processes: int = 1, customers: int = 0, seed: str = "") -> dict[str, str]:
    """Run a case, with so many customers and another seed than its own where they are given.

    Returns:
        by the name of its file, the page, and for each simulation a report with plots.
    """
    promises: list[str] = []
    rests: list[str] = []
    details: list[str] = []
    reports: dict[str, str] = {}
    for name in case.simulations:
        size = customers or case.customers or None
        simulation = read_simulation(EXAMPLES / case.place, name, customers=size, seed=seed or case.seed or None)
        findings, rows, lived, elsewhere = _simulated(case, simulation, processes)
        file = f"{case.name}-{name}.html"
        reports[file] = report_page(findings)
        plots = f"Week by week and with plots: [{file}]({file})."
        promises += [f"### Market {_market(findings)}: {_size(findings)}", "", *_table(rows), "", plots, ""]
        promises += case.beyond(simulation, lived) if case.beyond is not None else []
        rests += _carried(case, findings, elsewhere)
        details += [*_below(markdown(findings, has_moves=False)), ""]
    lines = [*_head(case), *promises, *(["## What it rests on", "", RESTS, "", *rests] if rests else []), *details]
    return {f"{case.name}.md": "\n".join(lines).rstrip() + "\n", **reports}


def _head(case: Case) -> list[str]:
    return [
        f"# {case.title}",
        "",
        case.told,
        "",
        *([f"**How it came about.** {case.made}", ""] if case.made else []),
        "**Simulated.** The customers are made up, and so is what they do; the engine, the journeys, the rules and the "
        f"agent are those of production. What carries the result is said below; {_said_of(case)}",
        "",
        "## Promised and measured",
        "",
    ]


def _simulated(
    case: Case, simulation: Simulation, processes: int
) -> tuple[Findings, list[goals.Row], Mapping[str, Accounts], list[Elsewhere]]:
    result, lived = run(simulation, processes=processes)
    varied, elsewhere = _varied(case, simulation, processes)
    setting = simulation.setting
    command = f"segue simulate --workspace examples/{case.place} --name {simulation.name}"
    command += f" --customers {setting.customers} --seed {setting.seed}"
    findings = findings_of(simulation, result, command=command, varied=varied)
    return findings, case.goals(result, lived), lived, elsewhere


def _varied(case: Case, simulation: Simulation, processes: int) -> tuple[tuple[Varied, ...], list[Elsewhere]]:
    """Run fewer arms with fewer customers, once as they are and once for each end of each assumption."""
    only = case.varied.get(simulation.setting.market.kind)
    if only is None:
        return (), []
    setting = replace(simulation.setting, customers=min(case.customers_varied, simulation.setting.customers))
    arms = {arm: simulation.arms[arm] for arm in simulation.arms if arm in case.arms_varied}
    small = replace(simulation, setting=setting, arms=arms, spec=replace(simulation.spec, customers=setting.customers))
    result, before = run(small, processes=processes)
    elsewhere = [Elsewhere(None, case.goals(result, before))]

    def hear(variation: Variation, now: Mapping[str, Accounts]) -> None:
        there = replace(small, setting=replace(setting, market=variation.market))
        elsewhere.append(Elsewhere(variation, case.goals(told_of(there, now), now)))

    chosen = variations(setting.market, only)
    return vary(small, chosen, before, processes=processes, heard=hear), elsewhere


def _said_of(case: Case) -> str:
    return "how it changes when that is varied, too." if case.varied else "in this run nothing was varied."


def _market(findings: Findings) -> str:
    return f"\u201c{findings.result.market.name}\u201d"


def _size(findings: Findings) -> str:
    return f"{findings.result.customers:,} customers, {findings.result.weeks} weeks, seed `{findings.result.seed}`"


def _table(rows: Sequence[goals.Row]) -> Iterator[str]:
    yield "| | promised | measured (95 %) | |"
    yield "|---|---|---|---|"
    for row in rows:
        yield f"| {row.what} | {row.goal} | {row.measured} | {_verdict(row)} |"


def _verdict(row: goals.Row) -> str:
    if not row.goal:
        return ""
    return "reached" if row.is_reached else "**not reached**"


def _carried(case: Case, findings: Findings, elsewhere: Sequence[Elsewhere]) -> list[str]:
    """Return the promises under each variation: one line for each, with those that come out otherwise in bold."""
    if not elsewhere:
        return []
    here = [row for row in elsewhere[0].rows if row.goal]
    heads = [row.what for row in here]
    customers = min(case.customers_varied, findings.result.customers)
    lines = [
        f"### Market {_market(findings)}: the first {customers:,} customers",
        "",
        f"| assumption | here | there | {' | '.join(heads)} |",
        f"|---|---|---|{'---|' * len(heads)}",
    ]
    for each in elsewhere:
        told = [row for row in each.rows if row.goal]
        cells = [_otherwise(now, then) for now, then in zip(told, here, strict=True)]
        if each.variation is None:
            lines.append(f"| nothing varied | | | {' | '.join(cells)} |")
        else:
            stated = each.variation.assumption
            lines.append(
                f"| {stated.what} | {assumed(stated.value)} | {assumed(each.variation.value)} | {' | '.join(cells)} |"
            )
    return [*lines, ""]


def _otherwise(there: goals.Row, here: goals.Row) -> str:
    """Return what was measured; in bold where its interval does not hold what it is with nothing varied."""
    is_elsewhere = there.is_reached != here.is_reached
    if here.estimate is not None:
        is_elsewhere = (
            there.estimate is not None and not there.estimate.low <= here.estimate.value <= there.estimate.high
        )
    return f"**{there.measured}**" if is_elsewhere else there.measured


def _below(page: str) -> list[str]:
    """Return a page one level further down."""
    return [f"#{line}" if line.startswith("#") else line for line in page.splitlines()]
