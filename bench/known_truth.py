"""Known truth: do the intervals that `segue measure` reports cover what orchestration truly did, in made-up markets?

Every market has a global holdout, and holdouts of each channel and of a journey. The truth is what the same customers
do with and without: the whole population is simulated twice more for each effect, with the same draws. The reported
interval is of one draw of the holdouts; over many markets it has to cover the truth at its level.

    python3 dev.py bench known_truth [--quick] [--markets N] [--customers N]
"""

import argparse
from collections import defaultdict
from math import sqrt

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from bench.report import report
from segue.measurement.reports import make_report, open_period
from segue.model.assignments import Holdout
from segue.model.catalogue import Action, ChannelSpec, EventSpec, Rule, TraitSpec, Variant
from segue.model.contact_rules import Cap, ContactRules
from segue.model.journeys import Entry, Journey
from segue.model.learning import Learning, Objective
from segue.model.steps import Propose, Wait
from segue.model.time import parse_instant
from segue.model.triggers import EventTrigger
from segue.model.workspace import Workspace
from segue.simulation.account import Accounts
from segue.simulation.log import SimulatedLog
from segue.simulation.markets import MarketSpec
from segue.simulation.running import Setting, run_arm

BEGIN = parse_instant("2026-01-05T00:00:00Z")
LEVEL = 0.95
ALL, NONE = 1.0 - 1e-12, 1e-12
CHANNELS = {"email": "email", "sms": "phone"}
HOLDOUTS = {
    "without_email": Holdout(share=0.25, channels=("email",)),
    "without_sms": Holdout(share=0.25, channels=("sms",)),
    "without_welcome": Holdout(share=0.25, journeys=("welcome",)),
}
PARTS = {"email": "without_email", "sms": "without_sms", "welcome": "without_welcome"}


class Found(Struct, frozen=True):
    """One reported interval beside the truth, per customer concerned."""

    what: str
    truth: float
    estimate: float
    low: float
    high: float


def workspace(seed: str) -> Workspace:
    """Return a shop that mails and texts at visits, and welcomes those who sign up; its customers share nothing."""
    channels = tuple(ChannelSpec(name=name, family="message", contact_trait=trait) for name, trait in CHANNELS.items())
    offer = {"purpose": "marketing", "category": "promo"}
    welcome = Journey(
        journey="welcome",
        entry=Entry(on=EventTrigger(event="signed_up")),
        steps=(
            Propose(id="hello", action="hello", deadline="2d"),
            Wait(id="rest", after="7d"),
            Propose(id="again", action="hello", deadline="2d"),
        ),
    )
    return Workspace(
        name="known_truth",
        seed=seed,
        groups={"holdout": 0.25},
        holdouts=HOLDOUTS,
        channels=channels,
        traits={trait: TraitSpec(type="text") for trait in CHANNELS.values()},
        events={
            "visited": EventSpec(),
            "signed_up": EventSpec(),
            "ordered": EventSpec(properties={"margin": "number"}),
        },
        triggers={"visit": EventTrigger(event="visited")},
        rules=(
            Rule(rule="mail", trigger="visit", action="news"),
            Rule(rule="text", trigger="visit", action="flash"),
        ),
        actions=(
            Action(action="news", value=2.0, variants=(Variant(channel="email", template="t"),), **offer),
            Action(action="flash", value=1.0, variants=(Variant(channel="sms", template="t"),), **offer),
            Action(action="hello", value=3.0, variants=(Variant(channel="email", template="t"),), **offer),
        ),
        journeys=(welcome,),
        contact_rules=ContactRules(
            consent=dict.fromkeys(CHANNELS, "opt_out"),
            caps=(
                Cap(cap="mails", limit=1, window="2d", scope="channel", only="email"),
                Cap(cap="texts", limit=1, window="3d", scope="channel", only="sms"),
            ),
            quiet_hours=(),
            min_gap="0s",
            opportunity_cost=False,
        ),
        learning=Learning(objectives={"margin": Objective(event="ordered", of="margin")}),
    )


def market(seed: str, customers: int, weeks: int) -> Setting:
    """Return a market in which messages bring orders that are large and rare: amounts are heavy-tailed."""
    parameters = {
        "addresses": {"email": ["email", "c{number}@market.example"], "sms": ["phone", "+4915{number:08d}"]},
        "visits": 1.2,
        "orders": (0.03, 0.15),
        "opens": {"email": 0.3, "sms": 0.8},
        "clicks": -0.6,
        "buys": -0.9,
        "margin_spread": 0.9,
        "devices": 0.0,
        "leave": "",
        "churn": 0.01,
    }
    spec = MarketSpec(kind="fatigue", parameters=parameters)
    return Setting(market=spec, customers=customers, begin=BEGIN, weeks=weeks, seed=seed, values={"ordered": "margin"})


