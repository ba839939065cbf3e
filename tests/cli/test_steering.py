"""segue pause, resume, drain, stop."""

from pathlib import Path

import pytest

from segue.cli import main
from segue.workspace import load
from tests.workspace.shop import write_shop

NOWHERE = ["--url", "http://127.0.0.1:9"]


@pytest.mark.parametrize(
    ("command", "status"), [("pause", "paused"), ("drain", "draining"), ("stop", "stopped"), ("resume", "live")]
)
def test_the_journey_s_file_says_what_was_asked(
    tmp_path: Path, command: str, status: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write_shop(tmp_path)
    assert main(["pause", "reorder", str(tmp_path), *NOWHERE]) == 0

    assert main([command, "reorder", str(tmp_path), *NOWHERE]) == 0

    assert load(tmp_path).workspace.journeys[0].status == status
    assert f"journeys/reorder.yaml: {status}" in capsys.readouterr().err


def test_an_unknown_journey_is_told_with_the_closest_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stop", "roerder", str(write_shop(tmp_path)), *NOWHERE]) == 1
    assert "Did you mean 'reorder'?" in capsys.readouterr().err
