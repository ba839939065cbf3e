"""segue plan: what publishing the workspace would change, and what it would do to the people inside its journeys."""

from pathlib import Path
from typing import TYPE_CHECKING

from segue.cli.check import find_all
from segue.cli.clock import system_clock
from segue.cli.console import columns, paint, plural, tell, tell_json
from segue.cli.diff import last_published, report
from segue.cli.options import Folder, Json
from segue.model.errors import StoreError
from segue.model.workspace import Workspace
from segue.runtimes.publishing import JourneyPreview, preview
from segue.stores.sqlite import SqliteStore
from segue.workspace import load
from segue.workspace.differences import differences
from segue.workspace.findings import as_record
from segue.workspace.layout import STATE_FOLDER

if TYPE_CHECKING:
    from segue.learning.off_policy.changing import PolicyEstimate

_NOBODY = "·"


def plan(folder: Folder = Path(), /, *, json: Json = False) -> int:
    """Say what publishing would change: findings, differences to what runs, and people by step for each choice.

    The choice of each journey is the one its file makes (`status`, `in_flight`, `migration`). Nothing is changed, and
    a server may run meanwhile. Exit code 1 on errors.
    """
    findings = find_all(folder)
    if any(finding.severity == "error" for finding in findings):
        for finding in findings:
            tell(str(finding))
        return 1
    workspace, running = load(folder).workspace, last_published(folder)
    changed = differences(running or Workspace(name=workspace.name), workspace)
    people = _previews(folder, workspace)
    estimate = _policy_change(folder, workspace, running)
    if json:
        records = [as_record(finding) for finding in findings]
        tell_json({"findings": records, "differences": changed, "journeys": people, "policy": estimate})
        return 0
    for finding in findings:
        tell(str(finding))
    if running is None:
        tell("Nothing has run here yet, so all of it is new.\n")
    report(changed)
    for each in people:
        tell()
        for line in lines_of(each):
            tell(line)
    if estimate is not None:
        _tell_estimate(estimate)
    return 0


def _policy_change(folder: Path, workspace: Workspace, running: Workspace | None) -> "PolicyEstimate | None":
    """Return what another policy, other models or weights would have brought; None where nothing of that has changed,
    or the log cannot tell.
    """
    if running is None or not (workspace.learns and running.learns):
        return None
    if (workspace.policy, workspace.models, workspace.learning) == (running.policy, running.models, running.learning):
        return None
    from segue.cli.logged import opened
    from segue.learning.jobs import train
    from segue.learning.off_policy.changing import estimate_policy_change

    with opened(folder) as logged:
        return estimate_policy_change(logged.duck, running, workspace, system_clock(), train=train)


def _tell_estimate(estimate: "PolicyEstimate") -> None:
    from segue.cli.evaluate import policy_lines

    tell(f"\n{paint('The policy', 'bold')} decides otherwise; what the log says of that:")
    for line in policy_lines(estimate):
        tell(f"  {line}")


def lines_of(each: JourneyPreview) -> list[str]:
    """Return a preview as a table: people by step now, and after each choice; the file's own choice is marked."""
    versions = f"version {each.from_version or 'none'} → {each.to_version or 'none'}"
    counts = [plural(each.people, "run")] if each.people else ["nobody inside"]
    if each.pending:
        counts.append(plural(each.pending, "entry", "entries") + " waiting")
    head = f"{paint(each.journey, 'bold')}: {versions}{_status(each)}, {', '.join(counts)}"
    if not each.people:
        return [head]
    choices = list(each.outcomes)
    steps = list(dict.fromkeys([*each.waiting, *(step for result in each.outcomes.values() for step in result)]))
    rows = [("step", "now", *(f"*{choice}" if choice == each.choice else choice for choice in choices))]
    for step in sorted(steps, key=lambda step: (step == "", steps.index(step))):
        counted = [each.waiting.get(step, 0), *(each.outcomes[choice].get(step, 0) for choice in choices)]
        rows.append((step or "(out)", *(f"{count:,}" if count else _NOBODY for count in counted)))
    lines = [f"  {line}" for line in columns(rows, right=range(1, len(choices) + 2))]
    if each.stranded:
        where = ", ".join(f"{step} ({count:,})" for step, count in each.stranded.items())
        lines.append(f"  With migrate these have no step to go to and end: {where}. Name one under `migration`.")
    return [head, *lines]


def _status(each: JourneyPreview) -> str:
    if each.from_status == each.to_status:
        return ""
    return f", {each.from_status or 'new'} → {each.to_status or 'gone'}"


def _previews(folder: Path, workspace: Workspace) -> tuple[JourneyPreview, ...]:
    try:
        store = SqliteStore(folder / STATE_FOLDER, is_reader=True)
    except StoreError:
        return ()
    try:
        return preview(workspace, store)
    finally:
        store.close()
