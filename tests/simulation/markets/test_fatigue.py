"""The fatigue market: what its causal graph says is what happens, and nothing else does."""

import numpy as np
import pytest

from segue.model.errors import SegueError
from segue.simulation.account import Accounts
from segue.simulation.markets import MarketSpec, make_market
from segue.simulation.markets.fatigue import FatigueMarket
from tests.simulation.markets.lived import lived as lived_in
from tests.simulation.markets.lived import share
from tests.simulation.shop import PARAMETERS


def lived(weeks: int = 8, count: int = 150, **parameters: object) -> Accounts:
    return lived_in("fatigue", weeks=weeks, count=count, **(PARAMETERS | parameters))


def test_the_tired_open_less_leave_sooner_and_opt_out_more() -> None:
    calm, tired = (
        lived(tiring=0.0, churn_tired=0.0, opt_out_tired=0.0),
        lived(tiring=0.6, churn_tired=0.5, opt_out_tired=0.8),
    )
    assert share(tired, "report/opened", "contact") < 0.8 * share(calm, "report/opened", "contact")
    assert tired.column("days").mean() < calm.column("days").mean() - 1.0
    assert share(tired, "opt_out", "contact") > 1.3 * share(calm, "opt_out", "contact")


def test_whoever_heals_at_once_is_never_tired() -> None:
    fast, calm = lived(heals=0.01, tiring=0.6), lived(tiring=0.0)
    assert share(fast, "report/opened", "contact") == pytest.approx(share(calm, "report/opened", "contact"), rel=0.05)


def test_the_glad_stay() -> None:
    assert lived(glad=3.0, clicks=1.5).column("days").mean() > lived(glad=0.0, clicks=1.5).column("days").mean()


def test_what_people_do_of_their_own_accord_does_not_depend_on_messages() -> None:
    shut, open_ = lived(opens={"*": -50.0}, churn=0.0), lived(churn=0.0)
    assert np.array_equal(shut.column("event/visited"), open_.column("event/visited"))
    assert shut.total("report/clicked").sum() == 0.0
    assert (open_.column("event/ordered") >= shut.column("event/ordered")).all()
    assert open_.column("event/ordered").sum() > shut.column("event/ordered").sum()


def test_visits_tell_what_they_are_about_and_which_carts_were_left() -> None:
    plain, telling = lived(churn=0.0), lived(churn=0.0, cart="cart_left", themes=["running", "yoga"])
    assert telling.total("event/cart_left").sum() > 0.0 == plain.total("event/cart_left").sum()
    assert telling.total("event/cart_left").sum() < 0.5 * telling.total("event/visited").sum()
    assert np.array_equal(plain.column("event/visited"), telling.column("event/visited"))
    assert lived(churn=0.0, cart="cart_left", orders=[0.0, 1.0]).total("event/cart_left").sum() == 0.0


def test_monthly_churn_is_as_declared_where_nothing_else_moves_it() -> None:
    accounts = lived(weeks=6, count=400, churn=0.2, churn_tired=0.0, glad=0.0)
    gone = (accounts.column("days") < 42.0).sum()
    months = accounts.column("days").sum() / 30.4375
    hazard = -np.log(1.0 - 0.2)
    assert gone / months == pytest.approx(hazard, rel=0.2)


def test_it_says_what_it_rests_on() -> None:
    said = make_market(MarketSpec(kind="fatigue")).describe()
    assert ("contact", "fatigue") in said.causes
    fields = FatigueMarket.Parameters.__struct_fields__
    assert all(each.name in fields and each.low < each.value < each.high for each in said.assumptions)


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (MarketSpec(kind="bazaar"), "no market 'bazaar'"),
        (MarketSpec(kind="fatigue", parameters={"heels": 3}), "heels"),
        (MarketSpec(kind="fatigue", parameters=PARAMETERS | {"heals": "long"}), "heals"),
        (MarketSpec(kind="gone.py:Town"), "no market 'gone.py:Town'"),
    ],
)
def test_a_market_that_cannot_be_made_says_why(spec: MarketSpec, reason: str) -> None:
    with pytest.raises(SegueError, match=reason):
        make_market(spec)
