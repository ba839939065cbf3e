"""A shop and a market for it, small enough to be simulated in a test."""

from pathlib import Path

from msgspec.structs import replace

from segue.model.learning import Learning
from segue.model.time import parse_instant
from segue.model.workspace import PolicySpec, Workspace
from segue.simulation.markets import MarketSpec
from segue.simulation.running import Setting
from segue.workspace import load

EXAMPLE = Path(__file__).parents[2] / "examples" / "learning_shop"
BEGIN = parse_instant("2026-01-05T00:00:00Z")
PARAMETERS = {
    "addresses": {"email": ["email", "c{number}@market.example"], "post": ["address", "{number} Market Street"]},
    "devices": 0.3,
    "churn": 0.2,
    "opt_out": 0.02,
    "providers": {"email": {"fails": 0.05, "bounces": 0.1, "tells": True, "lost": 0.1}},
}


def learning_shop(policy: str = "bandit") -> Workspace:
    """The example that learns: its customers share what was learnt, and the outlook on offers."""
    workspace = load(EXAMPLE).workspace
    return replace(workspace, groups={}, policy=replace(workspace.policy, name=policy, reach_evidence=100))


def plain_shop() -> Workspace:
    """The same shop without anything that customers share."""
    workspace = learning_shop()
    rules = replace(workspace.contact_rules, opportunity_cost=False)
    return replace(workspace, policy=PolicySpec(name="rules"), learning=Learning(), contact_rules=rules)


def setting(customers: int = 30, weeks: int = 3, seed: str = "market", **parameters: object) -> Setting:
    """A setting with the fatigue market."""
    market = MarketSpec(kind="fatigue", parameters=PARAMETERS | parameters)
    return Setting(
        market=market,
        customers=customers,
        begin=BEGIN,
        weeks=weeks,
        seed=seed,
        ending="cancelled",
        values={"ordered": "margin"},
    )
