"""Logs of other systems are evaluated from a table, however it says what the policy would do."""

from pathlib import Path

import duckdb
import numpy as np
import pytest

from segue.learning.off_policy import evaluate, fixed
from segue.learning.off_policy.comparing import Verdict
from segue.learning.off_policy.from_table import TableColumns, evaluate_table, logged
from segue.learning.tables import read_table
from segue.model.errors import SegueError
from tests.learning.off_policy.simulated import ACTIONS, simulate

LOG, EXPECTED = simulate(0, count=3000, floor=0.2)
BEST = np.eye(3)[EXPECTED.argmax(axis=1)]
COLUMNS = TableColumns(action="did", probability="p", reward="got", context=("x0", "x1"))


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The simulated log as a Parquet file, with what the best policy would do."""
    path = tmp_path_factory.mktemp("tables") / "log.parquet"
    rows = range(len(LOG))
    columns = {
        "did": [ACTIONS[each] for each in LOG.action],
        "p": LOG.probability.tolist(),
        "got": LOG.reward.tolist(),
        "x0": LOG.x[:, 0].tolist(),
        "x1": LOG.x[:, 1].tolist(),
        "word": [("young", "old")[row % 2] for row in rows],
        "sometimes": [None if row % 3 == 0 else row * 1.0 for row in rows],
        "would": BEST[np.arange(len(LOG)), LOG.action].tolist(),
        **{f"best_{name}": BEST[:, place].tolist() for place, name in enumerate(ACTIONS)},
    }
    shape = ", ".join(f"unnest(${place + 1}) AS {name}" for place, name in enumerate(columns))
    duckdb.execute(f"COPY (SELECT {shape}) TO '{path}'", list(columns.values()))
    return path


def test_a_table_gives_the_estimates_of_its_arrays(table: Path) -> None:
    found = evaluate_table(table, TableColumns(**_named(), always="mail"))
    direct = evaluate(LOG, fixed(LOG, 0))

    assert (found.decisions, found.actions, found.estimator) == (3000, 3, "dr")
    for name, estimate in direct.estimates.items():
        assert found.estimates[name].value == pytest.approx(estimate.value)
    assert found.log.value == pytest.approx(LOG.reward.mean())


def test_a_policy_may_be_told_by_action_or_by_what_was_done(table: Path) -> None:
    whole = evaluate_table(table, TableColumns(**_named(), target_columns="best_"), effective_samples=500)
    taken = evaluate_table(table, TableColumns(**_named(), target_probability="would"))

    assert set(taken.estimates) == {"ips", "clipped_ips", "snips"}
    for name, interval in taken.estimates.items():
        assert interval.value == pytest.approx(whole.estimates[name].value)
    assert whole.verdict is Verdict.BETTER
    assert taken.effective_samples == pytest.approx(whole.effective_samples)


def test_uniform_is_a_policy(table: Path) -> None:
    found = evaluate_table(table, TableColumns(**_named(), always="uniform"))

    truth = EXPECTED.mean()
    assert found.estimates["dr"].low <= truth <= found.estimates["dr"].high


def test_few_effective_samples_give_no_verdict(table: Path) -> None:
    found = evaluate_table(table, TableColumns(**_named(), target_columns="best_"), effective_samples=1e6)

    assert found.verdict is Verdict.NOT_ENOUGH_EVIDENCE


def test_words_and_what_is_missing_become_numbers(table: Path) -> None:
    columns = TableColumns(action="did", probability="p", reward="got", context=("x0", "word", "sometimes"))

    log = logged(read_table(table), columns)

    assert log.x.shape == (3000, 4)
    assert set(log.x[:, 1]) == {0.0, 1.0}
    assert (log.x[:3, 2].tolist(), log.x[:3, 3].tolist()) == ([0.0, 1.0, 2.0], [1.0, 0.0, 0.0])


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({}, "exactly one"),
        ({"always": "mail", "target_columns": "best_"}, "exactly one"),
        ({"always": "fax"}, "never took 'fax'"),
        ({"target_columns": "worst_"}, "no column 'worst_mail'"),
        ({"target_probability": "wood"}, "no column 'wood'"),
        ({"always": "mail", "reward": "did"}, "no numbers"),
        ({"always": "mail", "probability": "x0"}, r"not in \(0, 1\]"),
        ({"target_columns": "best_", "reward": "gut"}, "no column 'gut'"),
    ],
)
def test_what_does_not_fit_says_so(table: Path, columns: dict[str, str], reason: str) -> None:
    with pytest.raises(SegueError, match=reason):
        evaluate_table(table, TableColumns(**(_named() | columns)))


def _named() -> dict[str, object]:
    return {name: getattr(COLUMNS, name) for name in ("action", "probability", "reward", "context")}
