"""Reports: what a log says of orchestration, section by section: what it caused, and what merely happened."""

from segue.measurement.reports.making import make_report
from segue.measurement.reports.period import Period, open_period
from segue.measurement.reports.sections import Report, Section, Table

__all__ = ["Period", "Report", "Section", "Table", "make_report", "open_period"]
