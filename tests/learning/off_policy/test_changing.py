"""What a change of the policy would bring, from a log of the real engine, beside what it brings when it is made."""

from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from segue.core.world import build_world
from segue.learning.frames import TABLES, Frame
from segue.learning.off_policy.asking import as_log, ask, learn, with_chance
from segue.learning.off_policy.changing import PolicyEstimate, estimate_policy_change
from segue.learning.off_policy.comparing import Verdict
from segue.measurement.segments import read_log
from segue.model.learning import Gates
from segue.model.snapshots import Linear, ModelSnapshot, UpliftModel
from segue.model.time import DAY, Instant
from segue.model.workspace import PolicySpec, Workspace
from segue.ports.store import Entry
from tests.learning.shop import BEGIN, OBJECTIVES, a_shop, framed, history, log_of, stored

SHOP = a_shop(groups={})
RULES = PolicySpec(name="rules")
BANDIT = PolicySpec(name="bandit", exploration=0.05, reach_evidence=50)


def with_policy(workspace: Workspace, policy: PolicySpec, **learning: Any) -> Workspace:
    return replace(workspace, policy=policy, learning=replace(workspace.learning, **learning))


@cache
def entries(name: str = "random", exploration: float = 0.0) -> tuple[Entry, ...]:
    """The shop's log under a policy: 200 customers, 8 visits each."""
    shop = with_policy(SHOP, PolicySpec(name=name, exploration=exploration))
    return tuple(log_of(shop, history(customers=200, visits=8), until=Instant(BEGIN + 40 * DAY)))


def estimate(after: Workspace, folder: Path, before: Workspace = SHOP, **options: Any) -> PolicyEstimate | None:
    with closing(read_log(stored(entries(), SHOP), folder, TABLES)) as duck:
        return estimate_policy_change(duck, before, after, entries()[-1].now, **options)


def frame_of(folder: Path, **log: Any) -> Frame:
    return with_chance(framed(entries(**log), SHOP, folder))


def test_the_estimate_holds_what_the_policy_brings_when_it_runs(tmp_path: Path) -> None:
    after = with_policy(SHOP, RULES, gates=Gates(effective_samples=200))

    found = estimate(after, tmp_path / "random")
    real = frame_of(tmp_path / "rules", name="rules", exploration=0.002).reward(OBJECTIVES).mean()
    present = frame_of(tmp_path / "present").reward(OBJECTIVES).mean()

    assert found is not None
    assert found.decisions == len(frame_of(tmp_path))
    assert found.customers == 200
    assert found.learnt_from == 0
    assert found.candidate.decided_by == {"rules@1": 1.0}
    for name in ("ips", "snips", "dr"):
        interval = found.candidate.estimates[name]
        assert interval.low <= real <= interval.high
    assert found.present.estimates["ips"].value == pytest.approx(present)
    assert found.difference.low <= real - present <= found.difference.high
    assert found.verdict is Verdict.BETTER


def test_too_few_effective_samples_are_not_enough(tmp_path: Path) -> None:
    found = estimate(with_policy(SHOP, RULES), tmp_path)

    assert found is not None
    assert found.candidate.overlap.effective_samples < 1000
    assert found.verdict is Verdict.NOT_ENOUGH_EVIDENCE
    assert "effective samples for the candidate; 1,000 are needed" in found.reason


def test_what_learns_is_taught_by_the_earlier_part_and_judged_by_the_later(tmp_path: Path) -> None:
    after = with_policy(SHOP, BANDIT, gates=Gates(effective_samples=100))

    found = estimate(after, tmp_path)

    assert found is not None
    assert 0 < found.learnt_from < found.decisions
    assert found.learnt_from + found.decisions <= len(frame_of(tmp_path))
    assert found.since >= Instant(BEGIN + 6 * DAY)
    assert found.candidate.decided_by["bandit@1"] == 1.0
    assert found.verdict is Verdict.BETTER
    assert any("taught by the earlier part" in note for note in found.notes)


def test_one_objective_is_told_in_its_own_amounts(tmp_path: Path) -> None:
    after = with_policy(SHOP, RULES, gates=Gates(effective_samples=200))

    found = estimate(after, tmp_path, objective="bought")

    assert found is not None
    assert 0.0 < found.present.estimates["dr"].value < 1.0
    assert found.verdict is Verdict.BETTER


def test_of_an_objective_that_harms_less_is_better(tmp_path: Path) -> None:
    harms = {"bought": replace(OBJECTIVES["bought"], value=-20.0)}
    after = with_policy(SHOP, RULES, gates=Gates(effective_samples=200), objectives=harms)

    found = estimate(after, tmp_path, objective="bought")

    assert found is not None
    assert found.difference.low > 0.0
    assert found.verdict is Verdict.WORSE


