"""A report as a page, and as Markdown."""

from segue.measurement.drawing import page, section, table, tag
from segue.measurement.drawing.markup import Markup
from segue.measurement.reports.sections import Report, Section, Table

FORMULAS = "docs/reference/formulas.md"
CAUSAL, DESCRIPTIVE = "caused, by lot", "describes, does not prove"


def as_page(report: Report) -> str:
    """Return the report as one HTML page that needs nothing else."""
    return page(
        f"What orchestration brought: {report.workspace}",
        *(
            [section("Before you read on", tag("p", tag("strong", report.alarm)), class_="notice")]
            if report.alarm
            else []
        ),
        *(_section(each) for each in report.sections),
        kicker="Measured from the log",
        lead=_period(report),
        footer=f"Every figure names its formula in the JSON form of this report; {FORMULAS} explains each.",
    )


def as_markdown(report: Report) -> str:
    """Return the report as Markdown."""
    alarm = ["", f"**{report.alarm}**"] if report.alarm else []
    lines = [f"# What orchestration brought: {report.workspace}", *alarm, "", _period(report)]
    for each in report.sections:
        lines += ["", f"## {each.title}", "", f"*{_standing(each)}.* {each.lead}"]
        for shown in each.tables:
            lines += ["", *([f"**{shown.caption}**", ""] if shown.caption else []), *_markdown_table(shown)]
        lines += ["", *(f"- {note}" for note in each.notes)]
    return "\n".join([*lines, "", f"Every figure names its formula in the JSON form; see {FORMULAS}.", ""])


def _period(report: Report) -> str:
    days = (report.end - report.begin).days
    return (
        f"{report.begin:%Y-%m-%d %H:%M} to {report.end:%Y-%m-%d %H:%M} UTC ({days} days), "
        f"{report.customers:,} customers, amounts in {report.currency}."
    )


def _standing(each: Section) -> str:
    return CAUSAL.capitalize() if each.is_causal else DESCRIPTIVE.capitalize()


def _section(each: Section) -> Markup:
    return section(
        each.title,
        tag("p", tag("em", f"{_standing(each)}. "), each.lead),
        *(Markup(drawing) for drawing in each.drawings),
        *(table(shown.head, shown.rows, caption=shown.caption, right=shown.right) for shown in each.tables),
        *(tag("p", note, class_="note") for note in each.notes),
    )


def _markdown_table(shown: Table) -> list[str]:
    rule = ["---:" if place in shown.right else "---" for place in range(len(shown.head))]
    rows = [shown.head, rule, *shown.rows]
    return ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows]
