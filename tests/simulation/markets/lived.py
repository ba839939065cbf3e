"""Lives in a market under the small shop, for the tests of markets."""

from segue.core.world import build_world
from segue.model.workspace import Workspace
from segue.simulation.account import Accounts
from segue.simulation.crowd import Crowd
from segue.simulation.markets import MarketSpec, make_market
from tests.simulation.shop import PARAMETERS, plain_shop, setting


def lived(
    kind: str, *, weeks: int = 5, count: int = 80, workspace: Workspace | None = None, **parameters: object
) -> Accounts:
    """Return what came of some customers of a market of ``kind``, each without any other."""
    plan = setting()
    own = {key: value for key, value in PARAMETERS.items() if key in ("addresses", "providers", "devices")}
    crowd = Crowd(
        build_world(workspace or plain_shop()),
        make_market(MarketSpec(kind=kind, parameters=own | parameters)),
        seed=plan.seed,
        first=0,
        count=count,
        begin=plan.begin,
        weeks=weeks,
        ending=plan.ending,
        values=plan.values,
    )
    return crowd.live_apart()


def share(accounts: Accounts, over: str, per: str) -> float:
    """Return the ratio of two totals."""
    return float(accounts.total(over).sum() / accounts.total(per).sum())
