"""The propensity job: trained on what was over, judged on what came later, published by its gates."""

import numpy as np
import pytest
from msgspec.structs import replace

from segue.core.decisioning.models.estimators import evaluate
from segue.learning.jobs.propensity import actions_of, train_propensity
from segue.learning.jobs.training import Training
from segue.model.errors import SegueError
from segue.model.learning import BiasCheck, Gates
from segue.model.snapshots import PropensityModel
from tests.learning.jobs.frames import INPUTS, NOW, SHOP, a_frame, untouched
from tests.learning.shop import a_shop, an_offer

FRAME = a_frame()


@pytest.fixture(scope="module")
def trained() -> Training:
    return train_propensity(FRAME, SHOP, NOW)


def chance(training: Training, action: str, *, is_buyer: bool) -> float:
    body = training.snapshot.body
    assert isinstance(body, PropensityModel)
    values = [0.0] * len(INPUTS)
    values[INPUTS.index("buyer")] = float(is_buyer)
    return evaluate(body.by_action[action], INPUTS, values)


def test_the_model_says_how_often_whom_an_action_makes_buy(trained: Training) -> None:
    assert chance(trained, "voucher", is_buyer=True) == pytest.approx(0.6, abs=0.1)
    assert chance(trained, "news", is_buyer=True) == pytest.approx(0.3, abs=0.1)
    assert chance(trained, "", is_buyer=True) == pytest.approx(0.3, abs=0.1)
    assert chance(trained, "voucher", is_buyer=False) == pytest.approx(0.01, abs=0.02)


def test_it_passes_its_gates_on_a_period_that_it_has_not_seen(trained: Training) -> None:
    assert {gate.name for gate in trained.gates} == {"calibration_error", "auc"}
    assert trained.is_fit
    assert trained.snapshot.metrics["judged_rows"] == pytest.approx(len(FRAME) / 4, rel=0.1)
    assert trained.snapshot.metrics["auc"] > 0.75


def test_the_snapshot_says_where_it_comes_from(trained: Training) -> None:
    snapshot = trained.snapshot
    assert (snapshot.kind, snapshot.rows) == ("propensity", len(FRAME))
    assert (snapshot.trained_from, snapshot.trained_to) == (FRAME.at.min(), NOW)
    assert trained.before_version == ""


def test_what_drives_the_model_is_told(trained: Training) -> None:
    for shares in trained.drivers.values():
        assert sum(shares.values()) == pytest.approx(1.0)
        assert next(iter(shares)) == "buyer"


def test_a_model_that_knows_nothing_misses_its_gate() -> None:
    training = train_propensity(a_frame(response=untouched), a_shop(learning=replace(SHOP.learning, gates=STRICT)), NOW)
    assert [gate.name for gate in training.missed] == ["auc"]


STRICT = Gates(auc=0.6)


def test_the_model_before_is_judged_on_the_same_decisions(trained: Training) -> None:
    shop = replace(SHOP, models={"propensity": trained.snapshot})
    again = train_propensity(FRAME, shop, NOW)

    assert again.before_version == trained.snapshot.version == again.snapshot.version  # the same data, the same model
    assert again.before["auc"] > 0.75
    assert again.before["judged_rows"] == again.snapshot.metrics["judged_rows"]


def test_groups_that_would_be_contacted_at_other_rates_are_found() -> None:
    shop = replace(SHOP, learning=replace(SHOP.learning, bias=(BiasCheck(trait="buyer"),)))
    groups = {"buyer": {each: int(each[1:]) % 2 == 0 for each in FRAME.customer_id}}
    training = train_propensity(FRAME, shop, NOW, groups)

    gate = next(gate for gate in training.gates if gate.name == "rate_ratio.buyer")
    assert not gate.holds  # a voucher is worth its cost to buyers alone
    assert not training.is_fit


def test_an_action_without_enough_successes_is_left_out_and_named() -> None:
    few = replace(
        FRAME, happened=FRAME.happened & ((FRAME.action != "news") | (np.arange(len(FRAME)) % 20 == 0))[:, None]
    )
    training = train_propensity(few, SHOP, NOW)

    assert isinstance(training.snapshot.body, PropensityModel)
    assert set(training.snapshot.body.by_action) == {"voucher", ""}
    assert any(note.startswith("news: ") and "50" in note for note in training.notes)


def test_with_too_little_it_says_how_much_is_needed() -> None:
    with pytest.raises(SegueError, match="the rarer is") as refusal:
        train_propensity(FRAME.take(np.arange(200)), SHOP, NOW)
    assert "50" in refusal.value.instruction


def test_doing_nothing_has_a_propensity_where_success_is_one_thing() -> None:
    assert actions_of(SHOP) == {"voucher": "bought", "news": "bought", "": "bought"}
    mixed = a_shop(actions=(an_offer("voucher"), an_offer("news", converted_by="visited")))
    assert actions_of(mixed) == {"voucher": "bought", "news": "visited"}
