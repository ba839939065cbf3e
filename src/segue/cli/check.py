"""segue check: find every mistake in a workspace."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from segue.cli.console import columns, paint, plural, say, tell, tell_json
from segue.workspace import Finding
from segue.workspace import check as find
from segue.workspace.findings import as_record, lint_codes_page
from segue.workspace.json_schema import write_schemas

Flag = Annotated[bool, Parameter(negative="")]


def check(
    folder: Path = Path(),
    /,
    *,
    strict: Flag = False,
    write_schema: Flag = False,
    codes: Flag = False,
    json: Flag = False,
) -> int:
    """Find every mistake in a workspace: all at once, each with its place and what to do. Exit code 1 on errors.

    Parameters
    ----------
    folder
        The workspace.
    strict
        Warnings count as errors.
    write_schema
        Write JSON Schemas for editors to .segue/schemas first.
    codes
        Print the page that explains every lint code, and nothing else.
    json
        Print the findings as JSON.
    """
    if codes:
        tell(lint_codes_page().rstrip())
        return 0
    findings = find(folder)
    if write_schema:
        say(f"Wrote {plural(len(write_schemas(folder)), 'schema')} to {folder / '.segue/schemas'}.")
    errors = sum(finding.severity == "error" or strict for finding in findings)
    warnings = len(findings) - errors
    if json:
        tell_json({"errors": errors, "warnings": warnings, "findings": [as_record(each) for each in findings]})
    else:
        for line in _lines(findings):
            tell(line)
        summary = f"{plural(errors, 'error')}, {plural(warnings, 'warning')}" if findings else "No findings"
        tell(("\n" if findings else "") + paint(f"{summary}.", "red" if errors else "green"))
    return 1 if errors else 0


def _lines(findings: tuple[Finding, ...]) -> list[str]:
    rows = [(str(each.place), each.severity, each.code, f"{each.reason} {each.instruction}") for each in findings]
    return columns(rows)
