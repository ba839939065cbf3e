"""segue doctor: look whether everything is in order on this machine."""

import asyncio
import os
import shutil
import socket
import sqlite3
import sys
import sysconfig
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple
from zoneinfo import available_timezones

from segue.channels.context import ChannelContext
from segue.cli.console import paint, tell, tell_json
from segue.cli.options import Folder, Json
from segue.core.decisioning.choose import failures_of
from segue.core.decisioning.policy import CORRUPT_MODEL, MISSING_INPUT, NO_MODEL, STALE_MODEL
from segue.model.errors import SegueError
from segue.server.auth import Keys
from segue.server.site import open_channels
from segue.stores.sqlite import SqliteStore
from segue.workspace import LoadedWorkspace, load
from segue.workspace.layout import STATE_FOLDER

_FREE_MINIMUM = 1_000_000_000  # bytes; a million customers need about as much
_LATEST = 2000  # entries of the log that are looked at
_FEW_FALLBACKS = 0.05
_REMEDIES = {
    NO_MODEL: "It has not learnt enough yet, or no model is published: `segue learn`.",
    STALE_MODEL: "Train anew: `segue learn`.",
    CORRUPT_MODEL: "Train anew, or go back to the one before: `segue learn`.",
    MISSING_INPUT: "Train anew: the context has changed since.",
}
State = Literal["ok", "doubt", "broken"]
_MARKS = {"ok": ("✓", "green"), "doubt": ("!", "yellow"), "broken": ("✗", "red")}


class Diagnosis(NamedTuple):
    """One line: what was looked at, how it is, and what to do."""

    subject: str
    state: State
    fact: str
    instruction: str = ""


def doctor(folder: Folder = Path(), /, *, json: Json = False) -> int:
    """Look whether everything is in order on this machine; sends nothing. Exit code 1 when something is broken."""
    diagnoses = list(_examine(folder))
    if json:
        tell_json([each._asdict() for each in diagnoses])
    else:
        width = max(len(each.subject) for each in diagnoses)
        for each in diagnoses:
            mark, colour = _MARKS[each.state]
            fact = " ".join(part for part in (each.fact, each.instruction) if part)
            tell(f"{paint(mark, colour)} {each.subject.ljust(width)}  {fact}")
    return 1 if any(each.state == "broken" for each in diagnoses) else 0


def _examine(folder: Path) -> Iterator[Diagnosis]:
    yield from (_python(), _zones(), _sqlite(), _disk(folder))
    try:
        loaded = load(folder)
    except SegueError as error:
        yield Diagnosis("workspace", "broken", error.reason, error.instruction)
        return
    yield Diagnosis("workspace", "ok", f"{loaded.workspace.name}, {len(loaded.warnings)} warnings.")
    for look in (_state, _store, _policy, _keys, _port):
        yield look(loaded)
    yield from asyncio.run(_channels(loaded))


def _python() -> Diagnosis:
    version = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        return Diagnosis("python", "ok", f"{version} on {sysconfig.get_platform()}.")
    return Diagnosis("python", "doubt", f"{version} is not one that Segue is tested with.", "Use 3.11 to 3.13.")


def _zones() -> Diagnosis:
    count = len(available_timezones())
    if count > 400:
        return Diagnosis("time zones", "ok", f"{count} zones.")
    return Diagnosis("time zones", "broken", f"Only {count} zones are known.", "Install the package tzdata.")


def _sqlite() -> Diagnosis:
    return Diagnosis("sqlite", "ok", f"{sqlite3.sqlite_version}.")


def _disk(folder: Path) -> Diagnosis:
    free = shutil.disk_usage(folder if folder.exists() else Path()).free
    fact = f"{free / 1e9:,.1f} GB free."
    if free >= _FREE_MINIMUM:
        return Diagnosis("disk", "ok", fact)
    return Diagnosis("disk", "doubt", fact, "The log only grows: make room.")


