"""The whole page of a simulation's report."""

from segue.measurement.drawing import Markup, page, tag
from segue.measurement.drawing.frame import legend
from segue.simulation.report.again import again
from segue.simulation.report.comparing import figure_sections
from segue.simulation.report.counted import counted
from segue.simulation.report.findings import Findings
from segue.simulation.report.market import market
from segue.simulation.report.overview import at_a_glance, notice
from segue.simulation.report.schooling import schooling
from segue.simulation.report.varying import sensitivity
from segue.simulation.report.weekly import weekly


def report_page(findings: Findings) -> str:
    """Return the report as one HTML page that loads nothing."""
    result = findings.result
    parts: list[Markup | None] = [
        notice(findings),
        at_a_glance(findings),
        schooling(findings),
        legend((findings.series(arm), arm) for arm in result.arms),
        *figure_sections(findings),
        weekly(findings),
        sensitivity(findings),
        market(findings),
        counted(findings),
        again(findings),
    ]
    return page(
        result.name,
        *(part for part in parts if part is not None),
        kicker="Simulation, arms side by side",
        lead=result.description or f"{result.customers:,} made-up customers, {result.weeks} weeks",
        footer=tag(
            "p", "Intervals: residents are the unit, ratios by the delta method, differences resident by resident."
        ),
    )
