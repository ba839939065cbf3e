"""Priority = propensity x value x context weight x lever, on 7,297 arbitrated offers of another system's sample data
(`pega_explainability_extract`, anonymised): the same numbers, and the same order in each of the 100 decisions.
"""

from itertools import groupby
from math import log, log1p
from pathlib import Path
from typing import Any

import duckdb
import pytest

from segue.core.catalogue import Scored
from segue.core.decisioning.context import NOTHING_SEEN, Context
from segue.core.decisioning.policies.propensity import PropensityPolicy
from segue.core.decisioning.policies.rules import RulesPolicy
from segue.core.decisioning.worth import Worth
from segue.core.view import View
from segue.core.world import World, build_world
from segue.model.catalogue import Action, ContextWeight, TraitSpec, Variant
from segue.model.customers import Contacts
from segue.model.snapshots import Linear, ModelSnapshot, PropensityModel
from segue.model.time import DAY, Instant
from tests.builders import NOW, WEBSITE, fact, profile, workspace

EXTRACT = Path(__file__).parents[4] / "shared" / "data" / "pega_explainability_extract.parquet"
pytestmark = pytest.mark.skipif(not EXTRACT.is_file(), reason="the extract is not here: ../shared/data")
SILENCE = Scored("", "", 0.0, 0.0)


@pytest.fixture(scope="module")
def decisions() -> list[list[dict[str, Any]]]:
    """Return the offers of each decision, best first."""
    found = duckdb.connect().execute(
        "select pxInteractionID || pySubjectID as decision, FinalPropensity as propensity, Value as value,"
        " ContextWeight as context_weight, Weight as lever, Priority as priority"
        " from read_parquet(?) order by decision, pxRank",
        [str(EXTRACT)],
    )
    names = [column[0] for column in found.description]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return [list(group) for _, group in groupby(rows, key=lambda row: row["decision"])]


def world_of(offers: list[dict[str, Any]], *, is_learnt: bool) -> World:
    """Return a World with each offer as an action; the propensity is the variant's lift, or what a model says."""
    actions = tuple(
        Action(
            action=f"offer_{index}",
            value=offer["value"],
            lever=offer["lever"],
            context_weights=(ContextWeight(when="tier == 'here'", weight=offer["context_weight"]),),
            variants=(Variant(channel="website", placement="hero", lift=1.0 if is_learnt else offer["propensity"]),),
        )
        for index, offer in enumerate(offers)
    )
    logits = [log(offer["propensity"]) - log1p(-offer["propensity"]) for offer in offers]
    model = PropensityModel({f"offer_{i}": Linear((), logit, (), (), (), "logit") for i, logit in enumerate(logits)})
    snapshot = ModelSnapshot(
        kind="propensity", version="v", trained_from=Instant(0), trained_to=Instant(NOW - DAY), rows=1, body=model
    )
    whole = workspace(
        channels=(WEBSITE,),
        traits={"tier": TraitSpec(type="text")},
        actions=actions,
        placements={"hero": {}},
        models={"propensity": snapshot} if is_learnt else {},
    )
    return build_world(whole)


def scored(world: World) -> list[Scored]:
    view = View(profile(traits={"tier": "here"}), fact(), NOW, "UTC")
    worth = Worth(view, Contacts(), world.worth, NOTHING_SEEN)
    return [worth.of(plan, plan.variants["website"]) for plan in world.actions.values()]


def order_of(candidates: list[Scored], policy: RulesPolicy) -> list[str]:
    """Return the actions in the order in which ``policy`` takes them, one decision after the other."""
    left, taken = list(candidates), []
    context = Context((1.0,), ("one",), "placement:hero", NOW, None)
    while left:
        chances = policy.probabilities(context, [*left, SILENCE])
        winner = left.pop(chances.index(1.0))
        taken.append(winner.action)
    return taken


def test_the_extract_is_whole(decisions: list[list[dict[str, Any]]]) -> None:
    assert (len(decisions), sum(map(len, decisions))) == (100, 7297)


def test_the_product_of_the_factors_is_the_priority_and_the_rules_take_them_in_that_order(
    decisions: list[list[dict[str, Any]]],
) -> None:
    for offers in decisions:
        candidates = scored(world_of(offers, is_learnt=False))
        for offer, candidate in zip(offers, candidates, strict=True):
            assert candidate.total == pytest.approx(offer["priority"], rel=1e-9, abs=1e-15)
            shown = candidate.scores
            factors = shown["value"] * shown["lift"] * shown.get("lever", 1.0) * shown.get("context_weight", 1.0)
            assert factors == pytest.approx(candidate.total, rel=1e-12)
        assert order_of(candidates, RulesPolicy()) == [candidate.action for candidate in candidates]


def test_with_the_propensity_of_a_model_it_is_the_same_priority(decisions: list[list[dict[str, Any]]]) -> None:
    context = Context((1.0,), ("one",), "placement:hero", NOW, None)
    for offers in decisions:
        world = world_of(offers, is_learnt=True)
        believed = PropensityPolicy(world.workspace).score(context, scored(world))
        assert [each.total for each in believed] == pytest.approx([o["priority"] for o in offers], rel=1e-9, abs=1e-15)
        assert [each.scores["propensity"] for each in believed] == pytest.approx([o["propensity"] for o in offers])
        totals = [each.total for each in believed]
        assert totals == sorted(totals, reverse=True)
