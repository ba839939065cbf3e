"""The head of the report: what this is and is not, and every figure of every arm at one look."""

from segue.measurement.drawing import SHARE, Markup, between, number, section, table, tag
from segue.measurement.drawing.markup import join
from segue.simulation.figures import Figure, Told
from segue.simulation.report.doubts import doubts
from segue.simulation.report.findings import Findings
from segue.simulation.report.reading import amount, apart_of, chip, figures_of, headline, read, titled, unit_of
from segue.simulation.report.varying import carrying


def notice(findings: Findings) -> Markup:
    """Return what nobody may overlook: nobody was asked, and what the result rests on."""
    result = findings.result
    first = (
        f"Nothing here was measured on people. {result.customers:,} invented customers of the market "
        f"\u201c{result.market.name}\u201d lived {result.weeks} weeks with each arm; the production engine decided, "
        "nothing was sent. All arms have the same customers with the same luck, so they differ only by what was "
        "done to them."
    )
    second = (
        "What it shows holds for this market and not for your customers. It tells which way of working holds up "
        "where the assumptions are right; what it brings with you, only an experiment with a holdout can tell."
    )
    return section(
        "These are made-up customers",
        tag("p", first),
        tag("p", second),
        *(tag("p", tag("strong", each)) for each in doubts(findings)),
        *(tag("p", each) for each in carrying(findings)),
        class_="notice",
    )


def at_a_glance(findings: Findings) -> Markup:
    """Return the differences of all figures to the baseline, an arm a column."""
    result, others = findings.result, findings.others
    if not others:
        return section("At a glance", tag("p", "There is one arm, so there is nothing to compare."))
    rows = [
        [
            titled(figure.what),
            _base(result.of(result.baseline, figure.name), figure),
            *(_cell(result.of(arm, figure.name), figure) for arm in others),
        ]
        for figure in figures_of(findings)
    ]
    sentences = [tag("li", tag("strong", f"{arm}: "), headline(findings, arm)) for arm in others]
    count = len(rows) * len(others)
    doubt = (
        f"Below each difference its 95 % interval. Of {count} intervals about {count / 20:.0f} can be expected "
        if count >= 10
        else "Below each difference its 95 % interval. One of twenty such intervals can be expected "
    )
    return section(
        "At a glance",
        tag("ul", *sentences),
        table(["", f"{result.baseline} (baseline)", *others], rows, class_="glance"),
        tag(
            "p",
            f"{doubt}to miss what it should hold. \u201cNo clear difference\u201d is no proof of none.",
            class_="soft small",
        ),
    )


def _base(told: Told | None, figure: Figure) -> str:
    if told is None:
        return number(None)
    value, _, ends = amount(told.estimate, unit_of(figure)).partition(" (")
    return join([tag("span", value, class_="big"), tag("span", ends.rstrip(")"), class_="ends")])


def _cell(told: Told | None, figure: Figure) -> str:
    if told is None or told.ahead is None:
        return number(None)
    reading = read(told.ahead, told.relative, figure)
    estimate, unit = (told.ahead, apart_of(figure)) if told.relative is None else (told.relative, SHARE)
    value, _, ends = between(estimate.value, estimate.low, estimate.high, unit, signed=True).partition(" (")
    big = tag("span", value, class_=f"big {reading.tone}".strip())
    within = ends.rstrip(")") + (", absolute" if told.relative is None else "")
    return join([big, tag("span", within, class_="ends"), chip(reading)])
