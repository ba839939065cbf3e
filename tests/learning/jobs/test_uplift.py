"""The uplift job: what acting adds, held to chance, to a later period, and to who was held out."""

import numpy as np
import pytest
from msgspec.structs import replace

from segue.core.decisioning.models.estimators import evaluate
from segue.learning.jobs.training import Training
from segue.learning.jobs.uplift import train_uplift
from segue.model.errors import SegueError
from segue.model.learning import Gates
from segue.model.snapshots import UpliftModel
from tests.learning.jobs.frames import INPUTS, NOW, SHOP, a_frame, untouched

EASY = replace(SHOP, learning=replace(SHOP.learning, gates=Gates(effective_samples=200)))
FRAME = a_frame(rows=5000)


@pytest.fixture(scope="module")
def trained() -> Training:
    return train_uplift(FRAME, EASY, NOW)


def effect(training: Training, action: str, *, is_buyer: bool) -> float:
    body = training.snapshot.body
    assert isinstance(body, UpliftModel)
    values = [1.0] + [0.0] * (len(INPUTS) - 1)
    values[INPUTS.index("buyer")] = float(is_buyer)
    values[INPUTS.index("fatigue_dose")] = 1.0
    values[INPUTS.index("known_for")] = 0.5
    return evaluate(body.by_action[action], INPUTS, values)


def test_the_effect_is_in_currency_and_tells_customers_apart(trained: Training) -> None:
    # A purchase counts 20 and brings a margin of 10; a voucher makes 3 of 10 buyers buy, and nobody else.
    assert effect(trained, "voucher", is_buyer=True) == pytest.approx(8.7, abs=2.0)
    assert abs(effect(trained, "voucher", is_buyer=False)) < 2.0
    assert trained.snapshot.metrics["voucher.is_personal"] == 1.0


def test_an_action_that_adds_nothing_is_said_to_add_nothing(trained: Training) -> None:
    assert effect(trained, "news", is_buyer=True) == effect(trained, "news", is_buyer=False) == 0.0
    assert trained.drivers["news"] == {}
    assert any(note.startswith("news: No usable uplift") for note in trained.notes)


def test_it_is_published_for_what_it_gains_on_a_later_period(trained: Training) -> None:
    assert [gate.name for gate in trained.gates] == ["gain_low"]
    assert trained.is_fit
    assert trained.snapshot.metrics["gain"] > 0.5


def test_where_nothing_helps_nothing_is_published() -> None:
    with pytest.raises(SegueError, match="No usable uplift"):
        train_uplift(a_frame(rows=5000, response=untouched), EASY, NOW)


def test_with_too_little_it_says_what_is_missing() -> None:
    with pytest.raises(SegueError, match="outcomes among the treated"):
        train_uplift(FRAME.take(np.arange(300)), EASY, NOW)
