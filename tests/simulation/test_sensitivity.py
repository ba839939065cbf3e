"""Sensitivity: one assumption at a time, with the same people."""

from pathlib import Path

import pytest

from segue.model.errors import SegueError
from segue.simulation.markets import KINDS, MarketSpec, make_market
from segue.simulation.sensitivity import variations, vary
from segue.simulation.side_by_side import run
from segue.simulation.spec import Simulation
from tests.simulation.shop import PARAMETERS, plain_shop, setting
from tests.simulation.test_side_by_side import SPEC

FATIGUE = MarketSpec(kind="fatigue", parameters=PARAMETERS)
ODD = """\
from msgspec import Struct, field
from segue.simulation.market import Assumption, Description


class Odd:
    class Parameters(Struct):
        often: dict[str, float] = field(default_factory=lambda: {"email": 2.0})
        pair: tuple[int, float] = (2, 3.0)
        deaf: float = 1.0

    def __init__(self, parameters):
        self.parameters, self.providers = parameters, {}

    def resident(self, number, dice, begin):
        raise NotImplementedError

    def describe(self):
        p = self.parameters
        values = {"often.email": p.often["email"], "pair.0": p.pair[0], "deaf": 1.0, "absent": 1.0}
        return Description(name="odd", summary="", causes=(), assumptions=tuple(
            Assumption(name=name, what=name, value=value, low=value, high=2 * value) for name, value in values.items()
        ))
"""


def test_every_assumption_has_two_ends_and_the_market_heeds_them() -> None:
    found = variations(FATIGUE)
    stated = make_market(FATIGUE).describe().assumptions
    assert [(each.assumption, each.end) for each in found] == [
        (each, end) for each in stated for end in ("low", "high")
    ]
    tiring = {each.end: each.market.parameters["tiring"] for each in found if each.assumption.name == "tiring"}
    assert tiring == {"low": 0.075, "high": 0.3}
    assert all(each.market.parameters["churn"] == PARAMETERS["churn"] for each in found)


def test_only_those_named_are_varied() -> None:
    assert {each.assumption.name for each in variations(FATIGUE, ("glad", "heals"))} == {"glad", "heals"}
    with pytest.raises(SegueError, match="no assumption 'luck'") as caught:
        variations(FATIGUE, ("luck",))
    assert "heals" in caught.value.instruction


def test_assumptions_may_lie_within_parameters(tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text(ODD)
    spec = MarketSpec(kind="odd.py:Odd", folder=str(tmp_path))
    (email,) = variations(spec, ("often.email",))
    assert email.market.parameters["often"] == {"email": 4.0}
    (pair,) = variations(spec, ("pair.0",))
    assert list(pair.market.parameters["pair"]) == [4, 3.0]
    with pytest.raises(SegueError, match="'deaf' is 1"):
        variations(spec, ("deaf",))
    with pytest.raises(SegueError, match="'absent' cannot be varied"):
        variations(spec, ("absent",))


def test_what_is_varied_moves_the_arms_and_twins_stay_level() -> None:
    shop = plain_shop()
    simulation = Simulation(
        name="town", spec=SPEC, setting=setting(12, 2), arms={"usual": shop, "twin": shop}, baseline="usual"
    )
    _, before = run(simulation)
    chosen = variations(simulation.setting.market, ("intent_every",))
    told: list[tuple[str, int]] = []
    found = vary(simulation, chosen, before, progress=lambda what, count: told.append((what, count)))
    assert [(each.end, each.value) for each in found] == [("low", 15.0), ("high", 60.0)]
    assert list(dict.fromkeys(what for what, _ in told)) == [
        f"intent_every {value}, {arm}" for value in (15, 60) for arm in ("usual", "twin")
    ]
    assert sum(count for _, count in told) == 4 * 12
    for each in found:
        messages = each.of("twin", "messages")
        assert messages is not None
        assert (messages.ahead.value, messages.shift.value) == (0.0, 0.0)
        assert each.of("usual", "messages") is None


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_market_that_comes_along_heeds_all_it_states(kind: str) -> None:
    assert len(variations(MarketSpec(kind=kind))) >= 4
