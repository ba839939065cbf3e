"""Editing: change one line of a workspace file, so that comments and order stay as somebody wrote them."""

import re
from pathlib import Path
from typing import Literal, TypeAlias

from segue.model.errors import WorkspaceError
from segue.workspace.documents import read_document

Status: TypeAlias = Literal["live", "paused", "draining", "stopped"]

_STATUS = re.compile(r"^(?P<field>status:[ \t]*)(?P<value>[^\s#]*)", re.MULTILINE)
_BEFORE = re.compile(r"^(version|journey):[^\n]*\n?", re.MULTILINE)


def set_status(path: Path, status: Status) -> str:
    """Write ``status`` into a journey's file and return what it was.

    Raises:
        WorkspaceError: the file is not written field by field, so that no line holds the status.
    """
    text = path.read_text(encoding="utf-8")
    before = _status_of(path, text)
    if before == status:
        return before
    changed = with_status(text, status)
    if _status_of(path, changed) != status:
        raise WorkspaceError(f"{path.name} cannot be changed line by line.", f"Write status: {status} there yourself.")
    path.write_text(changed, encoding="utf-8")
    return before


def with_status(text: str, status: Status) -> str:
    """Return a journey's text with the line ``status: ...`` as it should be; a new one stands below its name."""
    if _STATUS.search(text):
        return _STATUS.sub(rf"\g<field>{status}", text, count=1)
    heads = list(_BEFORE.finditer(text))
    if not heads:
        return text
    end = heads[-1].end()
    line = "" if text[:end].endswith("\n") else "\n"
    return f"{text[:end]}{line}status: {status}\n{text[end:]}"


def _status_of(path: Path, text: str) -> str:
    document, _ = read_document(path.name, text)
    value = document.value if document is not None else {}
    return str(value.get("status", "live")) if isinstance(value, dict) else ""