def test_a_model_is_judged_only_by_what_came_after_its_data(tmp_path: Path) -> None:
    after = with_policy(SHOP, PolicySpec(name="uplift"), gates=Gates(effective_samples=50))
    after = replace(after, models={"uplift": a_model(trained_to=Instant(BEGIN + 8 * DAY))})

    found = estimate(after, tmp_path)

    assert found is not None
    assert found.since >= Instant(BEGIN + 8 * DAY)
    assert found.candidate.decided_by == {"uplift@1": 1.0}


def test_a_model_of_all_the_data_is_made_again_or_cannot_be_judged(tmp_path: Path) -> None:
    newest = a_model(trained_to=Instant(BEGIN + 39 * DAY))
    after = replace(with_policy(SHOP, PolicySpec(name="uplift")), models={"uplift": newest})
    asked: list[Instant] = []

    def train(frame: Frame, workspace: Workspace, kind: str) -> ModelSnapshot:
        asked.append(Instant(int(frame.closes_at.max())))
        return a_model(trained_to=asked[-1])

    assert estimate(after, tmp_path / "without") is None
    found = estimate(after, tmp_path / "with", train=train)

    assert found is not None
    assert asked[0] <= found.since
    assert any("Trained for this" in note for note in found.notes)


def test_a_policy_without_a_model_yet_gets_one_from_the_earlier_part(tmp_path: Path) -> None:
    after = with_policy(SHOP, PolicySpec(name="uplift"), gates=Gates(effective_samples=50))

    without = estimate(after, tmp_path / "without")
    found = estimate(after, tmp_path / "with", train=lambda frame, workspace, kind: a_model(trained_to=BEGIN))

    assert without is not None
    assert found is not None
    assert without.candidate.decided_by == {"rules@1": 1.0}
    assert list(without.candidate.fallbacks) == ["uplift@1 no_model; propensity@1 no_model"]
    assert found.candidate.decided_by == {"uplift@1": 1.0}


def test_a_log_without_chance_can_tell_nothing(tmp_path: Path) -> None:
    shop = with_policy(SHOP, RULES)
    log = log_of(shop, history(customers=40, visits=4), until=Instant(BEGIN + 40 * DAY))

    with closing(read_log(stored(log, shop), tmp_path, TABLES)) as duck:
        assert estimate_policy_change(duck, shop, SHOP, log[-1].now) is None


def test_the_logging_policy_asked_again_gives_the_logged_probabilities(tmp_path: Path) -> None:
    for name, exploration in (("random", 0.0), ("rules", 0.002)):
        frame = frame_of(tmp_path / name, name=name, exploration=exploration)
        world = build_world(with_policy(SHOP, PolicySpec(name=name, exploration=exploration)))
        log = as_log(frame, frame.reward(OBJECTIVES))

        assert log.actions == ("news/email", "voucher/email", "silence")
        assert log.logging is not None
        assert np.allclose(ask(frame, world).target, log.logging)


def test_standing_groups_with_one_outcome_are_left_out(tmp_path: Path) -> None:
    shop = a_shop(
        groups={"rules": 0.3, "holdout": 0.2, "random": 0.2}, policy=PolicySpec(name="rules", exploration=0.2)
    )
    log = log_of(shop, history(customers=100, visits=4), until=Instant(BEGIN + 40 * DAY))

    frame = framed(log, shop, tmp_path)

    assert set(frame.group) == {"agent", "random", "rules", "holdout"}
    assert set(with_chance(frame).group) == {"agent", "random"}


def test_the_model_learns_from_the_frame_what_the_voucher_does(tmp_path: Path) -> None:
    frame, world = frame_of(tmp_path), build_world(with_policy(SHOP, BANDIT))

    learned = learn(frame, world)

    buyer = frame.x[frame.columns(("buyer",))[:, 0] == 1.0][0, :-1]
    voucher, news = (world.arms.of(action, "email", "message", {}) for action in ("voucher", "news"))
    effects = learned.believe(buyer, [voucher, news]).effects[:, 0]
    assert learned.lessons == len(frame)
    assert 0.1 < effects[0] < 0.45
    assert effects[0] > effects[1] + 0.05


def a_model(trained_to: Instant) -> ModelSnapshot:
    """An uplift model that believes in vouchers."""
    flat = {"inputs": (), "weights": (), "means": (), "scales": ()}
    body = UpliftModel({"voucher": Linear(intercept=5.0, **flat), "news": Linear(intercept=-1.0, **flat)})  # type: ignore[arg-type]
    return ModelSnapshot(kind="uplift", version="1", trained_from=BEGIN, trained_to=trained_to, rows=1000, body=body)
