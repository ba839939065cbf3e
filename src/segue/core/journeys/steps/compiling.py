"""Compile a step: each kind to its plan; and which steps a step may lead to."""

from collections.abc import Mapping
from typing import assert_never

from msgspec import Struct

from segue.core.catalogue import ActionPlan
from segue.core.journeys.moves import StepPlan
from segue.core.journeys.pacing import PacingPlan
from segue.core.journeys.steps.branch import compile_branch
from segue.core.journeys.steps.choose import compile_choose
from segue.core.journeys.steps.exit import compile_exit
from segue.core.journeys.steps.goal import compile_goal
from segue.core.journeys.steps.goto import compile_goto
from segue.core.journeys.steps.propose import compile_propose
from segue.core.journeys.steps.propose_group import compile_propose_group
from segue.core.journeys.steps.set_trait import compile_set_trait
from segue.core.journeys.steps.split import compile_split
from segue.core.journeys.steps.sub_journey import compile_sub_journey
from segue.core.journeys.steps.wait import compile_wait
from segue.core.journeys.steps.wait_for import compile_wait_for
from segue.core.journeys.steps.webhook import compile_webhook
from segue.core.view import Condition
from segue.model.steps import (
    Branch,
    Choose,
    Exit,
    Goal,
    Goto,
    Propose,
    SetTrait,
    Split,
    Step,
    SubJourney,
    Wait,
    WaitFor,
    Webhook,
)
from segue.model.workspace import Workspace


class Place(Struct, frozen=True):
    """What the steps of one journey are compiled with; ``key`` is where its expressions are found."""

    journey: str
    key: str
    pacing: PacingPlan | None
    actions: Mapping[str, ActionPlan]
    conditions: Mapping[str, Condition]
    workspace: Workspace


def compile_step(step: Step, following: str | None, place: Place) -> StepPlan:
    """Return the plan of ``step``, which goes on to ``following``.

    Raises:
        SegueError: it cannot be run.
    """
    key, conditions = f"{place.key}.steps.{step.id}", place.conditions
    match step:
        case Wait():
            return compile_wait(step, following, conditions, key, place.pacing, place.workspace)
        case WaitFor():
            return compile_wait_for(step, following, conditions, key)
        case Branch():
            return compile_branch(step, conditions, key)
        case Split():
            return compile_split(step, place.journey)
        case Choose():
            return compile_choose(step)
        case Propose() if step.group is not None:
            return compile_propose_group(step, following, place.actions, conditions, key)
        case Propose():
            return compile_propose(step, following, place.actions)
        case SetTrait():
            return compile_set_trait(step, following, conditions, key)
        case Webhook():
            return compile_webhook(step, following, place.actions, conditions, place.journey, key)
        case Goto():
            return compile_goto(step, following)
        case SubJourney():
            return compile_sub_journey(step, following)
        case Goal():
            return compile_goal(following)
        case Exit():
            return compile_exit()
        case _:
            assert_never(step)


def step_targets(step: Step) -> tuple[str, ...]:
    """Return the steps that ``step`` names; the following one of the file only where it names it."""
    named: list[str | None] = [step.next]
    match step:
        case WaitFor():
            named += [step.on_timeout, *(awaited.next for awaited in step.events)]
        case Branch():
            named += [step.otherwise, *(case.next for case in step.cases)]
        case Split():
            named += [arm.next for arm in step.arms]
        case Choose():
            named += [step.otherwise, *(option.next for option in step.options)]
        case Propose():
            named.append(step.on_skip)
        case Webhook():
            named.append(step.on_failure)
        case Goto():
            named.append(step.to)
        case SubJourney():
            named.append(step.on_converted)
        case Wait() | SetTrait() | Goal() | Exit():
            pass
        case _:
            assert_never(step)
    return tuple(target for target in named if target is not None)
