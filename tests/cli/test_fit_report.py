"""What `segue fit` says of a model: verdict first, warnings where they are due."""

from msgspec.structs import replace

from segue.cli.fit_report import lifetime_lines, uplift_lines
from segue.learning.lifetime.buying import Buying
from segue.learning.lifetime.fitting import LifetimeModel
from segue.learning.lifetime.spending import Spending
from segue.learning.scoring import Interval
from segue.learning.uplift.assignment import Assignment
from segue.learning.uplift.fitting import Ranking, UpliftReport
from segue.learning.uplift.selecting import Selection

QINI = Interval(0.06, 0.04, 0.08)
REPORT = UpliftReport(
    rows=1000,
    assignment=Assignment(0.5, False, Interval(0.5, 0.49, 0.51)),
    effect=Interval(0.05, 0.04, 0.06),
    learner="DR linear",
    compared={"DR linear": QINI},
    ranking=Ranking(qini=QINI, response=Interval(0.02, 0.0, 0.04), chance=0.01),
    selection=Selection(share=0.3, gain=Interval(0.02, 0.01, 0.03), everybody=Interval(-0.05, -0.07, -0.03)),
)
WORTH = {"mean": 1.0, "p50": 0.5, "p90": 2.0, "p99": 5.0}


def test_the_verdict_comes_first_and_silence_is_named() -> None:
    lines = uplift_lines(REPORT.ranking.verdict, REPORT, None)

    assert lines[0] == "Usable uplift: who gains more from the action can be told beforehand."
    assert lines[-1] == (
        "  Treat 30.0%, be silent to the others: +0.0200 [+0.0100, +0.0300] a customer; "
        "treating everybody -0.0500 [-0.0700, -0.0300]."
    )


def test_a_response_model_that_ranks_better_is_a_reason_against_uplift() -> None:
    ranking = replace(REPORT.ranking, response=Interval(0.07, 0.05, 0.09))

    assert not ranking.is_usable
    assert ranking.verdict == "No usable uplift: a plain response model ranks customers better."


def test_a_trial_that_was_not_by_chance_is_said_to_be_so() -> None:
    chosen = replace(REPORT, assignment=Assignment(0.5, False, Interval(0.7, 0.69, 0.71)))

    assert any("not by chance" in line for line in uplift_lines("", chosen, None))


def test_amounts_that_go_with_frequency_are_a_warning() -> None:
    model = LifetimeModel(Buying(1, 1, 1, 2), Spending(6, 4, 15, correlation=0.5))

    assert any("correlation 0.50" in line for line in lifetime_lines(model, WORTH, 52.0, None))
    assert not any("correlation" in line for line in lifetime_lines(LifetimeModel(Buying(1, 1, 1, 2)), WORTH, 52, None))