def _state(loaded: LoadedWorkspace) -> Diagnosis:
    state = loaded.folder / STATE_FOLDER
    nearest = state if state.exists() else loaded.folder
    if os.access(nearest, os.W_OK):
        return Diagnosis("state folder", "ok", f"{STATE_FOLDER} can be written.")
    return Diagnosis("state folder", "broken", f"{nearest} cannot be written.", "Change its owner or permissions.")


def _store(loaded: LoadedWorkspace) -> Diagnosis:
    try:
        store = SqliteStore(loaded.folder / STATE_FOLDER, is_reader=True)
    except SegueError:
        return Diagnosis("store", "ok", "None yet; the first `segue dev`, `run` or `ingest` makes it.")
    try:
        letters = store.dead_letters()
        fact = f"{store.last_seq():,} entries."
    finally:
        store.close()
    if letters:
        return Diagnosis(
            "store", "doubt", f"{fact} Dead letters, the latest: {letters[0].code}.", "GET /v1/dead_letters."
        )
    return Diagnosis("store", "ok", fact)


def _policy(loaded: LoadedWorkspace) -> Diagnosis:
    name = loaded.workspace.policy.name
    try:
        store = SqliteStore(loaded.folder / STATE_FOLDER, is_reader=True)
    except SegueError:
        return Diagnosis("policy", "ok", f"{name}; nothing has been decided yet.")
    failures: Counter[tuple[str, str]] = Counter()
    decided = fallen = 0
    try:
        for block in store.blocks(max(0, store.last_seq() - _LATEST)):
            for decision in (decision for entry in block.read() for decision in entry.decisions):
                decided += 1
                fallen += bool(decision.fallback)
                failures.update(failures_of(decision.fallback))
    finally:
        store.close()
    if not fallen:
        return Diagnosis("policy", "ok", f"{name}; none of the latest {decided:,} decisions fell back.")
    (policy, reason), times = failures.most_common(1)[0]
    fact = f"{name}; {fallen:,} of the latest {decided:,} decisions fell back, mostly: {policy} {reason} ({times:,})."
    state: State = "doubt" if fallen > decided * _FEW_FALLBACKS else "ok"
    return Diagnosis("policy", state, fact, _REMEDIES.get(reason.partition(":")[0], "`segue explain` shows each."))


def _keys(loaded: LoadedWorkspace) -> Diagnosis:
    if not (loaded.folder / STATE_FOLDER / "keys.json").exists():
        return Diagnosis("keys", "doubt", "None yet.", "`segue run` needs some: `segue keys create --scope ingest`.")
    valid = [key for key in Keys(loaded.folder / STATE_FOLDER).list() if key.revoked_at is None]
    return Diagnosis("keys", "ok" if valid else "doubt", f"{len(valid)} valid.")


def _port(loaded: LoadedWorkspace) -> Diagnosis:
    host, port = loaded.server.host, loaded.server.port
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            fact = f"{host}:{port} cannot be used: {error.strerror}."
            return Diagnosis("port", "doubt", fact, "Is Segue running already? Else choose another in segue.yaml.")
    return Diagnosis("port", "ok", f"{host}:{port} is free.")


async def _channels(loaded: LoadedWorkspace) -> list[Diagnosis]:
    context = ChannelContext(workspace=loaded.folder, state=loaded.folder / STATE_FOLDER)
    diagnoses: list[Diagnosis] = []
    try:
        channels = open_channels(loaded, context)
    except SegueError as error:
        return [Diagnosis("channels", "broken", error.reason, error.instruction)]
    for name, channel in channels.items():
        subject = f"channel {name}"
        try:
            await channel.start()
            findings = await channel.check()
        except SegueError as error:
            diagnoses.append(Diagnosis(subject, "broken", error.reason, error.instruction))
            continue
        finally:
            await channel.stop()
        if not findings:
            diagnoses.append(Diagnosis(subject, "ok", f"{channel.type} is ready."))
        for finding in findings:
            state = _STATE_OF[finding.severity]
            diagnoses.append(Diagnosis(subject, state, finding.reason, finding.instruction))
    return diagnoses


_STATE_OF: dict[str, State] = {"error": "broken", "warning": "doubt", "info": "ok"}
