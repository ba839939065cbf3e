"""A decision explained: from its record, the workspace that made it and the model that it used."""

import pytest

from segue.core.world import build_world
from segue.learning.explaining import explain
from segue.model.decisions import SILENCE, Decision
from segue.model.workspace import PolicySpec
from segue.ports.store import Block, Commit, Entry, pack_entry
from segue.runtimes.lessons import learned_by
from segue.runtimes.replay import replay
from segue.stores.memory import MemoryStore
from tests.learning.street import BANDIT, a_street, answers, visits

STREET = a_street()
WORLD = build_world(STREET)


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    found: list[Entry] = []
    replay(WORLD, visits(16, 10), react=answers, sink=found.append)
    return found


@pytest.fixture(scope="module")
def store(entries: list[Entry]) -> MemoryStore:
    store = MemoryStore()
    for first in range(0, len(entries), 50):
        some = tuple(map(pack_entry, entries[first : first + 50]))
        store.commit(Commit(block=Block(entries[first].seq, WORLD.revision, some)))
    return store


def by_bandit(entries: list[Entry]) -> list[Decision]:
    made = [decision for entry in entries for decision in entry.decisions]
    return [each for each in made if each.policy == "bandit@1"]


def test_the_model_that_a_decision_used_is_found_in_the_log_again(entries: list[Entry], store: MemoryStore) -> None:
    for decision in by_bandit(entries)[::20]:
        learned = learned_by(store, decision, lambda revision: WORLD)
        assert learned is not None
        assert f"lessons:{learned.lessons}" == decision.model


def test_with_that_model_the_parts_add_up_to_the_scores_in_the_record(entries: list[Entry], store: MemoryStore) -> None:
    weights = {name: objective.value for name, objective in WORLD.rewards.objectives.items()}
    for decision in by_bandit(entries)[::20]:
        why = explain(decision, WORLD, learned_by(store, decision, lambda revision: WORLD))
        rows = {each.key: each for each in decision.considered if each.action}
        assert set(why.attributions) == set(rows)
        for key, attributions in why.attributions.items():
            for found in attributions:
                recorded = rows[key].scores[found.of] * weights[found.of]
                assert sum(part.amount for part in found.parts) == pytest.approx(recorded, abs=1e-9)


def test_the_favourite_is_what_the_policy_gave_most_to(entries: list[Entry]) -> None:
    for decision in by_bandit(entries):
        why = explain(decision, WORLD)
        most = max(decision.considered, key=lambda each: each.probability)
        ramped = [
            each for each in decision.considered if 0.0 <= each.scores.get("evidence", 1e9) < BANDIT.reach_evidence
        ]
        if not ramped:  # what is new may be the best and still get little
            assert why.favourite == most.key
        assert why.favourite not in why.changes


def test_without_the_model_the_rest_is_still_told(entries: list[Entry]) -> None:
    decision = by_bandit(entries)[-1]
    why = explain(decision, WORLD)
    assert why.attributions == {}
    assert why.changes


def test_a_decision_by_chance_has_no_reasons(entries: list[Entry]) -> None:
    made = next(each for entry in entries for each in entry.decisions if each.policy == "random@1")
    assert explain(made, WORLD).changes == {}


def test_a_record_from_another_workspace_s_context_is_not_taken_for_one_of_this(entries: list[Entry]) -> None:
    other = build_world(a_street(traits={"email": STREET.traits["email"], "phone": STREET.traits["phone"]}))
    decision = by_bandit(entries)[-1]
    assert explain(decision, other).attributions == {}


def test_the_rules_need_no_model_to_be_explained() -> None:
    world = build_world(a_street(policy=PolicySpec(name="rules", exploration=0.0), groups={}))
    found: list[Entry] = []
    replay(world, visits(2, 1), react=answers, sink=found.append)
    decision = next(each for entry in found for each in entry.decisions)
    why = explain(decision, world)
    assert why.favourite == decision.chosen != SILENCE
    assert BANDIT.name == "bandit"
