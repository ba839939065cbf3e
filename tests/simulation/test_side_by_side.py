"""Arms side by side: the same people, told together."""

import pytest

from segue.simulation.side_by_side import run
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
