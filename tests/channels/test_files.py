"""Atomic files."""

import os
from pathlib import Path

import pytest

from segue.channels.files import append_durable, write_atomic


def test_a_write_replaces_the_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"
    write_atomic(path, b"one, and longer")
    write_atomic(path, b"two")
    assert path.read_bytes() == b"two"
    assert os.listdir(path.parent) == ["file"]


def test_a_write_that_fails_keeps_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_atomic(path, b"old")

    def broken(descriptor: int) -> None:
        raise OSError(5, "input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="input/output"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


def test_appending_keeps_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "new" / "log"
    for line in (b"a\n", b"b\n"):
        append_durable(path, line)
    assert path.read_bytes() == b"a\nb\n"
