"""segue init."""

from pathlib import Path

import pytest

from segue.cli import main


def test_it_says_what_to_do_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path / "shop")]) == 0
    assert f"segue check {tmp_path / 'shop'}" in capsys.readouterr().out


def test_it_never_overwrites(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").write_text("precious")

    assert main(["init", str(tmp_path)]) == 1
    assert "not empty" in capsys.readouterr().err


def test_it_lists_what_there_is_to_start_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--list"]) == 0
    assert "two_channels" in capsys.readouterr().out


def test_a_workspace_needs_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init"]) == 2
    assert "--list" in capsys.readouterr().err
