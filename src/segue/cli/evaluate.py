"""segue evaluate: what a policy would have brought, from the workspace's own log or from a table."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter
from msgspec.structs import replace

from segue.cli.clock import system_clock
from segue.cli.console import columns, complain, paint, plural, tell, tell_json
from segue.cli.logged import opened
from segue.cli.options import Folder, Json
from segue.core.decisioning.policies import LADDERS
from segue.learning.jobs import train
from segue.learning.off_policy import DEFAULT, EFFECTIVE_SAMPLES, Interval
from segue.learning.off_policy.changing import (
    FEWEST,
    PolicyEstimate,
    PolicyValue,
    estimate_policy_change,
)
from segue.learning.off_policy.from_table import TableColumns, TableEstimate, evaluate_table
from segue.model.errors import SegueError
from segue.model.time import Instant, format_instant, parse_instant
from segue.model.workspace import PolicySpec
from segue.workspace.documents import read_document

_LEAVES_OUT = {"dm": "leaves the model's errors out", "clipped_ips": "leaves out what clipping takes away"}


def evaluate(
    workspace: Folder = Path(),
    *,
    policy: Annotated[str, Parameter(help="A policy's name, or a YAML file that says it as segue.yaml does.")] = "",
    since: str | None = None,
    until: str | None = None,
    objective: str = "",
    table: Annotated[Path | None, Parameter(help="A log of another system: CSV, Parquet or JSON lines.")] = None,
    action: str = "",
    probability: str = "",
    reward: str = "",
    context: str = "",
    unit: str = "",
    target_probability: str = "",
    target_columns: str = "",
    policy_fixed: str = "",
    effective_samples: float = EFFECTIVE_SAMPLES,
    json: Json = False,
) -> int:
    """Say what a policy would have brought, without running it. With --policy on the workspace's own log, beside the
    policy that runs; with --table on the log of any other system, beside what that log brought.

    Needs decisions that chance made, with the probabilities they were made with: exploration, or the standing group
    `random`. Intervals hold 95 times in 100. Nothing is sent, nothing is changed; a server may run meanwhile.

    Parameters
    ----------
    since, until
        Decisions of this period only (RFC 3339).
    objective
        Count only the amounts of this objective, instead of all of them by value and weight, less cost.
    action, probability, reward
        The table's columns: what was done, with which probability, what came of it.
    context
        The table's columns that were known when it was done, with commas between them.
    unit
        The table's column that says whose decision it was.
    target_probability
        The table's column with the probability that the policy would have done what was done.
    target_columns
        How the table's columns begin that hold the policy's probability of each action: PREFIX followed by the action.
    policy_fixed
        The action that the policy always takes, or `uniform`.
    effective_samples
        For a table: with fewer effective samples nothing is concluded. A workspace says it in learning.yaml.
    """
    if (table is None) == (not policy):
        complain("Evaluate either --policy on the workspace's log or --table.", "Name one of the two.")
        return 2
    if table is not None:
        named = TableColumns(
            action=action,
            probability=probability,
            reward=reward,
            context=tuple(name.strip() for name in context.split(",") if name.strip()),
            unit=unit,
            target_probability=target_probability,
            target_columns=target_columns,
            always=policy_fixed,
        )
        _report_table(table, named, effective_samples, as_json=json)
        return 0
    _report_policy(policy, workspace, _moment(since, Instant(0)), _moment(until, system_clock()), objective, json)
    return 0


def read_policy(policy: str, present: PolicySpec) -> PolicySpec:
    """Return the policy that ``policy`` names: one of the ladder's with ``present``'s settings, or a file's.

    Raises:
        SegueError: it is neither, or the file does not say a policy.
    """
    if policy in LADDERS:
        return replace(present, name=policy)
    path = Path(policy)
    if not path.is_file():
        reason = f"There is no policy and no file {policy!r}."
        raise SegueError(reason, f"The policies are {', '.join(sorted(LADDERS))}.")
    document, findings = read_document(path.name, path.read_text(encoding="utf-8"))
    value = document.value if document is not None else None
    if isinstance(value, dict) and "policy" in value:
        value = value["policy"]
    try:
        return msgspec.convert(value, PolicySpec)
    except msgspec.ValidationError as error:
        reason = findings[0].reason if findings else str(error)
        raise SegueError(f"{path} says no policy: {reason}", "Write it as under `policy:` in segue.yaml.") from error


def _report_policy(policy: str, folder: Path, since: Instant, now: Instant, objective: str, as_json: bool) -> None:
    with opened(folder) as logged:
        after = replace(logged.workspace, policy=read_policy(policy, logged.running.policy))
        found = estimate_policy_change(
            logged.duck, logged.running, after, now, since=since, objective=objective, train=train
        )
    if as_json:
        tell_json(found)
        return
    if found is None:
        tell(f"{paint('Not enough evidence', 'bold')}: fewer than {FEWEST} decisions of this period can judge it.")
        tell("They have to be drawn by chance, have closed windows, and be newer than the models they judge.")
        return
    for line in policy_lines(found):
        tell(line)


def policy_lines(found: PolicyEstimate) -> list[str]:
    """Return an estimate of a change of the policy as people read it."""
    period = f"{format_instant(found.since)} to {format_instant(found.until)}"
    what = f"{found.objective} per decision" if found.objective else "value per decision"
    rows = [("", what, "95 % interval", "effective samples", "decided by")]
    for whose, value in (("candidate", found.candidate), ("present", found.present)):
        estimate = value.estimates[DEFAULT]
        decided = ", ".join(f"{name} {share:.0%}" for name, share in value.decided_by.items())
        samples = f"{value.overlap.effective_samples:,.0f}"
        rows.append((f"{whose}: {value.policy}", _number(estimate.value), _ends(estimate), samples, decided))
    rows.append(("difference", _number(found.difference.value), _ends(found.difference), "", ""))
    verdict = f"{found.verdict}" + (f": {found.reason}" if found.reason else "")
    learnt = f", after {found.learnt_from:,} that taught" if found.learnt_from else ""
    head = f"{plural(found.decisions, 'decision')} about {plural(found.customers, 'customer')}, {period}{learnt}"
    lines = [head, "", *(f"  {line}" for line in columns(rows, right=(1, 2, 3))), ""]
    lines += [paint(f"The candidate: {verdict}", "bold"), "", "Every estimator, of the candidate:"]
    lines += [f"  {line}" for line in _estimators(found.candidate.estimates)]
    notes = [*found.notes, *_fallbacks("candidate", found.candidate), *_fallbacks("present", found.present)]
    return [*lines, *([""] if notes else []), *(f"  {note}" for note in notes)]


def _report_table(path: Path, named: TableColumns, effective_samples: float, *, as_json: bool) -> None:
    for option in ("action", "probability", "reward"):
        if not getattr(named, option):
            raise SegueError(f"A table needs --{option}.", "Name the column.")
    found = evaluate_table(path, named, effective_samples=effective_samples)
    if as_json:
        tell_json(found)
        return
    for line in _table_lines(found):
        tell(line)


def _table_lines(found: TableEstimate) -> list[str]:
    head = f"{plural(found.decisions, 'decision')} among {plural(found.actions, 'action')}"
    samples = f"{found.effective_samples:,.0f} effective samples for the policy"
    verdict = f"{found.verdict}" + (f": {found.reason}" if found.reason else "")
    difference = f"{_number(found.difference.value)} ({_ends(found.difference)})"
    return [
        f"{head}, {samples}",
        "",
        *(f"  {line}" for line in _estimators({"log": found.log, **found.estimates}, found.log.value)),
        "",
        paint(f"The policy beside the log: {verdict}", "bold"),
        f"Difference by {found.estimator}: {difference}",
        *(f"  {warning}" for warning in found.warnings),
    ]


def _estimators(estimates: Mapping[str, Interval], log: float = 0.0) -> list[str]:
    rows = [("estimator", "value", "95 % interval", "of the log" if log else "", "")]
    for name, each in estimates.items():
        relative = f"{each.value / log:.4f}" if log else ""
        rows.append((name, _number(each.value), _ends(each), relative, _LEAVES_OUT.get(name, "")))
    return columns(rows, right=(1, 2, 3))


def _fallbacks(whose: str, value: PolicyValue) -> list[str]:
    return [f"{whose}: {share:.0%} of the decisions fell back: {why}" for why, share in value.fallbacks.items()]


def _ends(interval: Interval) -> str:
    return f"{_number(interval.low)} to {_number(interval.high)}"


def _number(value: float) -> str:
    return f"{value:,.4f}" if abs(value) >= 0.1 else f"{value:.6f}"


def _moment(text: str | None, usual: Instant) -> Instant:
    return parse_instant(text) if text is not None else usual
