"""Training before the first day: other customers, the jobs of production, and only what passes its gates decides."""

import numpy as np
import pytest
from msgspec.structs import replace

from segue.core.world import build_world
from segue.learning import jobs
from segue.learning.jobs import Gate
from segue.learning.jobs.judging import Groups
from segue.model.errors import SegueError
from segue.model.learning import BiasCheck
from segue.model.time import WEEK
from segue.model.workspace import Workspace
from segue.simulation import training
from segue.simulation.dice import Dice
from segue.simulation.markets import make_market
from segue.simulation.running import run_arm, run_arms
from segue.simulation.training import FIRST, Season, lives_before, prepare, season_setting
from tests.simulation.shop import BEGIN, learning_shop, setting

PLAN = setting(customers=12, weeks=3)


@pytest.fixture(autouse=True)
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs.long_term, "LEAST_DECISIONS", 300)


def season(customers: int = 60, weeks: int = 4) -> Season:
    return Season(by="random", workspace=learning_shop("random"), customers=customers, weeks=weeks)


def prepared(workspace: Workspace, **changed: Season) -> training.Prepared:
    return prepare({"arm": workspace}, changed or {"arm": season()}, PLAN)


def test_the_season_before_is_lived_by_others_until_the_first_day() -> None:
    place = season_setting(season(), PLAN)
    assert place.begin + 4 * WEEK == BEGIN
    assert (place.market, place.customers, place.seed) == (PLAN.market, 60, "market, the season before")
    market = make_market(place.market)
    theirs = {market.resident(FIRST + each, Dice(place.seed, FIRST + each), BEGIN).identifiers for each in range(60)}
    ours = {market.resident(each, Dice(PLAN.seed, each), BEGIN).identifiers for each in range(60)}
    assert len(theirs | ours) == 120


def test_what_passes_its_gates_decides_from_the_first_day_on_and_to_the_last() -> None:
    ready = prepared(learning_shop("value"))
    (told,) = ready.schooling
    (taught,) = told.taught
    assert (taught.kind, taught.reason) == ("long_term", "")
    assert told.decisions > told.contacts > 300
    model = ready.arms["arm"].models["long_term"]
    assert (model.version, model.trained_to, model.rows) == (taught.version, BEGIN, told.decisions)
    policies = set[str]()
    run_arm(
        ready.arms["arm"],
        PLAN,
        lambda entry: policies.update(each.policy for each in entry.decisions if len(each.considered) > 2),
    )
    assert {each.partition("@")[0] for each in policies} == {"value"}


def test_a_gate_that_refuses_leaves_the_arm_to_the_rest_of_its_ladder(monkeypatch: pytest.MonkeyPatch) -> None:
    train = jobs.FRAME_JOBS["long_term"]
    gate = Gate("gain_low", -1.0, 0.0, is_least=True)
    monkeypatch.setitem(jobs.FRAME_JOBS, "long_term", lambda *given: replace(train(*given), gates=(gate,)))
    ready = prepared(learning_shop("value"))
    (taught,) = ready.schooling[0].taught
    assert taught.reason == "gain_low -1, at least 0 is missed."
    assert taught.version
    assert ready.arms["arm"].models == {}
    assert ready.learned["arm"]


def test_too_little_to_learn_from_is_said() -> None:
    ready = prepared(learning_shop("uplift"), arm=season(customers=4, weeks=2))
    (taught,) = ready.schooling[0].taught
    assert (taught.kind, taught.version) == ("uplift", "")
    assert "too few to compare" in taught.reason
    assert ready.arms["arm"].models == {}


def test_the_online_learner_has_read_the_season() -> None:
    ready = prepared(learning_shop("bandit"))
    (told,) = ready.schooling
    assert told.taught == ()
    assert told.online > 300
    lived = run_arms(ready.arms, PLAN, learned=ready.learned)["arm"]
    untrained = run_arms({"arm": learning_shop("bandit")}, PLAN)["arm"]
    assert not np.array_equal(lived.total("contact"), untrained.total("contact"))


def test_the_same_seed_teaches_the_same_to_the_last_byte() -> None:
    first, second = prepared(learning_shop("value")), prepared(learning_shop("value"))
    assert first.arms["arm"].models == second.arms["arm"].models
    assert (first.learned, first.schooling) == (second.learned, second.schooling)
    assert build_world(first.arms["arm"]).revision == build_world(second.arms["arm"]).revision


def test_arms_of_the_same_season_live_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lived: list[str] = []

    def counted(workspace: Workspace, *given: object, **named: object) -> object:
        lived.append(workspace.policy.name)
        return run_arm(workspace, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(training, "run_arm", counted)
    arms = {name: learning_shop(name) for name in ("bandit", "value", "rules")}
    seasons = {name: season() for name in ("bandit", "value")}
    done: list[tuple[str, int]] = []
    ready = prepare(arms, seasons, PLAN, lambda arm, count: done.append((arm, count)))
    assert lived == ["random"]
    assert sum(count for _, count in done) == lives_before(seasons) == 60
    assert {arm for arm, _ in done} == {"before bandit"}
    assert ready.arms["rules"] is arms["rules"]
    assert set(ready.learned) == {"bandit", "value"}


def test_the_season_of_an_arm_that_is_left_out_is_not_lived() -> None:
    ready = prepare({"rules": learning_shop("rules")}, {"value": season()}, PLAN)
    assert (set(ready.arms), ready.learned, ready.schooling) == ({"rules"}, {}, ())


def test_groups_that_must_be_contacted_alike_are_read_from_the_season(monkeypatch: pytest.MonkeyPatch) -> None:
    shop, seen = learning_shop("value"), list[Groups]()
    train = jobs.FRAME_JOBS["long_term"]
    monkeypatch.setitem(jobs.FRAME_JOBS, "long_term", lambda *given: seen.append(given[3]) or train(*given))
    prepared(replace(shop, learning=replace(shop.learning, bias=(BiasCheck(trait="email"),))))
    (groups,) = seen
    assert len(groups["email"]) > 50
    assert all(value.endswith("@market.example") for value in map(str, groups["email"].values()))


def test_what_is_not_installed_is_no_lesson(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: object) -> None:
        raise SegueError("This needs scikit-learn.", "pip install 'segue[learn]'.")

    monkeypatch.setitem(jobs.FRAME_JOBS, "uplift", refuse)
    with pytest.raises(SegueError, match="scikit-learn"):
        prepared(learning_shop("uplift"))
