"""Making a report: every section that the period has something for."""

from collections.abc import Callable

from msgspec.structs import replace

from segue.measurement.reports.channels import contributions_section, paths_section
from segue.measurement.reports.cohorts import cohorts_section
from segue.measurement.reports.effects import effects_section
from segue.measurement.reports.holdouts import broken_channels, check_holdouts, holdouts_alarm, without_broken
from segue.measurement.reports.orchestration import orchestration_section
from segue.measurement.reports.outcomes import outcomes_section
from segue.measurement.reports.period import Period
from segue.measurement.reports.sections import Report, Section
from segue.measurement.reports.unusual import unusual_section
from segue.measurement.reports.ways import ways_section

SECTIONS: tuple[Callable[[Period], Section | None], ...] = (
    contributions_section,
    outcomes_section,
    orchestration_section,
    paths_section,
    ways_section,
    cohorts_section,
    unusual_section,
)
"""Those after what orchestration caused."""


def make_report(period: Period) -> Report:
    """Return what the log says of ``period``. Where the split of the groups is broken, nothing is told to be caused;
    where that of a holdout is, nothing of its channels and journeys.
    """
    effects = effects_section(period)
    alarm = effects.lead if effects is not None and effects.data.split is not None and not effects.data.readings else ""
    checks = {} if alarm else check_holdouts(period)
    measurable = replace(period.workspace, holdouts={}) if alarm else without_broken(period.workspace, checks)
    alarm = alarm or holdouts_alarm(period.workspace, checks)
    doubted = broken_channels(period.workspace, checks)
    period = replace(period, workspace=measurable, splits=checks, doubted=doubted)
    sections = [section for section in (effects, *(make(period) for make in SECTIONS)) if section is not None]
    return Report(
        workspace=period.workspace.name,
        currency=period.workspace.currency,
        begin=period.begin,
        end=period.end,
        customers=period.one("SELECT count(DISTINCT customer_id) FROM events")[0],
        sections=tuple(sections),
        alarm=alarm,
        holdouts=checks,
    )
