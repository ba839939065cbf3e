"""The report of a simulation: one page for people, the same in Markdown, and what both are made from."""

from segue.simulation.report.findings import Findings, findings_of
from segue.simulation.report.markdown import markdown
from segue.simulation.report.whole import report_page

__all__ = ["Findings", "findings_of", "markdown", "report_page"]