def measured(shop: Workspace, setting: Setting) -> list[Found]:
    """Return what is reported of one market, the truth still missing."""
    log = SimulatedLog()
    run_arm(shop, setting, log)
    with log.open() as duck:
        told = make_report(open_period(duck, shop))
    effects, contributions = told.of("effects"), told.of("contributions")
    assert effects is not None
    assert contributions is not None
    lift = next(each for each in effects.data.readings if (each.metric, each.arm) == ("margin", "agent"))
    capping = lift.capping
    effect = lift.effect if capping is None else capping.plain
    found = [Found("lift", 0.0, effect.difference.value, effect.difference.low, effect.difference.high)]
    for each in contributions.data:
        what = each.per_contact
        found.append(Found(each.channel, 0.0, what.estimate, what.low, what.high))
    return found


def truths(shop: Workspace, setting: Setting) -> dict[str, float]:
    """Return what orchestration, each channel and the journey truly bring a customer concerned."""
    plain = replace(shop, groups={})
    usual = run_arm(plain, setting)
    nothing = run_arm(replace(shop, groups={"holdout": 1.0}, holdouts={}), setting)
    found = {"lift": _per_customer(usual, nothing, usual.count)}
    for part, name in PARTS.items():
        arms = [
            run_arm(replace(plain, holdouts=HOLDOUTS | {name: replace(HOLDOUTS[name], share=share)}), setting)
            for share in (NONE, ALL)
        ]
        found[part] = _per_customer(arms[0], arms[1], _concerned(plain, setting, name))
    return found


def _per_customer(with_it: Accounts, without: Accounts, customers: float) -> float:
    return float((with_it.column("sum/ordered") - without.column("sum/ordered")).sum()) / customers


def _concerned(plain: Workspace, setting: Setting, name: str) -> float:
    """Return for how many customers the part was ever decided: those who get a ghost where it is left out for all."""
    log = SimulatedLog()
    run_arm(replace(plain, holdouts={name: replace(HOLDOUTS[name], share=ALL)}), setting, log)
    with log.open() as duck:
        return float(duck.execute("SELECT count(DISTINCT customer_id) FROM decisions WHERE is_ghost").fetchall()[0][0])


def main(arguments: list[str] | None = None) -> None:
    """Run every market, print the coverage of each kind of effect, write ``bench/results/known_truth.json``."""
    parser = argparse.ArgumentParser(prog="bench known_truth")
    parser.add_argument("--quick", action="store_true", help="two small markets: does it run?")
    parser.add_argument("--markets", type=int, default=40)
    parser.add_argument("--customers", type=int, default=400)
    parser.add_argument("--weeks", type=int, default=6)
    asked = parser.parse_args(arguments)
    markets, customers = (2, 300) if asked.quick else (asked.markets, asked.customers)
    whole = market("truth", customers if asked.quick else 5 * customers, asked.weeks)
    truth = truths(workspace("truth"), whole)
    by_kind: dict[str, list[Found]] = defaultdict(list)
    for number in range(markets):
        found = measured(workspace(f"shop-{number}"), market(f"town-{number}", customers, asked.weeks))
        for each in found:
            by_kind[each.what].append(replace(each, truth=truth[each.what]))
    rows: list[tuple[object, ...]] = []
    figures: dict[str, float] = {}
    for what, found in by_kind.items():
        covered = float(np.mean([each.low <= each.truth <= each.high for each in found]))
        noise = 2.0 * sqrt(LEVEL * (1.0 - LEVEL) / len(found))
        figures[f"coverage_{what}"] = round(covered, 3)
        figures[f"truth_{what}"] = round(found[0].truth, 3)
        figures[f"mean_estimate_{what}"] = round(float(np.mean([each.estimate for each in found])), 3)
        width = float(np.mean([each.high - each.low for each in found]))
        rows.append(
            (what, found[0].truth, figures[f"mean_estimate_{what}"], width, f"{covered:.3f}", f">= {LEVEL - noise:.2f}")
        )
    report("known_truth", ["effect", "truth", "mean estimate", "mean width", "covered", "goal"], rows, figures)


if __name__ == "__main__":
    main()
