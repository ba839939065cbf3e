"""Rewards: what an event counts for learning, by the workspace's objectives."""

from collections.abc import Mapping

from msgspec import Struct

from segue.core.facts import Fact
from segue.core.receptive import MACHINE
from segue.core.view import Condition, View
from segue.model.catalogue import ChannelSpec
from segue.model.decisions import SILENCE, Considered, Decision
from segue.model.events import DeliveryReported, Event
from segue.model.learning import Objective, Reward
from segue.model.time import DAY, parse_duration
from segue.model.workspace import Workspace

SUCCESS = "success"
"""The objective of workspaces that declare none: an action's success, at the action's value."""


USUAL_WINDOW = 7 * DAY


class RewardPlan(Struct, frozen=True):
    """What each event counts for.

    Attributes:
        objectives: by name, in the order of the models' heads.
        by_event: the objectives of each event's name, with their conditions.
    """

    objectives: dict[str, Objective] = {}
    by_event: dict[str, tuple[tuple[str, Condition | None], ...]] = {}


def objectives_of(workspace: Workspace) -> dict[str, Objective]:
    """Return what ``workspace`` is after: its objectives, else the success of its actions at their values."""
    if workspace.learning.objectives:
        return workspace.learning.objectives
    values: dict[str, float] = {}
    for action in workspace.actions:
        if action.converted_by:
            values[action.converted_by] = max(values.get(action.converted_by, 0.0), action.value)
    events = sorted(values)
    names = [SUCCESS if len(events) == 1 else f"{SUCCESS}_{index}" for index in range(1, len(events) + 1)]
    return {name: Objective(event=event, value=values[event] or 1.0) for name, event in zip(names, events, strict=True)}


def objective_key(name: str) -> str:
    """Return the key of an objective's condition among the expression sites."""
    return f"learning.objectives.{name}.where"


def compile_rewards(workspace: Workspace, conditions: Mapping[str, Condition]) -> RewardPlan:
    """Return the plan; empty where nothing is learnt."""
    if not workspace.learns:
        return RewardPlan()
    objectives = objectives_of(workspace)
    by_event: dict[str, tuple[tuple[str, Condition | None], ...]] = {}
    for name, objective in objectives.items():
        by_event[objective.event] = (
            *by_event.get(objective.event, ()),
            (name, conditions.get(objective_key(name))),
        )
    return RewardPlan(objectives, by_event)


def rewards_of(event: Event, fact: Fact, view: View, plan: RewardPlan) -> tuple[Reward, ...]:
    """Return what ``event`` counts for; a machine that opens mail for somebody counts for nothing."""
    known = plan.by_event.get(fact.name)
    if known is None or (isinstance(event, DeliveryReported) and event.detail.startswith(MACHINE)):
        return ()
    rewards: list[Reward] = []
    for name, condition in known:
        if view.holds(condition) and (amount := _amount(fact, plan.objectives[name])):
            rewards.append(Reward(name, amount))
    return tuple(rewards)


def _amount(fact: Fact, objective: Objective) -> float:
    if objective.of is None:
        return 1.0
    amount = fact.properties.get(objective.of)
    if not isinstance(amount, (int, float)) or isinstance(amount, bool) or not abs(amount) < 1e15:
        return 0.0
    number = float(amount)
    if objective.at_most is not None:
        number = max(min(number, objective.at_most), -objective.at_most)
    return number


def options_of(decision: Decision) -> tuple[Considered, ...]:
    """Return what could be chosen, also by a policy that leaves nothing to chance: what passed the gate, and silence.

    What did not pass has no scores.
    """
    return tuple([each for each in decision.considered if each.probability > 0.0 or each.scores or each.key == SILENCE])


def window_of(decision: Decision, workspace: Workspace) -> int:
    """Return for how long after ``decision`` what happens counts for it, in microseconds.

    It is the longest window of the channels that were open to it, so that doing nothing has the same as what it is
    compared with.
    """
    open_to = {each.channel for each in options_of(decision)}
    windows = [channel_window(channel, workspace) for channel in workspace.channels if channel.name in open_to]
    return max(windows, default=USUAL_WINDOW)


def channel_window(channel: ChannelSpec, workspace: Workspace) -> int:
    """Return for how long what happens may be due to something on ``channel``, in microseconds."""
    declared = workspace.learning.windows.get(channel.name)
    if declared is not None:
        return parse_duration(declared)
    match channel.family:
        case "placement":
            return DAY
        case "task":
            return 14 * DAY
        case "message" if channel.contact_trait == "phone":
            return 2 * DAY
        case _:
            return USUAL_WINDOW
