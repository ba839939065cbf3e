"""Fitting uplift: the plain is preferred, nothing is found where there is nothing, and currency comes out."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from segue.core.decisioning.models.estimators import evaluate_many
from segue.learning.encoding import make_encoding, truths
from segue.learning.tables import read_table
from segue.learning.uplift.fitting import UpliftReport, choose, fit_uplift
from segue.learning.uplift.holding import hold
from segue.learning.uplift.learners import LEARNERS, Base, Trial
from segue.model.errors import SegueError
from segue.model.snapshots import Estimator, Linear

HILLSTROM = Path(__file__).parents[4] / "shared" / "data" / "hillstrom_dev.csv.gz"
NAMES = ("x", "z")
LINEAR = {name: LEARNERS[name] for name in ("T linear", "DR linear")}
BOTH = LINEAR | {"T boosted": LEARNERS["T boosted"]}


def trial(rows: int, seed: int, slope: float, *, step: float = 0.0, effect: float = 0.05) -> Trial:
    """Treating adds ``effect`` and ``slope`` times x, and ``step`` where x and z have the same sign."""
    chance = np.random.default_rng(seed)
    x = chance.uniform(-1.0, 1.0, size=(rows, 2))
    treated = (chance.random(rows) < 0.5).astype(float)
    gain = effect + slope * x[:, 0] + step * np.sign(x[:, 0] * x[:, 1])
    outcome = (chance.random(rows) < 0.3 + 0.1 * x[:, 1] + gain * treated).astype(float)
    return Trial(x, NAMES, treated, outcome, np.full(rows, 0.5))


def fit(known: Trial, learners: Mapping[str, Base] = LINEAR, **more: float) -> tuple[Estimator, UpliftReport]:
    return fit_uplift(known.x, NAMES, known.treated, known.outcome, learners=learners, **more)


def test_a_linear_uplift_gets_a_linear_model_that_is_usable() -> None:
    model, report = fit(trial(8000, 1, 0.2), BOTH)

    assert isinstance(model, Linear)
    assert report.ranking.is_usable
    assert report.ranking.verdict.startswith("Usable uplift")
    assert report.effect.low < 0.05 < report.effect.high
    assert report.assignment.is_random


def test_an_uplift_that_no_line_shows_gets_trees() -> None:
    _, report = fit(trial(8000, 2, 0.0, step=0.15), BOTH)

    assert report.learner == "T boosted"
    assert report.ranking.is_usable


@pytest.mark.parametrize("seed", range(3))
def test_where_all_gain_alike_there_is_no_usable_uplift(seed: int) -> None:
    _, report = fit(trial(4000, 10 + seed, 0.0))

    assert not report.ranking.is_usable
    assert report.ranking.verdict.startswith("No usable uplift")


def test_the_model_speaks_currency_and_silence_pays_where_costs_exceed_it() -> None:
    known = trial(12_000, 3, 0.2, effect=0.0)

    model, report = fit(known, value=10.0, cost=0.5)

    predicted = evaluate_many(model, NAMES, known.x)
    assert np.corrcoef(predicted, 2.0 * known.x[:, 0])[0, 1] > 0.9
    assert predicted.std() == pytest.approx(2.0 / 3**0.5, rel=0.25)
    assert 0.25 < report.selection.share < 0.5
    assert report.selection.gain.low > 0.0 > report.selection.everybody.value


def test_held_out_rows_judge_a_trained_model() -> None:
    known, held = trial(8000, 4, 0.2, effect=0.0), trial(8000, 5, 0.2, effect=0.0)
    model, report = fit(known, value=10.0, cost=0.5)

    judged = hold(model, known, held, 10.0, 0.5)

    assert judged.ranking.is_usable
    assert judged.net_revenue > 0.0
    assert judged.selection.gain.value == pytest.approx(report.selection.gain.value, abs=0.15)


def test_one_who_chose_whom_to_treat_is_found_out() -> None:
    known = trial(8000, 6, 0.1)
    chosen = (np.random.default_rng(7).random(8000) < np.where(known.x[:, 1] > 0, 0.7, 0.3)).astype(float)

    _, report = fit_uplift(known.x, NAMES, chosen, known.outcome, learners=LINEAR)

    assert not report.assignment.is_random
    assert report.assignment.predictable.low > 0.6


def test_within_one_standard_error_the_plain_model_is_taken() -> None:
    known = trial(6000, 8, 0.2)
    fold = np.arange(6000) % 5
    plain, better = known.x[:, 0] + 0.05 * np.random.default_rng(1).normal(size=6000), known.x[:, 0]

    assert choose({"T linear": plain, "T boosted": better}, known, fold)[0] == "T linear"
    assert choose({"T linear": -plain, "T boosted": better}, known, fold)[0] == "T boosted"


def test_too_few_outcomes_are_refused() -> None:
    known = trial(300, 9, 0.1)

    with pytest.raises(SegueError, match="too few to compare"):
        fit(known)


@pytest.mark.skipif(not HILLSTROM.is_file(), reason="the shared data are not on this machine")
@pytest.mark.parametrize(("arm", "is_usable"), [("Womens E-Mail", True), ("Mens E-Mail", False)])
def test_hillstrom_women_have_usable_uplift_and_men_have_not(arm: str, is_usable: bool) -> None:
    columns = read_table(HILLSTROM)
    kept = np.isin(columns["segment"].astype(str), (arm, "No E-Mail"))
    columns = {name: values[kept] for name, values in columns.items()}
    encoding = make_encoding(columns, ("row_id", "segment", "visit", "conversion", "spend"))
    treated, outcome = truths(columns, "segment", arm), columns["visit"].astype(float)
    linear = {name: learner for name, learner in LEARNERS.items() if name.endswith("linear")}

    _, report = fit_uplift(encoding.encode(columns), encoding.inputs, treated, outcome, learners=linear)

    assert report.ranking.is_usable == is_usable
    assert (report.ranking.qini.value >= 0.055) == is_usable
    assert report.ranking.response.value < 0.03
