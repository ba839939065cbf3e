"""Making a report: every section that the period has something for."""

from collections.abc import Callable

from segue.measurement.reports.channels import contributions_section, paths_section
from segue.measurement.reports.cohorts import cohorts_section
from segue.measurement.reports.effects import effects_section
from segue.measurement.reports.orchestration import orchestration_section
from segue.measurement.reports.outcomes import outcomes_section
from segue.measurement.reports.period import Period
from segue.measurement.reports.sections import Report, Section
from segue.measurement.reports.unusual import unusual_section
from segue.measurement.reports.ways import ways_section

SECTIONS: tuple[Callable[[Period], Section | None], ...] = (
    effects_section,
    contributions_section,
    outcomes_section,
    orchestration_section,
    paths_section,
    ways_section,
    cohorts_section,
    unusual_section,
)


def make_report(period: Period) -> Report:
    """Return what the log says of ``period``."""
    sections = [section for make in SECTIONS if (section := make(period)) is not None]
    return Report(
        workspace=period.workspace.name,
        currency=period.workspace.currency,
        begin=period.begin,
        end=period.end,
        customers=period.one("SELECT count(DISTINCT customer_id) FROM events")[0],
        sections=tuple(sections),
    )
