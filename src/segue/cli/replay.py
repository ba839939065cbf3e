"""segue replay: decide again, from a file of events or from the store's own log."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter

from segue.cli.console import columns, complain, plural, say, tell, tell_json
from segue.cli.event_files import EventFile
from segue.cli.options import Flag, Folder, Json
from segue.core.world import build_world
from segue.model.time import format_instant, parse_instant
from segue.ports.store import Entry
from segue.runtimes.replay import Replayed, Verified, verify
from segue.runtimes.replay import replay as decide_again
from segue.server.decisions import decision_view
from segue.stores.sqlite import SqliteStore
from segue.workspace import load
from segue.workspace.layout import STATE_FOLDER


def replay(
    folder: Folder = Path(),
    *,
    events: Annotated[Path | None, Parameter(help="CSV, JSON lines or Parquet.")] = None,
    source: str | None = None,
    until: str | None = None,
    decisions: Path | None = None,
    log: Flag = False,
    json: Json = False,
) -> int:
    """Decide again. From a file of events: as if they happened now, in virtual time, sending nothing. From the log:
    advance every entry of the store again and compare decisions and states with what is stored, byte for byte.

    Parameters
    ----------
    source
        The mapping under sources/; by default the one whose `files` match.
    until
        Let time pass up to this moment after the last event (RFC 3339), so that waits end.
    decisions
        Write every decision to this file, one JSON object a line.
    log
        Replay the store's own log instead of a file.
    """
    if (events is None) == (not log):
        complain("Replay either a file (--events FILE) or the store's log (--log).", "Name one of the two.")
        return 2
    if events is None:
        _report_verified(_verify(folder), as_json=json)
    else:
        _replay_file(folder, events, source, until, decisions, as_json=json)
    return 0


def _verify(folder: Path) -> Verified:
    store = SqliteStore(folder / STATE_FOLDER, is_reader=True)
    try:
        return verify(store, progress=_progress("entries"))
    finally:
        store.close()


def _report_verified(verified: Verified, *, as_json: bool) -> None:
    if as_json:
        tell_json(verified)
        return
    tell(f"{plural(verified.entries, 'entry', 'entries')} of the log replay to what is stored, byte for byte:")
    rows = [(name, _words(value)) for name, value in msgspec.structs.asdict(verified).items()]
    for line in columns(rows):
        tell(f"  {line}")


def _replay_file(
    folder: Path, path: Path, source: str | None, until: str | None, decisions: Path | None, *, as_json: bool
) -> None:
    loaded = load(folder)
    rows = EventFile(loaded, path, source)
    with ExitStack() as stack:
        sink = _decision_writer(stack, decisions) if decisions is not None else None
        replayed = decide_again(
            build_world(loaded.workspace),
            rows.facts(),
            until=parse_instant(until) if until is not None else None,
            sink=sink,
            progress=_progress("events"),
        )
    if as_json:
        tell_json({"rows": rows.rows, "dead_rows": dict(rows.dead), **_record(replayed)})
        return
    for line in _summary(rows, replayed):
        tell(line)


def _decision_writer(stack: ExitStack, path: Path) -> Callable[[Entry], None]:
    file = stack.enter_context(path.open("wb"))

    def write(entry: Entry) -> None:
        for decision in entry.decisions:
            file.write(msgspec.json.encode(decision_view(decision)) + b"\n")

    return write


def _summary(rows: EventFile, replayed: Replayed) -> list[str]:
    """Return the screen that accounts for every row and says what came of them."""
    period = f"{format_instant(replayed.first_at)} to {format_instant(replayed.last_at)}"
    taken = replayed.received - replayed.duplicates - sum(replayed.dead_letters.values())
    dead = {f"  dead: {reason}": count for reason, count in {**rows.dead, **replayed.dead_letters}.items()}
    parts: list[tuple[str, dict[str, int]]] = [
        (f"{rows.rows:,} rows of {rows.path.name}", {"events": taken, "duplicates": replayed.duplicates, **dead}),
        (
            f"{replayed.decisions:,} decisions about {replayed.customers:,} customers, {period}",
            {**replayed.chosen, "silence": replayed.silences, "of these held out": replayed.ghosts},
        ),
        ("suppressed, by first reason", replayed.suppressed),
        ("commands, by channel", replayed.commands),
        ("journey runs that ended", replayed.ended),
    ]
    lines: list[str] = []
    for title, counts in parts:
        lines += [title, *(f"  {line}" for line in columns([(k, f"{v:,}") for k, v in counts.items()], right=[1])), ""]
    lines += _coordination(replayed)
    return [*lines, f"decisions {replayed.decisions_digest}", f"states    {replayed.states_digest}"]


def _coordination(replayed: Replayed) -> list[str]:
    """Return who won, what lost and what waited, and how many are left at which step."""
    fared: list[list[str]] = [["action", "won", "lost", "silence", "waited", "rivals"]]
    for action, each in replayed.contests.items():
        counts = (each.won, each.lost, each.silenced, each.waited)
        fared.append([action, *(f"{count:,}" for count in counts), f"{each.optionality:.2f}"])
    flow: list[list[str]] = [["step", "came", "waiting", "passed", "left early"]]
    for step in replayed.steps:
        counts = (step.inflow, step.waiting, step.passed, step.exited)
        flow.append([f"{step.journey}@{step.version}/{step.step}", *(f"{count:,}" for count in counts)])
    lines: list[str] = []
    for title, rows in (("who won, what waited", fared), ("journeys, step by step", flow)):
        if len(rows) > 1:
            lines += [title, *(f"  {line}" for line in columns(rows, right=range(1, len(rows[0])))), ""]
    return lines


def _record(replayed: Replayed) -> dict[str, Any]:
    times = {"first_at": format_instant(replayed.first_at), "last_at": format_instant(replayed.last_at)}
    return {**msgspec.structs.asdict(replayed), **times}


def _progress(noun: str) -> Callable[[int], None]:
    """Return what tells how far a replay is, every 50,000."""
    told = 0

    def progress(count: int) -> None:
        nonlocal told
        if count // 50_000 > told:
            told = count // 50_000
            say(f"{count:,} {noun}")

    return progress


def _words(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
