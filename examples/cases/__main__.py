"""Simulate the four cases of the mission and write what came of them to docs/cases.

    python -m examples.cases [CASE ...] [--quick] [--processes 2]

Each page has the promise beside what was measured, then every figure of every arm with its interval, how the result
changes when assumptions are varied, and the command that runs it again.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from examples.cases import goals
from segue.simulation.report.findings import Findings, findings_of
from segue.simulation.report.markdown import markdown
from segue.simulation.sensitivity import Varied, variations, vary
from segue.simulation.side_by_side import run
from segue.simulation.spec import Simulation, read_simulation

EXAMPLES = Path(__file__).parents[1]
DOCS = EXAMPLES.parent / "docs" / "cases"
QUICK = 60
"""Customers of `--quick`: enough to see that everything runs, too few to tell anything."""


class Case(Struct, frozen=True, kw_only=True):
    """One case.

    Attributes:
        told: what the mission tells, and what was built for it.
        made: what the reader has to know of how it came about.
        place: the workspace that holds its simulations; ``simulations`` are their names.
        customers: of each simulation, instead of what its file says, so that all pages take minutes; 0 for the file's.
        varied: the assumptions to vary, by market; with so many customers, and these arms.
    """

    name: str
    title: str
    told: str
    made: str = ""
    place: str
    simulations: tuple[str, ...]
    customers: int = 0
    goals: goals.Goals
    varied: dict[str, tuple[str, ...]]
    customers_varied: int
    arms_varied: tuple[str, ...]


CASES = (
    Case(
        name="two-channels",
        title="Two channels: whoever does not open the mail sees the offer as an ad",
        told="Every Monday an offer goes out by e-mail. In one arm, whoever has not opened it after 48 hours sees the "
        "same offer as a display ad until the week is over, or until they order. What the ad adds is the difference to "
        "the arm with the mail alone.",
        place="two_channel_lift/mail_then_ad",
        simulations=("shop",),
        customers=600,
        goals=goals.two_channels,
        varied={"fatigue": ("ads",)},
        customers_varied=200,
        arms_varied=("mail_only", "mail_then_ad"),
    ),
    Case(
        name="fitness-app",
        title="The fitness app: three teams, or one conversation",
        told="An app whose subscribers get 8.4 messages a week from three teams; 6.2 % leave in a month. "
        "One weekly cap of four over all channels, messages only to those who have not trained for two days, one "
        "sequence for those who are about to leave, and an agent that chooses theme, channel, or silence.",
        made="The orchestrated workspace is the fourth version; the three before were looked at in the same "
        "markets, with the same first customers. What was promised of churn is told beside the silos of this "
        "very run, since with so few customers they may lie off 6.2 % by chance.",
        place="fitness_retention/orchestrated",
        simulations=("fatigue", "attention", "habit"),
        customers=300,
        goals=goals.fitness,
        varied={"fatigue": ("churn_tired",), "attention": ("leaves",), "habit": ("away",)},
        customers_varied=100,
        arms_varied=("silos", "rules"),
    ),
    Case(
        name="triggers-and-batch",
        title="The same message: triggered, or in a weekly batch",
        told="A reminder of what was left in the cart: half an hour later, or on Monday to everybody who left one in "
        "the last seven days. Counted are the orders above those of customers who get nothing, for each message sent.",
        made="How long somebody is after something, a day and a half on average, is an assumption that was chosen "
        "knowing which lengths give three to eight times; it is the one that is varied below.",
        place="trigger_or_batch/triggered",
        simulations=("shop",),
        customers=2500,
        goals=goals.triggers,
        varied={"fatigue": ("intent_lasts",)},
        customers_varied=800,
        arms_varied=("weekly_batch", "triggered", "silence"),
    ),
    Case(
        name="one-conversation",
        title="Journeys that know of each other",
        told="A newsletter, a sale and a cart reminder: as three campaigns that do not know of each other, or as one "
        "conversation. The messages are the same.",
        made="Both sides are about the seventh version, looked at in the same market; one change was to the "
        "uncoordinated side, from 9.6 to 5.4 messages a week, after which it is the harder one to beat.",
        place="one_conversation/coordinated",
        simulations=("shop",),
        customers=250,
        goals=goals.one_conversation,
        varied={"fatigue": ("tiring",)},
        customers_varied=100,
        arms_varied=("uncoordinated", "coordinated"),
    ),
)


def main(words: list[str]) -> None:
    """Write the pages."""
    parser = argparse.ArgumentParser(prog="python -m examples.cases", description=__doc__)
    parser.add_argument("cases", nargs="*", help=f"of {', '.join(case.name for case in CASES)}; all by default")
    parser.add_argument("--quick", action="store_true", help="few customers, nothing varied: to see that it runs")
    parser.add_argument("--unvaried", action="store_true", help="vary no assumption: several times as fast")
    parser.add_argument("--customers", type=int, default=0, help="instead of those of the case")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--into", type=Path, default=DOCS)
    given = parser.parse_args(words)
    given.into.mkdir(parents=True, exist_ok=True)
    for case in CASES:
        if not given.cases or case.name in given.cases:
            simulated = replace(case, varied={}) if given.unvaried or given.quick else case
            size = QUICK if given.quick else given.customers
            page = page_of(simulated, processes=given.processes, customers=size)
            (given.into / f"{case.name}.md").write_text(page)
            sys.stdout.write(f"{case.name}: {given.into / f'{case.name}.md'}\n")


def page_of(case: Case, *, processes: int = 1, customers: int = 0) -> str:
    """Run a case, with so many customers instead of its own where they are given, and return its page."""
    promises: list[str] = []
    details: list[str] = []
    for name in case.simulations:
        findings, rows = _simulated(case, name, processes=processes, customers=customers)
        market = findings.result.market.name
        size = f"{findings.result.customers:,} customers, {findings.result.weeks} weeks"
        promises += [f"### Market \u201c{market}\u201d: {size}", "", *_table(rows), ""]
        details += [*_below(markdown(findings)), ""]
    lines = [
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
        *promises,
        *details,
    ]
    return "\n".join(lines).rstrip() + "\n"


def _said_of(case: Case) -> str:
    return "how it changes when that is varied, too." if case.varied else "in this run nothing was varied."


def _simulated(case: Case, name: str, *, processes: int, customers: int) -> tuple[Findings, list[goals.Row]]:
    place = EXAMPLES / case.place
    simulation = read_simulation(place, name, customers=customers or case.customers or None)
    result, lived = run(simulation, processes=processes)
    varied = _varied(case, simulation, processes) if case.varied else ()
    command = f"segue simulate --workspace examples/{case.place} --name {name} --customers {result.customers}"
    return findings_of(simulation, result, command=command, varied=varied), case.goals(result, lived)


def _varied(case: Case, simulation: Simulation, processes: int) -> tuple[Varied, ...]:
    """Run fewer arms with fewer customers, once as they are and once for each end of each assumption."""
    setting = replace(simulation.setting, customers=case.customers_varied)
    arms = {arm: simulation.arms[arm] for arm in case.arms_varied}
    small = replace(simulation, setting=setting, arms=arms, spec=replace(simulation.spec, customers=setting.customers))
    _, before = run(small, processes=processes)
    return vary(small, variations(setting.market, case.varied[setting.market.kind]), before, processes=processes)


def _table(rows: list[goals.Row]) -> Iterator[str]:
    yield "| | promised | measured (95 %) | |"
    yield "|---|---|---|---|"
    for row in rows:
        verdict = "" if not row.goal else "reached" if row.is_reached else "**not reached**"
        yield f"| {row.what} | {row.goal} | {row.measured} | {verdict} |"


def _below(page: str) -> list[str]:
    """Return a page one level further down."""
    return [f"#{line}" if line.startswith("#") else line for line in page.splitlines()]


if __name__ == "__main__":
    main(sys.argv[1:])
