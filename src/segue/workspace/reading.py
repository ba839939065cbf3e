"""Reading: find the files of a workspace, read each as the definition that belongs there."""

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Any

from msgspec import Struct

from segue.workspace.documents import Document, read_document
from segue.workspace.findings import Finding, Place
from segue.workspace.layout import ACTION, KINDS, Kind, kind_of
from segue.workspace.schema import convert_document
from segue.workspace.tables import read_tables

_FOLDERS = {PurePosixPath(kind.pattern).parts[0] for kind in KINDS if "/" in kind.pattern}
_ROOT_STEMS = [PurePosixPath(kind.pattern).stem for kind in KINDS if "/" not in kind.pattern]
_SIZE_MAX = 1_000_000  # bytes; a definition is written by people


class Declared(Struct, frozen=True):
    """A file of the workspace: its text as data, and as a definition; ``definition`` is None where it does not fit."""

    kind: Kind
    name: str
    document: Document
    definition: Any


def read_folder(folder: Path) -> tuple[tuple[Declared, ...], tuple[Finding, ...]]:
    """Return every definition file under ``folder`` in the order of the layout, and what is wrong with each by itself.

    Files of one kind come in the order of their names, so a folder reads the same on every machine. Each row of a
    catalogue's table reads as a file of an action.
    """
    declared: list[Declared] = []
    findings: list[Finding] = []
    for path in _yaml_files(folder):
        kind = kind_of(path)
        if kind is None:
            findings += _stray(path)
            continue
        document, problems = _read_file(folder, path)
        findings += problems
        if document is not None:
            definition, differences = convert_document(document, kind.schema)
            findings += differences
            declared.append(Declared(kind, _name_of(kind, document, path), document, definition))
    rows, problems = read_tables(folder)
    findings += problems
    for document in rows:
        definition, differences = convert_document(document, ACTION.schema)
        findings += differences
        declared.append(
            Declared(ACTION, _name_of(ACTION, document, PurePosixPath(document.file)), document, definition)
        )
    declared.sort(key=lambda file: (KINDS.index(file.kind), file.document.file))
    return tuple(declared), tuple(findings)


def _yaml_files(folder: Path) -> Iterator[PurePosixPath]:
    for path in sorted(folder.iterdir()):
        relative = PurePosixPath(path.name)
        if path.is_file() and path.suffix in (".yaml", ".yml"):
            yield relative
        elif path.is_dir() and path.name in _FOLDERS:
            inside = (found for found in sorted(path.rglob("*")) if found.suffix in (".yaml", ".yml"))
            yield from (PurePosixPath(found.relative_to(folder).as_posix()) for found in inside if found.is_file())


def _read_file(folder: Path, path: PurePosixPath) -> tuple[Document | None, tuple[Finding, ...]]:
    try:
        raw = (folder / path).read_bytes()
        if len(raw) > _SIZE_MAX:
            reason, instruction = f"The file has {len(raw):,} bytes.", f"Keep definitions below {_SIZE_MAX:,} bytes."
        else:
            return read_document(str(path), raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        reason, instruction = "The file is not text in UTF-8.", "Save it as UTF-8."
    except OSError as error:
        reason, instruction = f"The file cannot be read: {error.strerror}.", "Look at its permissions."
    return None, (Finding("SG104", Place(str(path)), reason, instruction),)


def _name_of(kind: Kind, document: Document, path: PurePosixPath) -> str:
    if not kind.name_field:
        return path.stem if "/" in kind.pattern else ""
    stated = document.value.get(kind.name_field) if isinstance(document.value, dict) else None
    return stated if isinstance(stated, str) else path.stem


def _stray(path: PurePosixPath) -> Iterator[Finding]:
    """Yield a warning about a file that looks like a definition and lies where none belongs."""
    if len(path.parts) > 1:
        instruction = f"Move it to {path.parts[0]}/{path.stem}.yaml."
    elif close := get_close_matches(path.stem, _ROOT_STEMS, n=1, cutoff=0.8):
        instruction = f"Did you mean {close[0]}.yaml?"
    else:
        return
    yield Finding("SG106", Place(str(path)), "Nothing reads this file.", instruction)
