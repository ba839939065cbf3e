"""Arms side by side: the same people, told together."""

import numpy as np
import pytest

from segue.simulation.account import BLOCKS, Accounts
from segue.simulation.side_by_side import curves_of, run
from segue.simulation.spec import ArmDeclared, MarketDeclared, Simulation, SimulationSpec
from tests.simulation.shop import PARAMETERS, plain_shop, setting

SPEC = SimulationSpec(
    market=MarketDeclared(kind="fatigue", parameters=PARAMETERS),
    arms={"usual": ArmDeclared(), "twin": ArmDeclared()},
    ending="cancelled",
    conversions=("ordered",),
    values={"ordered": "margin"},
)


def test_two_arms_that_do_the_same_are_level_in_every_figure() -> None:
    shop, done = plain_shop(), []
    arms = {"usual": shop, "twin": shop}
    simulation = Simulation(name="town", spec=SPEC, setting=setting(), arms=arms, baseline="usual")
    result, accounts = run(simulation, progress=lambda arm, count: done.append((arm, count)))
    assert {arm: sum(count for each, count in done if each == arm) for arm in arms} == {"usual": 30, "twin": 30}
    assert {"messages", "clicks", "churn", "conversions", "value"} <= {each.figure for each in result.told}
    for each in result.told:
        if each.arm == "twin":
            assert each.ahead is not None
            assert (each.ahead.value, each.ahead.error) == (0.0, 0.0)
    assert result.counted["usual"] == result.counted["twin"]
    assert result.of("usual", "nonsense") is None
    contacts = [curve for curve in result.curves if (curve.arm, curve.name) == ("usual", "contact")]
    assert sum(contacts[0].values) == pytest.approx(accounts["usual"].total("contact").mean())


def test_the_bands_hold_the_true_mean_95_times_in_100() -> None:
    rng, count, truth = np.random.default_rng(8), 137, 2.0
    held = []
    for _ in range(400):
        each = rng.negative_binomial(2, 0.5, (count, 3)).astype(np.float64)
        blocks = np.stack([each[(np.arange(5, 5 + count) % BLOCKS) == block].sum(axis=0) for block in range(BLOCKS)])
        kept = Accounts(5, count, {}, {}, blocks={"contact/email": blocks})
        (curve,) = curves_of({"usual": kept}, ())
        assert curve.values == pytest.approx(each.mean(axis=0))
        held += [low <= truth <= high for low, high in zip(curve.lows, curve.highs, strict=True)]
    assert 0.93 < np.mean(held) < 0.97


def test_one_customer_has_no_band() -> None:
    blocks = np.zeros((BLOCKS, 2))
    blocks[3] = 4.0
    (curve,) = curves_of({"usual": Accounts(3, 1, {}, {}, blocks={"contact": blocks})}, ())
    assert (curve.values, curve.lows, curve.highs) == ((4.0, 4.0), (), ())
