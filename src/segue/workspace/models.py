"""Models: the trained models of a workspace as files, and which of them decide.

models/KIND-VERSION.msgpack   a snapshot; it never changes, and none is ever deleted
models/KIND-VERSION.json      what a person wants to know of it
models/current.yaml           which one of each kind decides, and which did before

A file gets its name, by an atomic rename, only when it is complete; ``current.yaml`` is the last to be written. So a
crash at any point leaves what decided before.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from segue.model.errors import SegueError
from segue.model.snapshots import ModelSnapshot, version_of
from segue.workspace.documents import read_document, write_document
from segue.workspace.layout import MODELS_FOLDER, ModelsFile

CURRENT = "current.yaml"

_HEAD = "# Written by `segue learn`. `segue models` lists what there is, `segue models rollback KIND` goes back.\n"


def read_current(folder: Path) -> ModelsFile:
    """Return which models of the workspace in ``folder`` decide; none where none was ever published.

    Raises:
        SegueError: the file cannot be read.
    """
    path = folder / MODELS_FOLDER / CURRENT
    if not path.exists():
        return ModelsFile()
    document, findings = read_document(CURRENT, path.read_text(encoding="utf-8"))
    try:
        return msgspec.convert(document.value if document is not None else None, ModelsFile)
    except msgspec.ValidationError as error:
        reason = findings[0].reason if findings else str(error)
        raise SegueError(f"{path} cannot be read: {reason}", "Restore it from git, or from a backup.") from error


def read_snapshot(folder: Path, kind: str, version: str) -> ModelSnapshot:
    """Return a model of the workspace in ``folder``.

    Raises:
        SegueError: there is no such model, or its file is damaged: it does not hold what its name says.
    """
    path = _path(folder, kind, version, "msgpack")
    restore = "Restore it from git or a backup, or go back with `segue models rollback`."
    try:
        snapshot = msgspec.msgpack.decode(path.read_bytes(), type=ModelSnapshot)
    except FileNotFoundError:
        raise SegueError(f"There is no model {kind} {version}: {path.name} is missing.", restore) from None
    except (msgspec.DecodeError, OSError) as error:
        raise SegueError(f"The model in {path.name} cannot be read.", restore) from error
    if (snapshot.kind, snapshot.version) != (kind, version) or version_of(snapshot.body) != version:
        raise SegueError(f"{path.name} does not hold the model that its name says.", restore)
    return snapshot


def read_card(folder: Path, kind: str, version: str) -> dict[str, Any]:
    """Return what was written down about a model; nothing where its card is missing."""
    path = _path(folder, kind, version, "json")
    return dict(msgspec.json.decode(path.read_bytes())) if path.exists() else {}


def keep_model(folder: Path, snapshot: ModelSnapshot, card: dict[str, Any]) -> None:
    """Write a model and its card into the workspace; it does not decide yet. The same model again changes nothing.

    Raises:
        SegueError: another model has this version (a damaged file).
    """
    path = _path(folder, snapshot.kind, snapshot.version, "msgpack")
    if path.exists():
        read_snapshot(folder, snapshot.kind, snapshot.version)
        return
    path.parent.mkdir(exist_ok=True)
    _write(_path(folder, snapshot.kind, snapshot.version, "json"), msgspec.json.format(msgspec.json.encode(card)))
    _write(path, msgspec.msgpack.encode(snapshot, order="deterministic"))


def publish_model(folder: Path, kind: str, version: str) -> ModelsFile:
    """Let a kept model decide: the next `segue apply`, or the next start, takes it over.

    Raises:
        SegueError: there is no such model, or its file is damaged.
    """
    read_snapshot(folder, kind, version)
    models = read_current(folder)
    now = models.current.get(kind)
    if now == version:
        return models
    before = [each for each in (now, *models.earlier.get(kind, ())) if each not in (None, version)]
    earlier = {**models.earlier, kind: tuple(before)}
    return _write_current(folder, replace(models, current={**models.current, kind: version}, earlier=earlier))


def roll_back(folder: Path, kind: str, version: str = "") -> str:
    """Let an earlier model of ``kind`` decide again, the one before by default; return its version.

    What decided meanwhile stays as a file, and `version` brings it back; but it is none of the earlier ones any more.

    Raises:
        SegueError: there is no model to go back to, or its file is damaged.
    """
    models = read_current(folder)
    earlier = models.earlier.get(kind, ())
    if not version and not earlier:
        known = models.current.get(kind)
        reason = f"There is no {kind} model before {known}." if known else f"No {kind} model was ever published."
        raise SegueError(reason, "`segue models` lists what there is; to use none, take its line out of current.yaml.")
    chosen = version or earlier[0]
    read_snapshot(folder, kind, chosen)
    if chosen not in earlier:
        publish_model(folder, kind, chosen)
        return chosen
    older = earlier[earlier.index(chosen) + 1 :]
    current = {**models.current, kind: chosen}
    _write_current(folder, replace(models, current=current, earlier={**models.earlier, kind: older}))
    return chosen


def kept_models(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield kind and version of every model in the workspace, by name."""
    for path in sorted((folder / MODELS_FOLDER).glob("*.msgpack")):
        kind, _, version = path.stem.rpartition("-")
        yield kind, version


def _path(folder: Path, kind: str, version: str, suffix: str) -> Path:
    return folder / MODELS_FOLDER / f"{kind}-{version}.{suffix}"


def _write_current(folder: Path, models: ModelsFile) -> ModelsFile:
    told = ModelsFile(
        current=dict(sorted(models.current.items())),
        earlier={kind: versions for kind, versions in sorted(models.earlier.items()) if versions},
    )
    text = _HEAD + write_document(msgspec.to_builtins(told))
    _write(folder / MODELS_FOLDER / CURRENT, text.encode())
    return told


def _write(path: Path, content: bytes) -> None:
    unfinished = path.with_name(path.name + ".tmp")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
