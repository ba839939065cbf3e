"""Options shared by commands."""

import pytest

from segue.cli import main


def test_a_flag_has_no_opposite(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--no-json"]) == 2
    assert "--no-json" in capsys.readouterr().err
