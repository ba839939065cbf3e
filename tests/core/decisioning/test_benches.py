"""The benchmarks of policies run, end to end, on a few hundred steps."""

import json
from pathlib import Path

import numpy as np
import pytest

from bench import delay as delay_bench
from bench import policies
from bench.policy_rivals import Disjoint, Ours, Uniform
from bench.policy_streams import STREAMS, Stream, factored
from segue.core.decisioning.models.shape import SILENCE
from segue.model.workspace import PolicySpec

pytest.importorskip("vowpalwabbit")


@pytest.fixture(autouse=True)
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("bench.report.RESULTS", tmp_path)
    return tmp_path


def test_the_quick_benches_run(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policies.main(["--quick", "factored"])
    delay_bench.main(["--quick"])

    measured = json.loads((results / "policies.json").read_text())["figures"]
    assert measured["factored_regret"] > 0.0
    assert measured["decide_us"] > 0.0
    assert "vw --squarecb" in capsys.readouterr().out
    assert json.loads((results / "delay.json").read_text())["figures"]["delay_ratio"] > 0.0


def test_ours_plays_with_the_defaults_that_ship() -> None:
    from bench.policy_rivals import GREED

    assert PolicySpec().greed == GREED
    assert PolicySpec().draw == "inverse_gap"


@pytest.mark.parametrize("name", list(STREAMS))
def test_every_stream_is_what_it_says(name: str) -> None:
    try:
        stream = STREAMS[name](3, policies.DATA, 300)
    except FileNotFoundError as missing:
        pytest.skip(str(missing))
    again = STREAMS[name](3, policies.DATA, 300)

    assert len(stream.x) == len(stream.outcomes) == 300
    assert len(stream.arms) == len(stream.words) == len(stream.costs)
    assert (stream.x[:, 0] == 1.0).all()
    assert (again.x == stream.x).all()
    assert (again.outcomes == stream.outcomes).all()
    if stream.logged is None:
        assert stream.chances is not None
        assert stream.chances.shape == stream.outcomes.shape == (300, len(stream.arms))
    else:
        assert set(stream.logged.tolist()) <= set(range(len(stream.arms)))


def test_a_replay_counts_the_rows_that_chance_had_decided_alike() -> None:
    """Uniform choice on a log of known rates: the mean of the rates, from a third of the rows."""
    rng = np.random.default_rng(0)
    logged = rng.integers(3, size=9_000)
    outcomes = (rng.random(9_000) < np.array([0.1, 0.2, 0.6])[logged]).astype(float)[:, None]
    stream = Stream(
        "log", np.ones((9_000, 1)), ((("a:1", 1.0),), (("a:2", 1.0),), SILENCE), ((), (), ()), outcomes, np.zeros(3),
        logged=logged,
    )  # fmt: skip

    played = policies.play(stream, Uniform(stream, 0), "random", 0)
    stream.is_weighted = True
    weighted = policies.play(stream, Uniform(stream, 0), "random", 0)

    assert played.reward == pytest.approx(0.3, abs=4 * played.error)
    assert played.error == pytest.approx((0.3 * 0.7 / 3_000) ** 0.5, rel=0.05)
    assert played.fixed == pytest.approx(0.6, abs=0.03)
    assert weighted.reward == pytest.approx(outcomes.mean())


def test_learning_policies_lose_less_than_chance_and_late_outcomes_arrive() -> None:
    stream = factored(0, policies.DATA, 1_500)
    stream.delays, stream.window = np.random.default_rng(0).exponential(30.0, 1_500), 200

    regrets = [
        policies.play(stream, player, "", 0).regret
        for player in (Ours(stream, 0), Disjoint(stream, 0, 0.3, True), Uniform(stream, 0))
    ]

    assert regrets[0] < regrets[2] * 0.9
    assert regrets[1] < regrets[2]
