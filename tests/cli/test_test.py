"""segue test."""

import json
from pathlib import Path

import pytest

from segue.cli import main
from tests.workspace.shop import write_shop

SCENARIOS = """\
scenarios:
  - scenario: One order is answered by silence
    given: {start: "2026-01-05"}
    story:
      - event: order_completed
        properties: {amount: 20}
      - expect_silence: {for: 1d}
  - scenario: This one expects too much
    given: {start: "2026-01-05"}
    story:
      - event: order_completed
      - expect: {message: offer, within: 1h}
"""


def test_it_runs_every_scenario_and_fails_with_the_story(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_shop(tmp_path, {"tests/orders.yaml": SCENARIOS})

    assert main(["test", str(tmp_path), "--verbose"]) == 1

    printed = capsys.readouterr().out
    assert "passed  One order is answered by silence" in printed
    assert "FAILED  This one expects too much" in printed
    assert printed.endswith("1 scenario passed, 1 failed.\n")


def test_results_as_json_name_the_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_shop(tmp_path, {"tests/orders.yaml": SCENARIOS})

    assert main(["test", str(tmp_path), "--json"]) == 1

    result = json.loads(capsys.readouterr().out)
    assert (result["passed"], result["failed"]) == (1, 1)
    assert result["scenarios"][1]["place"].startswith("tests/orders.yaml:12")


def test_a_workspace_without_scenarios_passes_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", str(write_shop(tmp_path))]) == 0
    assert "There are no scenarios yet" in capsys.readouterr().err
