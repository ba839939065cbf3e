"""Trainings: gates that say what they wanted, and cards that people and programs read."""

import json

import msgspec
import pytest

from segue.learning.jobs import FRAME_JOBS, card_of, train
from segue.learning.jobs.training import Gate, Training, snapshot_of
from segue.model.snapshots import Linear, ScoreModel
from segue.model.time import DAY
from tests.learning.jobs.frames import NOW, SHOP, a_frame
from tests.learning.shop import BEGIN

BODY = ScoreModel("risk", Linear(("one",), 1.0, (0.0,), (0.0,), (1.0,)))


@pytest.mark.parametrize(
    ("gate", "holds", "words"),
    [
        (Gate("auc", 0.6, 0.52, is_least=True), True, "auc 0.6, at least 0.52 holds"),
        (Gate("auc", 0.5, 0.52, is_least=True), False, "auc 0.5, at least 0.52 is missed"),
        (Gate("calibration_error", 0.06, 0.05), False, "calibration_error 0.06, at most 0.05 is missed"),
        (Gate("calibration_error", float("nan"), 0.05), False, "calibration_error nan, at most 0.05 is missed"),
    ],
)
def test_a_gate_says_what_it_wanted(gate: Gate, holds: bool, words: str) -> None:
    assert gate.holds is holds
    assert str(gate) == words


def test_a_card_is_json_and_says_all_that_was_found() -> None:
    snapshot = snapshot_of(
        "churn", BODY, since=BEGIN, until=NOW, rows=7, metrics={"auc": 0.7, "gain_low": -float("inf")}
    )
    gates = (Gate("auc", 0.7, 0.52, is_least=True), Gate("calibration_error", 0.2, 0.05))
    training = Training(snapshot=snapshot, gates=gates, before_version="b", notes=("One note.",))
    card = json.loads(msgspec.json.encode(card_of(training)))

    assert not training.is_fit
    assert training.missed == (gates[1],)
    assert (card["kind"], card["version"], card["rows"]) == ("churn", snapshot.version, 7)
    assert card["trained_from"].startswith("2026-03-02")
    assert [gate["holds"] for gate in card["gates"]] == [True, False]
    assert card["metrics"] == {"auc": 0.7, "gain_low": None}
    assert card["segue"]


def test_a_model_can_be_made_again_from_a_part_of_the_log() -> None:
    frame = a_frame(rows=3000)
    again = train(frame, SHOP, "propensity")

    assert again is not None
    assert again.trained_to == frame.closes_at.max()
    assert train(frame.take(frame.at < BEGIN + 2 * DAY), SHOP, "propensity") is None
    assert train(frame.take(frame.at < BEGIN), SHOP, "uplift") is None
    assert set(FRAME_JOBS) == {"propensity", "uplift", "long_term"}
