"""Findings hold what is needed to run the same again."""

from msgspec.structs import replace

from segue.core.world import workspace_revision
from segue.simulation.report.findings import findings_of
from segue.simulation.spec import Simulation
from tests.simulation.report.known import findings
from tests.simulation.shop import plain_shop, setting
from tests.simulation.test_side_by_side import SPEC


def test_every_arm_is_named_with_its_revision() -> None:
    shop = plain_shop()
    simulation = Simulation(
        name="town", spec=SPEC, setting=setting(), arms={"usual": shop, "twin": shop}, baseline="usual"
    )
    found = findings_of(simulation, findings().result, command="again")
    assert [(run.arm, run.workspace, run.policy) for run in found.arms] == [
        ("usual", "learning_shop", "rules"),
        ("twin", "learning_shop", "rules"),
    ]
    assert {run.revision for run in found.arms} == {workspace_revision(shop)}
    assert found.begin == "2026-01-05T00:00:00Z"


def test_the_baseline_has_the_first_colour() -> None:
    known = findings()
    assert [known.series(arm) for arm in known.result.arms] == [0, 1, 2]
    many = replace(known, result=replace(known.result, arms=("usual", *map(str, range(9)))))
    assert [many.series(arm) for arm in many.result.arms] == [0, 1, 2, 3, 4, 5, 6, 7, 1, 2]


def test_events_that_nobody_declares_are_told_but_for_those_that_only_say_who_somebody_is() -> None:
    shop = plain_shop()
    simulation = Simulation(
        name="town", spec=SPEC, setting=setting(), arms={"usual": shop, "twin": shop}, baseline="usual"
    )
    declared = next(iter(shop.events))
    counted = {"usual": {"event/signed_up": 1.0, f"event/{declared}": 2.0}, "twin": {"event/strange": 1.0, "days": 9.0}}
    result = replace(findings().result, counted=counted)
    assert findings_of(simulation, result, command="again").unheard == ("strange",)
