"""segue models: what was trained, which of it decides, how it fares, and the way back."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from segue.cli.clock import system_clock
from segue.cli.console import columns, paint, tell, tell_json
from segue.cli.options import Json
from segue.model.errors import SegueError
from segue.model.time import format_instant
from segue.workspace.models import kept_models, read_card, read_current, read_snapshot, roll_back

Where = Annotated[Path, Parameter(help="The workspace.")]

app = App(
    name="models",
    help="List the trained models, show one, go back to an earlier one.",
    help_format="plaintext",
    help_formatter="plain",
)
_FIGURES = ("auc", "calibration_error", "gain", "mae", "correlation")


@app.default
def listing(*, workspace: Where = Path(), json: Json = False) -> None:
    """List every model in the workspace: its data, its figures on data that it had not seen, and which one decides."""
    current = read_current(workspace)
    rows = [
        _row(workspace, kind, version, is_current=current.current.get(kind) == version)
        for kind, version in _known(workspace)
    ]
    if json:
        tell_json({"models": rows})
        return
    if not rows:
        tell("No model was trained here yet; `segue learn` does.")
        return
    table = [("kind", "version", "from", "to", "rows", "figures", "")]
    for row in rows:
        figures = ", ".join(f"{name} {row['metrics'][name]:.4g}" for name in _FIGURES if name in row["metrics"])
        state = "decides" if row["is_current"] else ""
        span = (row["trained_from"][:10], row["trained_to"][:10])
        table.append((row["kind"], row["version"], *span, f"{row['rows']:,}", figures, state))
    for line in columns(table, right=[4]):
        tell(line)


@app.command
def show(
    version: Annotated[str, Parameter(help="As `segue models` lists it.")],
    /,
    *,
    workspace: Where = Path(),
    json: Json = False,
) -> None:
    """Show the card of a model: data range, figures, gates, the one before, and what drives it."""
    kinds = [kind for kind, known in kept_models(workspace) if known == version]
    if not kinds:
        raise SegueError(f"There is no model {version!r}.", "`segue models` lists what there is.")
    card = read_card(workspace, kinds[0], version)
    if not card:
        raise SegueError(f"The card of {version} is missing.", "Restore it from git, or from a backup.")
    if json:
        tell_json(card)
        return
    from segue.cli.learn import lines_of  # imported here, with all that learns

    is_current = read_current(workspace).current.get(kinds[0]) == version
    for line in lines_of({"status": "decides" if is_current else "kept", **card}):
        tell(line)


@app.command
def rollback(
    kind: Annotated[str, Parameter(help="propensity, uplift, long_term, churn or lifetime.")],
    version: Annotated[str, Parameter(help="The model to go back to; the one before by default.")] = "",
    /,
    *,
    workspace: Where = Path(),
    json: Json = False,
) -> None:
    """Let an earlier model decide again. Nothing is deleted, and decisions that were made replay with the model of
    then. `segue apply` hands it to the running server; without one the next start takes it over.
    """
    before = read_current(workspace).current.get(kind, "")
    chosen = roll_back(workspace, kind, version)
    if json:
        tell_json({"kind": kind, "version": chosen, "before": before})
        return
    tell(f"{kind} {chosen} decides from now on, instead of {before}: `segue apply`, or the next start.")


@app.command
def drift(*, workspace: Where = Path(), kind: str = "propensity", days: int = 14, json: Json = False) -> None:
    """Say whether customers are still those a model was trained on, and whether its chances come true.

    Parameters
    ----------
    kind
        The model that decides; its training data are compared with what came after.
    days
        Where there is none, or nothing came after it: the last so many days are compared with those before.
    """
    from segue.cli.lessons import lessons  # imported here, with all that learns
    from segue.learning.jobs.drift import LARGE, SLIGHT, drift_of
    from segue.model.time import DAY, Instant

    with lessons(workspace, system_clock()) as given:
        frame, snapshot = given.frame(), given.workspace.models.get(kind)
        last = int(frame.at.max()) if len(frame) else 0
        is_after = snapshot is not None and last > snapshot.trained_to
        since = Instant(snapshot.trained_to if snapshot is not None and is_after else max(last - days * DAY, 0))
        found = drift_of(frame, given.workspace, since, snapshot)
    if json:
        tell_json({"since": format_instant(since) if last else None, "drift": found})
        return
    tell(f"{found.since:,} decisions since {format_instant(since)[:10]}, beside {found.before:,} before.")
    for name, index in found.shifts.items():
        words = "large shift" if index > LARGE else "slight shift" if index > SLIGHT else "steady"
        line = f"  {name}: {index:.3f}, {words}"
        tell(paint(line, "red") if index > LARGE else line)
    for week in found.weeks:
        verdict = "off" if week.is_off else "as predicted"
        tell(
            f"  week of {format_instant(week.begins_at)[:10]}: predicted {week.predicted:.4f},"
            f" came {week.observed:.4f} of {week.rows:,}: {verdict}"
        )


def _known(folder: Path) -> list[tuple[str, str]]:
    return sorted(kept_models(folder), key=lambda each: (each[0], read_snapshot(folder, *each).trained_to, each[1]))


def _row(folder: Path, kind: str, version: str, *, is_current: bool) -> dict[str, Any]:
    snapshot = read_snapshot(folder, kind, version)
    return {
        "kind": kind,
        "version": version,
        "trained_from": format_instant(snapshot.trained_from),
        "trained_to": format_instant(snapshot.trained_to),
        "rows": snapshot.rows,
        "metrics": snapshot.metrics,
        "is_current": is_current,
    }
