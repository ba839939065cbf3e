"""Judging: what a policy with a model would have done and brought, and whom it would leave out."""

import numpy as np
import pytest
from msgspec.structs import replace

from segue.learning.jobs.judging import judge_policy
from segue.learning.jobs.training import snapshot_of
from segue.model.learning import BiasCheck, Gates
from segue.model.snapshots import Linear, ModelSnapshot, UpliftModel
from tests.learning.jobs.frames import NOW, SHOP, a_frame
from tests.learning.shop import BEGIN

FRAME = a_frame(rows=3000)
EASY = replace(
    SHOP,
    learning=replace(SHOP.learning, gates=Gates(effective_samples=200), bias=(BiasCheck(trait="buyer"),)),
)
GROUPS = {"buyer": {each: int(each[1:]) % 2 == 0 for each in FRAME.customer_id}}


def an_uplift(voucher: Linear) -> ModelSnapshot:
    body = UpliftModel({"voucher": voucher, "news": Linear((), 0.0, (), (), ())})
    return snapshot_of("uplift", body, since=BEGIN, until=NOW, rows=1, metrics={})


RIGHT = an_uplift(Linear(("buyer",), 0.0, (9.0,), (0.0,), (1.0,)))
NEVER = an_uplift(Linear((), -5.0, (), (), ()))
ALWAYS = an_uplift(Linear((), 5.0, (), (), ()))


def test_the_gain_of_a_policy_is_that_of_the_response() -> None:
    found = judge_policy(FRAME, EASY, "uplift", RIGHT, {}, must_gain=True)

    # Vouchers for buyers bring 18 instead of 9, for half of all decisions; a third of them got one already.
    assert found.metrics["gain"] == pytest.approx(0.5 * (18.0 - 0.5) - 0.5 * (12.0 - 0.2) + 0.1, abs=0.9)
    assert found.metrics["contacted"] == pytest.approx(0.5, abs=0.03)
    assert [(gate.name, gate.holds) for gate in found.gates] == [("gain_low", True)]


def test_a_policy_that_loses_does_not_pass() -> None:
    found = judge_policy(FRAME, EASY, "uplift", NEVER, {}, must_gain=True)
    assert found.metrics["contacted"] == 0.0
    assert [(gate.name, gate.holds) for gate in found.gates] == [("gain_low", False)]
    assert judge_policy(FRAME, EASY, "uplift", NEVER, {}, must_gain=False).gates == ()


def test_too_few_effective_samples_conclude_nothing() -> None:
    found = judge_policy(FRAME, SHOP, "uplift", RIGHT, {}, must_gain=True)
    assert found.gates == ()
    assert any("effective samples" in note for note in found.notes)


def test_groups_are_to_be_contacted_at_similar_rates() -> None:
    for snapshot, ratio in ((RIGHT, 0.0), (ALWAYS, 1.0)):
        gate = judge_policy(FRAME, EASY, "uplift", snapshot, GROUPS, must_gain=False).gates[0]
        assert (gate.name, gate.value) == ("rate_ratio.buyer", pytest.approx(ratio, abs=0.01))


def test_without_chance_there_is_nothing_to_judge_by() -> None:
    only_rules = replace(FRAME, group=np.full(len(FRAME), "rules", dtype=object))
    found = judge_policy(only_rules, EASY, "uplift", RIGHT, {}, must_gain=True)
    assert found.comparison is None
    assert "chance" in found.notes[0]
