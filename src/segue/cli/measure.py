"""segue measure: what the log says of orchestration: what it caused, and what merely happened."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from segue.cli.console import columns, paint, tell, tell_json, write_text
from segue.cli.logged import opened
from segue.cli.options import BROKEN_SPLIT, Folder, Json
from segue.measurement.reports import Report, make_report, open_period
from segue.measurement.reports.lots import lot_of
from segue.measurement.reports.writing import as_markdown, as_page
from segue.measurement.segments import TABLES
from segue.model.time import parse_instant


def measure(
    folder: Folder = Path(),
    *,
    since: str | None = None,
    until: str | None = None,
    by: str = "",
    report: Annotated[Path | None, Parameter(help="Write it as a page that needs nothing else.")] = None,
    markdown: Annotated[Path | None, Parameter(help="Write it as Markdown.")] = None,
    json: Json = False,
) -> int:
    """Say what orchestration brought: what holdouts show that it caused, overall and by channel; what customers came
    to; how they were treated; the ways they took; cohorts; and what was unusual.

    From the workspace's own log; a server may run meanwhile. `segue experiment` reads any other experiment from files.
    The exit code is 4 where the split of the groups is broken: then that comes first, and nothing is told as caused. It
    is 4 too where that of a holdout is: then nothing is told of what its channels and journeys add.

    Parameters
    ----------
    since, until
        This period only (RFC 3339), by default the whole log.
    by
        A trait: which of its values, as they were before the first decision, gain from being contacted?
    """
    begin = parse_instant(since) if since is not None else None
    end = parse_instant(until) if until is not None else None
    with opened(folder, tuple(TABLES)) as logged:
        revisions = logged.duck.execute("SELECT DISTINCT revision FROM main.decisions").fetchall()
        lots = {name: lot_of(logged.revision(name)) for (name,) in revisions}
        found = make_report(open_period(logged.duck, logged.running, begin=begin, end=end, lots=lots, by=by))
    for path, write in ((report, as_page), (markdown, as_markdown)):
        if path is not None:
            write_text(path, write(found))
    if json:
        tell_json(as_data(found))
    else:
        for line in report_lines(found):
            tell(line)
    return BROKEN_SPLIT if found.alarm else 0


def as_data(found: Report) -> dict[str, object]:
    """Return the report as JSON shows it: the results themselves, whose types name their formulas."""
    head = {"workspace": found.workspace, "currency": found.currency, "begin": found.begin, "end": found.end}
    sections = {
        each.name: {"is_causal": each.is_causal, "lead": each.lead, "notes": each.notes, "data": each.data}
        for each in found.sections
    }
    standing = {"alarm": found.alarm, "holdouts": found.holdouts, "customers": found.customers}
    return {**head, **standing, "sections": sections}


def report_lines(found: Report) -> list[str]:
    """Return the report as people read it on a screen."""
    days = (found.end - found.begin).days
    lines = [paint(found.alarm, "bold"), ""] if found.alarm else []
    lines += [f"{found.workspace}: {found.customers:,} customers, {days} days, amounts in {found.currency}"]
    for each in found.sections:
        standing = "caused, by lot" if each.is_causal else "descriptive"
        lines += ["", paint(f"{each.title} ({standing})", "bold"), f"  {each.lead}"]
        for shown in each.tables:
            lines += ["", *([f"  {shown.caption}"] if shown.caption else [])]
            lines += [f"    {line}" for line in columns([shown.head, *shown.rows], right=shown.right)]
        lines += [f"  {note}" for note in each.notes]
    return lines
