"""What would have had to be different: every change that is named is enough, and a smaller one is not."""

from collections.abc import Mapping
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from segue.core.decisioning.changes import changes_needed, favourite
from segue.core.decisioning.explanation import Change
from segue.model.decisions import SILENCE, Considered, Decision, Reason
from segue.model.ids import CustomerId, DecisionId, EventId, Revision
from tests.builders import NOW

WEIGHTS = {"success": 10.0, "complaint": -30.0}


def considered(name: str, suppressed: Reason | None = Reason.LOST_ARBITRATION, **scores: float) -> Considered:
    return Considered(f"rule:x/{name}/email", name, "email", "rule:x", scores, 0.5, suppressed)


def decision(policy: str, *rows: Considered, slot_worth: float = 0.0, chosen: str = SILENCE) -> Decision:
    scores = {"opportunity_cost": slot_worth} if slot_worth else {}
    silence = Considered(SILENCE, "", "", SILENCE, scores, 0.1)
    return Decision(
        *(DecisionId("d"), CustomerId("ada"), EventId("e"), NOW, "message", Revision("r"), "s", f"{policy}@1"),
        *("agent", (*rows, silence), chosen, 0.5, False, 0.1, ""),
    )


def total_of(policy: str, scores: Mapping[str, float]) -> float:
    """The total as the policies compute it."""
    wanted = prod(scores.get(name, 1.0) for name in ("lever", "context_weight"))
    levers = wanted * prod(scores.get(name, 1.0) for name in ("lift", "preference"))
    charges = scores.get("cost", 0.0) + scores.get("price", 0.0) - scores.get("subsidy", 0.0)
    match policy:
        case "rules":
            return scores["value"] * levers * scores.get("affinity", 1.0) - charges
        case "propensity":
            return scores["propensity"] * scores["value"] * levers - charges
        case "uplift":
            return scores["effect"] * (levers if scores["effect"] > 0.0 else 1.0) - charges
        case _:
            worth = sum(weight * scores[name] for name, weight in WEIGHTS.items())
            return worth * (wanted if worth > 0.0 else 1.0) - charges


def names(changes: Mapping[str, tuple[Change, ...]], name: str) -> dict[str, float]:
    return {change.name: round(change.needed, 6) for change in changes[f"rule:x/{name}/email"]}


def test_each_factor_of_a_propensity_s_worth_could_have_made_the_difference() -> None:
    best = considered("best", None, propensity=0.5, value=10.0, cost=1.0, total=4.0)
    other = considered("other", propensity=0.2, value=15.0, lever=2.0, cost=3.0, price=1.0, total=2.0)
    found = changes_needed(decision("propensity", best, other, chosen=best.key))
    assert names(found, "other") == {
        "propensity": pytest.approx(0.266667),
        "value": 20.0,
        "lever": pytest.approx(2.666667),
        "cost": 1.0,
    }
    assert [change.name for change in found[other.key]] == ["lever", "propensity", "value", "cost"]
    assert best.key not in found


def test_a_probability_above_one_is_no_way_out() -> None:
    best = considered("best", None, propensity=0.5, value=100.0, cost=0.0, total=50.0)
    other = considered("other", propensity=0.9, value=10.0, cost=0.0, total=9.0)
    assert names(changes_needed(decision("propensity", best, other, chosen=best.key)), "other") == {
        "value": pytest.approx(55.555556)
    }


def test_under_the_rules_priority_goes_first() -> None:
    best = considered("best", None, priority=2.0, value=5.0, cost=0.0, total=5.0)
    poorer = considered("poorer", priority=1.0, value=4.0, cost=0.0, total=4.0)
    richer = considered("richer", priority=1.0, value=9.0, cost=0.0, total=9.0)
    equal = considered("equal", priority=2.0, value=4.0, cost=1.0, total=3.0)
    found = changes_needed(decision("rules", best, poorer, richer, equal, chosen=best.key))
    assert names(found, "poorer") == {"priority": 3.0}
    assert names(found, "richer") == {"priority": 2.0}
    assert names(found, "equal") == {"value": 6.0, "priority": 3.0}


def test_what_would_have_cost_more_than_it_brings_has_to_get_over_its_bar_first() -> None:
    best = considered("best", None, priority=1.0, value=5.0, cost=0.0, total=5.0)
    dear = considered("dear", priority=9.0, value=2.0, cost=6.0, total=-4.0)
    hopeless = considered("hopeless", priority=0.0, value=2.0, cost=6.0, total=-4.0)
    found = changes_needed(decision("rules", best, dear, hopeless, chosen=best.key))
    assert names(found, "dear") == {"value": 6.0, "cost": 2.0}
    assert found[hopeless.key] == ()


