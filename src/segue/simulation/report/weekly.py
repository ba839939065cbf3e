"""Week by week: what happened in each arm, as curves."""

from segue.measurement.drawing import Line, Markup, line_chart, section, tag
from segue.measurement.drawing.frame import legend
from segue.measurement.drawing.page import figure
from segue.simulation.report.findings import Findings
from segue.simulation.side_by_side import CURVES

TITLES = {
    "contact": "Contacts",
    "report/clicked": "Clicks",
    "opt_out": "Opt-outs",
    "conversion": "Conversions",
    "sum": "Value",
}


def weekly(findings: Findings) -> Markup | None:
    """Return the curves of all that is drawn, each per customer and week; None where nothing happened."""
    result = findings.result
    along = [str(week + 1) for week in range(result.weeks)]
    drawings = []
    for name in CURVES:
        lines = [
            Line(
                label=curve.arm,
                values=curve.values,
                lows=curve.lows,
                highs=curve.highs,
                series=findings.series(curve.arm),
            )
            for curve in result.curves
            if curve.name == name
        ]
        if lines:
            title = TITLES.get(name, name)
            chart = line_chart(lines, title=f"{title} by week", along=along, axis="week")
            drawings.append(figure(title, chart))
    if not drawings:
        return None
    told = (
        "Per customer of the first day; who has left counts with nothing. Bands are 95 % intervals of each arm's week "
        "by itself; the same customers live under each arm, so arms are told apart better than by their bands."
    )
    return section(
        "Week by week",
        tag("p", told, class_="soft small"),
        legend((findings.series(arm), arm) for arm in result.arms),
        tag("div", *drawings, class_="pair"),
    )
