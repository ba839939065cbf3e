"""Counters: fallbacks by policy and reason, wherever a decision records them."""

from msgspec.structs import replace

from segue.core.world import build_world
from segue.model.snapshots import Linear, PropensityModel
from segue.runtimes.embedded.stats import Counters
from segue.runtimes.population import Population
from segue.runtimes.replay import replay
from segue.server.metrics import render_stats
from tests.core.decisioning.policies.trained_models import snapshot
from tests.learning.street import a_street, answers, visits


def counted(workspace) -> Counters:  # type: ignore[no-untyped-def]
    population, counters = Population(build_world(workspace)), Counters()
    for fact in sorted(visits(8, 4), key=lambda fact: fact.at):
        for event in population.identify(fact, fact.at).events:
            advanced = population.advance(event, fact.at)
            counters.count_event(event, advanced.transitions)
    return counters


def test_each_policy_that_could_not_decide_is_counted_with_its_reason() -> None:
    broken = PropensityModel({"offer": Linear(("proud",), 0.0, (), (), ())})
    street = a_street(models={"propensity": snapshot("propensity", broken)}, groups={})
    counters = counted(street)
    decisions = counters.silences + sum(counters.chosen.values())
    assert dict(counters.fallbacks) == {
        ("bandit", "no_model"): decisions,
        ("propensity", "corrupt_model"): decisions,
    }


def test_they_are_told_to_whoever_reads_the_metrics() -> None:
    counters = counted(a_street(groups={}))
    stats = counters.read(Population(build_world(a_street())), queue_depth=0, backlog={}, resting=(), watermark=0)
    times = counters.fallbacks["bandit", "no_model"]
    assert stats.fallbacks == {"bandit": {"no_model": times}, "propensity": {"no_model": times}}
    assert f'segue_fallbacks_total{{policy="bandit",reason="no_model"}} {times}' in render_stats(stats)


def test_the_rules_never_fall_back() -> None:
    plain = a_street(policy=replace(a_street().policy, name="rules"))
    assert counted(plain).fallbacks == {}
    assert replay(build_world(plain), visits(2, 2), react=answers).decisions == 4
