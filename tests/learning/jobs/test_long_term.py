"""The long-term job: decisions one after another, with what no two of them share."""

import numpy as np
import pytest
from msgspec.structs import replace

from segue.learning.jobs.long_term import decision_log, settings_of, train_long_term
from segue.model.errors import SegueError
from segue.model.learning import Gates, Objective
from segue.model.snapshots import LongTermModel
from segue.model.time import HOUR
from tests.learning.jobs.frames import NOW, SHOP, a_frame

OBJECTIVES = {**SHOP.learning.objectives, "left": Objective(event="consent_changed", value=-8.0, weight=0.5)}
CAREFUL = replace(SHOP, learning=replace(SHOP.learning, objectives=OBJECTIVES, gates=Gates(effective_samples=200)))
FRAME = a_frame()


def test_a_withdrawal_costs_what_the_objective_says() -> None:
    settings = settings_of(CAREFUL)
    assert settings.loss == 4.0
    assert settings.objectives == {"bought": 20.0, "margin": 1.0, "left": -4.0}
    assert settings_of(SHOP).loss == 0.0


def test_the_log_holds_what_came_before_the_next_decision() -> None:
    half = replace(FRAME, steps=FRAME.rewards * 0.5, next_at=FRAME.at + HOUR // 2)
    log = decision_log(half, CAREFUL)

    assert log.arms == (("news", "email"), ("voucher", "email"))
    assert log.reward == pytest.approx(15.0 * FRAME.rewards[:, 0])
    assert not log.opted_out.any()  # they withdrew after the next decision
    assert decision_log(FRAME, CAREFUL).opted_out.sum() > 10
    assert log.costs is not None
    assert log.costs == pytest.approx([0.1, 0.5])
    assert (log.arm == np.select([FRAME.action == "news", FRAME.action == "voucher"], [0, 1], -1)).all()


def test_held_out_customers_are_part_of_the_same_draw() -> None:
    log = decision_log(FRAME, CAREFUL)
    assert set(np.round(log.probability[log.arm >= 0], 6)) == {0.3}
    assert set(np.round(log.probability[log.arm < 0], 6)) == {0.4}


def test_a_long_term_model_is_judged_on_the_later_period() -> None:
    training = train_long_term(FRAME, CAREFUL, NOW)

    assert isinstance(training.snapshot.body, LongTermModel)
    assert training.gates == ()  # what it saves for later lies beyond what can be judged here
    assert training.snapshot.metrics["effective_samples"] > 200
    assert any("beyond the windows" in note for note in training.notes)
    assert training.snapshot.metrics["withdrawals"] > 10


def test_with_too_little_it_says_how_much_is_needed() -> None:
    with pytest.raises(SegueError) as refusal:
        train_long_term(FRAME.take(np.arange(300)), CAREFUL, NOW)
    assert "1,000" in refusal.value.instruction
