"""What events count for, and for how long after a decision."""

from math import inf, nan
from typing import Any

import pytest

from segue.core.decisioning.rewards import (
    SUCCESS,
    RewardPlan,
    channel_window,
    compile_rewards,
    objective_key,
    objectives_of,
    rewards_of,
    window_of,
)
from segue.core.receptive import MACHINE
from segue.model.decisions import Considered, Decision
from segue.model.deliveries import DeliveryStatus
from segue.model.events import Event, Tracked
from segue.model.ids import CustomerId, DecisionId, EventId, Revision
from segue.model.learning import Learning, Objective, Reward
from segue.model.time import DAY, Instant
from segue.model.workspace import PolicySpec
from tests.builders import CALL, DISPLAY, EMAIL, NEVER_TRUE, NOW, SMS, WEBSITE, action, fact, report, view, workspace

OBJECTIVES = {
    "sale": Objective(event="bought", value=20.0),
    "margin": Objective(event="bought", of="margin", at_most=100.0),
    "click": Objective(event="message_clicked"),
}


def a_plan(conditions: dict[str, Any] | None = None) -> RewardPlan:
    shop = workspace(policy=PolicySpec(name="bandit"), learning=Learning(objectives=OBJECTIVES))
    return compile_rewards(shop, conditions or {})


def a_tracked(name: str) -> Tracked:
    return Tracked(event_id=EventId("e"), customer_id=CustomerId("ada"), at=NOW, name=name, properties={})


def rewards(event: Event | None = None, conditions: dict[str, Any] | None = None, **properties: Any) -> list[Reward]:
    seen = fact("bought", **properties) if event is None else fact("message_clicked")
    return list(rewards_of(event or a_tracked("bought"), seen, view(seen=seen), a_plan(conditions)))


def test_that_something_happens_counts_one_and_an_amount_what_it_is() -> None:
    assert rewards(margin=7.5) == [Reward("sale", 1.0), Reward("margin", 7.5)]


@pytest.mark.parametrize(
    ("margin", "amount"),
    [
        (500, 100.0),
        (-500, -100.0),
        (0, None),
        (None, None),
        ("7", None),
        (True, None),
        (nan, None),
        (inf, None),
        (10**300, None),
    ],
)
def test_amounts_have_a_limit_and_what_is_no_amount_counts_nothing(margin: Any, amount: float | None) -> None:
    found = [each.amount for each in rewards(margin=margin) if each.objective == "margin"]
    assert found == ([] if amount is None else [amount])


def test_a_condition_that_does_not_hold_keeps_the_objective_out() -> None:
    assert rewards(conditions={objective_key("sale"): NEVER_TRUE}, margin=2.0) == [Reward("margin", 2.0)]


def test_a_machine_s_click_counts_for_nobody() -> None:
    assert rewards(report(DeliveryStatus.CLICKED)) == [Reward("click", 1.0)]
    assert rewards(report(DeliveryStatus.CLICKED, detail=f"{MACHINE}: scanner")) == []


def test_other_events_count_nothing() -> None:
    seen = fact("visited", margin=3.0)
    event = a_tracked("visited")
    assert rewards_of(event, seen, view(seen=seen), a_plan()) == ()


def test_where_nothing_learns_nothing_counts() -> None:
    assert compile_rewards(workspace(), {}) == RewardPlan()


def test_without_objectives_success_counts_at_the_actions_values() -> None:
    shop = workspace(
        actions=(
            action("a", value=5.0, converted_by="bought"),
            action("b", value=9.0, converted_by="bought"),
            action("c", value=2.0),
        )
    )
    assert objectives_of(shop) == {SUCCESS: Objective(event="bought", value=9.0)}
    two = workspace(actions=(action("a", converted_by="read"), action("b", value=9.0, converted_by="bought")))
    assert objectives_of(two) == {
        "success_1": Objective(event="bought", value=9.0),
        "success_2": Objective(event="read", value=1.0),
    }
    assert objectives_of(workspace()) == {}


def decision(*open_to: tuple[str, float]) -> Decision:
    rows = tuple(
        Considered(
            f"k{number}",
            "offer",
            channel.removeprefix("scored "),
            "rule:x",
            {"total": 1.0} if channel.startswith("scored ") else {},
            probability,
        )
        for number, (channel, probability) in enumerate(open_to)
    )
    return Decision(
        *(DecisionId("d"), CustomerId("ada"), EventId("e"), Instant(NOW), "message", Revision("r"), "s", "bandit@1"),
        *("agent", (*rows, Considered("silence", "", "", "silence", probability=0.5)), "silence", 0.5, False, 0.1, ""),
    )


@pytest.mark.parametrize(
    ("open_to", "days"),
    [
        ([("email", 0.5)], 7),
        ([("sms", 0.5)], 2),
        ([("sms", 0.3), ("email", 0.2)], 7),
        ([("sms", 0.5), ("email", 0.0)], 2),
        ([("sms", 1.0), ("scored email", 0.0)], 7),
        ([("call", 0.1), ("sms", 0.4)], 14),
        ([("website", 0.5)], 1),
        ([("", 0.5)], 7),
    ],
)
def test_a_decision_s_window_is_the_longest_of_the_channels_that_were_open_to_it(
    open_to: list[tuple[str, float]], days: int
) -> None:
    assert window_of(decision(*open_to), workspace()) == days * DAY


def test_a_workspace_may_say_another_window() -> None:
    shop = workspace(learning=Learning(windows={"email": "3d"}))
    assert [channel_window(channel, shop) // DAY for channel in (EMAIL, SMS, WEBSITE, CALL, DISPLAY)] == [
        3,
        2,
        1,
        14,
        7,
    ]
