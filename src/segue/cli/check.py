"""segue check: find every mistake in a workspace."""

from pathlib import Path

from segue.cli.console import columns, paint, plural, say, tell, tell_json
from segue.cli.options import Flag, Folder, Json
from segue.testing.running import check_scenarios
from segue.testing.scenario import scenario_schema
from segue.workspace import Finding, load
from segue.workspace import check as find
from segue.workspace.findings import as_record, lint_codes_page
from segue.workspace.json_schema import write_schemas


def check(
    folder: Folder = Path(),
    *,
    strict: Flag = False,
    write_schema: Flag = False,
    codes: Flag = False,
    json: Json = False,
) -> int:
    """Find every mistake in a workspace: all at once, each with its place and what to do. Exit code 1 on errors.

    Parameters
    ----------
    strict
        Warnings count as errors.
    write_schema
        Write JSON Schemas for editors to .segue/schemas as well.
    codes
        Print the page that explains every lint code, and nothing else.
    """
    if codes:
        tell(lint_codes_page().rstrip())
        return 0
    findings = find_all(folder)
    if write_schema:
        from segue.simulation.spec import simulation_schema

        written = write_schemas(folder, {"test": scenario_schema(), "simulation": simulation_schema()})
        say(f"Wrote {plural(len(written), 'schema')} to {folder / '.segue/schemas'}.")
    errors = sum(finding.severity == "error" or strict for finding in findings)
    warnings = len(findings) - errors
    if json:
        tell_json({"errors": errors, "warnings": warnings, "findings": [as_record(each) for each in findings]})
        return 1 if errors else 0
    for line in _lines(findings):
        tell(line)
    summary = f"\n{plural(errors, 'error')}, {plural(warnings, 'warning')}." if findings else "No findings."
    tell(paint(summary, "red" if errors else "green"))
    return 1 if errors else 0


def find_all(folder: Path) -> tuple[Finding, ...]:
    """Return the workspace's findings; those of its scenarios only where what they refer to is sound."""
    findings = find(folder)
    if any(finding.severity == "error" for finding in findings):
        return findings
    return (*findings, *check_scenarios(load(folder)))


def _lines(findings: tuple[Finding, ...]) -> list[str]:
    rows = [(str(each.place), each.severity, each.code, f"{each.reason} {each.instruction}") for each in findings]
    return columns(rows)
