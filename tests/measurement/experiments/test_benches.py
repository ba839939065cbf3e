"""The benchmarks of experiments run, end to end, on few customers."""

import json
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from bench import measure, measure_coverage, verdicts


@pytest.fixture(autouse=True)
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("bench.report.RESULTS", tmp_path)
    return tmp_path


def test_twenty_metrics_are_measured_and_libraries_that_are_missing_are_told() -> None:
    rows, figures = measure.bench_experiments(measure.QUICK)

    assert 0.0 < figures["seconds_20x1m"] < 5.0
    assert figures["customers"] == measure.QUICK
    told = " ".join(str(row[0]) for row in rows)
    assert "20 metrics: verdicts with intervals" in told
    assert "numpy arrays" in told


def test_the_quick_coverage_runs(capsys: pytest.CaptureFixture[str]) -> None:
    measure_coverage.main(["--quick"])

    assert "false positives, 100 looks, heavy revenue, always valid, gate and cap" in capsys.readouterr().out


def test_the_whole_coverage_is_written_with_its_goals(results: Path) -> None:
    measure_coverage.main(["--experiments", "5"])

    figures = json.loads((results / "measure_coverage.json").read_text())["figures"]
    assert figures["goal_false_positives"] == 0.05
    assert 0.0 <= figures["false_revenue_always_valid_gate_and_cap"] <= 1.0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("30 % lift", (0.0, 1.0, 0.0)),
        ("20 % lift, a row for each order", (0.0, 1.0, 0.0)),
        ("broken, 52/48, nobody told", (0.0, 0.0, 1.0)),
    ],
)
def test_verdicts_are_counted_against_the_truth(name: str, expected: tuple[float, float, float]) -> None:
    assert verdicts.tally(verdicts.CASES[name], 2, np.random.default_rng(4)) == expected


def test_a_verdict_that_is_not_so_counts_as_wrong(tmp_path: Path) -> None:
    made = verdicts.CASES["30 % lift"](np.random.default_rng(4))
    said = verdicts.look(made, tmp_path)
    assert not verdicts.is_wrong(said, made)
    assert verdicts.is_wrong(said, replace(made, lifts={"email": 0.0}))
    assert verdicts.is_wrong(said, replace(made, lifts={"email": -0.1}))
    assert verdicts.is_wrong(said, replace(made, lifts=None)), "its split is not broken, and should be"
    assert not verdicts.is_found(said, {"email": -0.1})