def test_where_silence_won_each_candidate_says_what_would_have_made_it_worth_its_slot() -> None:
    only = considered("only", Reason.SILENCE, propensity=0.1, value=10.0, cost=0.5, total=0.5)
    found = changes_needed(decision("propensity", only, slot_worth=1.5))
    assert names(found, "only") == {"propensity": 0.2, "value": 20.0}
    free = changes_needed(decision("propensity", only, slot_worth=1.5), takes_slot=())
    assert favourite(decision("propensity", only, slot_worth=1.5), ()) == only
    assert only.key not in free


def test_silence_would_have_won_at_another_number_of_the_favourite() -> None:
    best = considered("best", None, propensity=0.5, value=10.0, cost=1.0, total=4.0)
    found = changes_needed(decision("propensity", best, chosen=best.key))
    assert {change.name: change.needed for change in found[SILENCE]} == {"cost": 5.0, "propensity": 0.1, "value": 2.0}
    two = considered("two", propensity=0.4, value=10.0, cost=1.0, total=3.0)
    assert SILENCE not in changes_needed(decision("propensity", best, two, chosen=best.key))


def test_the_bandit_s_objectives_add_up() -> None:
    best = considered("best", None, success=0.3, complaint=0.0, cost=0.0, total=3.0)
    other = considered("other", success=0.4, complaint=0.1, cost=0.0, total=1.0)
    found = changes_needed(decision("bandit", best, other, chosen=best.key), weights=WEIGHTS)
    assert names(found, "other") == {"success": 0.6, "complaint": pytest.approx(0.033333)}


def test_chance_and_duty_have_no_reasons() -> None:
    row = considered("only", None, value=1.0, total=1.0)
    for policy in ("random", "obligation", "silence"):
        assert changes_needed(decision(policy, row)) == {}


def test_what_did_not_pass_the_gate_is_no_question_of_scores() -> None:
    row = considered("capped", Reason.CAPPED, value=1.0, cost=0.0, total=1.0)
    assert changes_needed(decision("rules", row)) == {}
    assert favourite(decision("rules", row)) is None


amounts = st.integers(1, 40).map(lambda number: number / 8)
common = {"value": amounts, "cost": amounts, "lever": st.sampled_from([0.5, 1.0, 2.0])}
special = {
    "rules": {"priority": st.sampled_from([0.0, 1.0]), "affinity": st.sampled_from([0.5, 1.5])},
    "propensity": {"propensity": st.integers(1, 16).map(lambda number: number / 16), "price": amounts},
    "uplift": {"effect": st.integers(-20, 20).map(float), "context_weight": st.sampled_from([0.5, 2.0])},
    "bandit": {
        "success": st.integers(-8, 8).map(lambda n: n / 8),
        "complaint": st.integers(-8, 8).map(lambda n: n / 8),
    },
}


@given(st.data(), st.sampled_from(sorted(special)), st.sampled_from([0.0, 1.0]))
def test_every_change_is_enough_and_a_smaller_one_is_not(data: st.DataObject, policy: str, slot_worth: float) -> None:
    rows = []
    for name in ("a", "b", "c"):
        scores = data.draw(st.fixed_dictionaries({**common, **special[policy]}))
        rows.append(considered(name, **scores, total=total_of(policy, scores)))
    made = decision(policy, *rows, slot_worth=slot_worth)
    for key, changes in changes_needed(made, weights=WEIGHTS).items():
        for change in (change for change in changes if abs(change.needed - change.now) > 1e-6):
            assert wins(made, policy, key, change, 1e-6), change
            if change.name != "priority" and abs(change.needed - change.now) > 1e-3:
                assert not wins(made, policy, key, change, -1e-3), change


def wins(made: Decision, policy: str, key: str, change: Change, beyond: float) -> bool:
    """Tell whether the candidate is the favourite once the change is made, a little more or less than it says."""
    best = favourite(made)
    moved = best.key if key == SILENCE and best is not None else key
    value = change.needed + beyond * (change.needed - change.now)
    rows = []
    for row in made.considered:
        if row.key == moved:
            scores = row.scores | {change.name: value}
            row = replace(row, scores=scores | {"total": total_of(policy, scores)})
        rows.append(row)
    found = favourite(replace(made, considered=tuple(rows)))
    return (found.key if found is not None else SILENCE) == key
