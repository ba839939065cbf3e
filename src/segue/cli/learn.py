"""segue learn: train models from the log, judge them, and publish those that pass their gates."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from segue.cli.clock import system_clock
from segue.cli.console import complain, paint, tell, tell_json
from segue.cli.lessons import KINDS, Lessons, lessons, train, usual_kinds
from segue.cli.options import Flag, Json
from segue.learning.frames import Frame
from segue.learning.jobs import FRAME_JOBS, Training, card_of
from segue.model.errors import SegueError
from segue.model.time import format_instant, parse_instant
from segue.workspace.models import keep_model, publish_model

_SHOWN = ("auc", "calibration_error", "skill", "gain", "mae", "plain_mae", "correlation", "contacted", "worth_rested")
_DRIVERS = 4


def learn(
    *kinds: Annotated[str, Parameter(help="propensity, uplift, long_term, churn, lifetime; all by default.")],
    workspace: Annotated[Path, Parameter(help="The workspace.")] = Path(),
    until: str | None = None,
    dry_run: Flag = False,
    json: Json = False,
) -> int:
    """Train models from the workspace's log, and publish those that pass their gates (learning.yaml).

    Each is trained on the earlier part of the log and judged on the later one, then trained on all of it. What passes
    is written to models/ as an immutable snapshot with a card, and becomes the current one; `segue apply` hands it to
    the running server. What fails a gate is not published, and which figure missed what is said; the exit code is 1
    then, and where a kind that was named cannot be trained yet. A server may run meanwhile.

    Parameters
    ----------
    until
        Learn from what happened up to this moment (RFC 3339), by default all.
    dry_run
        Train and judge, and write nothing.
    """
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        complain(f"There is no kind of model {unknown[0]!r}.", f"There are {', '.join(KINDS)}.")
        return 2
    moment = parse_instant(until) if until is not None else system_clock()
    with lessons(workspace, moment) as given:
        results = list(_results(kinds or usual_kinds(given.workspace), given, is_dry=dry_run))
    if json:
        tell_json({"until": format_instant(moment), "models": results})
    else:
        _tell(results)
    return 1 if any(_is_failure(each, kinds) for each in results) else 0


def _results(kinds: tuple[str, ...], given: Lessons, *, is_dry: bool) -> Iterator[dict[str, Any]]:
    frame: Frame | None = None
    for kind in kinds:
        if kind in FRAME_JOBS and frame is None:
            frame = given.frame()
        try:
            training = train(kind, given, frame)
        except SegueError as error:
            yield {"kind": kind, "status": "not_trained", "reason": error.reason, "instruction": error.instruction}
            continue
        yield {"status": _publish(training, given, is_dry=is_dry), **card_of(training)}


def _publish(training: Training, given: Lessons, *, is_dry: bool) -> str:
    """Publish what may be published; return what became of it."""
    snapshot, folder = training.snapshot, given.loaded.folder
    if not training.is_fit:
        return "missed_gate"
    if is_dry:
        return "passed"
    if training.before_version == snapshot.version:
        return "unchanged"
    keep_model(folder, snapshot, card_of(training))
    publish_model(folder, snapshot.kind, snapshot.version)
    return "published"


def _is_failure(result: dict[str, Any], named: tuple[str, ...]) -> bool:
    return result["status"] == "missed_gate" or (result["status"] == "not_trained" and result["kind"] in named)


def _tell(results: list[dict[str, Any]]) -> None:
    for result in results:
        for line in lines_of(result):
            tell(line)
        tell()
    if any(result["status"] == "published" for result in results):
        tell("`segue apply` hands them to the running server; without one the next start takes them over.")
    if not results:
        tell("Nothing to learn: declare objectives in learning.yaml, or what success of an action is (converted_by).")


def lines_of(result: dict[str, Any]) -> Iterator[str]:
    """Yield what a training came to."""
    if result["status"] == "not_trained":
        yield f"{paint(result['kind'], 'bold')}: not trained. {result['reason']}"
        yield f"  {result['instruction']}"
        return
    words = {
        "published": "published",
        "unchanged": "the same model as before; nothing to publish",
        "passed": "passes its gates; not published (dry run)",
        "missed_gate": "not published",
        "decides": "decides",
        "kept": "kept, and does not decide",
    }
    yield f"{paint(result['kind'], 'bold')} {result['version']}: {words[result['status']]}"
    yield f"  {result['rows']:,} rows, {result['trained_from'][:10]} to {result['trained_to'][:10]}"
    yield from _figures(result)
    for gate in result["gates"]:
        sense, verdict = "at least" if gate["is_least"] else "at most", "holds" if gate["holds"] else "is missed"
        line = f"  gate {gate['name']}: {gate['value']:.4g}, {sense} {gate['limit']:.4g} {verdict}"
        yield line if gate["holds"] else paint(line, "red")
    for action, shares in result["drivers"].items():
        if shares:
            named = [f"{name} {share:.0%}" for name, share in list(shares.items())[:_DRIVERS]]
            yield f"  driven by ({action or result['kind']}): {', '.join(named)}"
    for note in result["notes"]:
        yield f"  {note}"


def _figures(result: dict[str, Any]) -> Iterator[str]:
    metrics, before = result["metrics"], result["before"]["metrics"]
    for name in _SHOWN:
        if name in metrics:
            compared = f" (the one before: {before[name]:.4g})" if before.get(name) is not None else ""
            yield f"  {name}: {metrics[name]:.4g}{compared}"
