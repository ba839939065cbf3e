"""Words for triggers, steps and handlers."""

import pytest

from segue.model.journeys import Handler
from segue.model.steps import (
    Arm,
    Goto,
    MessageGroup,
    Propose,
    SetTrait,
    Split,
    Step,
    SubJourney,
    Wait,
    WaitFor,
    Webhook,
)
from segue.model.triggers import (
    AbsenceTrigger,
    ApiTrigger,
    AudienceTrigger,
    CountTrigger,
    EventTrigger,
    JourneyTrigger,
    ScheduleTrigger,
    TraitTrigger,
    Trigger,
)
from segue.workspace.words import say_handler, say_step, say_trigger


@pytest.mark.parametrize(
    ("trigger", "words"),
    [
        (EventTrigger(event="order", when="event.total > 3"), "order if event.total > 3"),
        (TraitTrigger(trait="vip"), "vip changes"),
        (AbsenceTrigger(event="cart", then_not="order", within="1h", when="vip"), "cart if vip, then for 1h no order"),
        (CountTrigger(event="view", at_least=3, within="7d"), "3 times view in 7d"),
        (CountTrigger(event="view", at_least=3, within="7d", by="page"), "3 times view of one page in 7d"),
        (AudienceTrigger(audience="regulars", change="leaves"), "leaves regulars"),
        (ScheduleTrigger(at="09:00", days=("mon", "fri")), "on mon, fri at 09:00"),
        (ScheduleTrigger(at="09:00", day_of_month=1, when="vip"), "on day 1 of the month at 09:00 if vip"),
        (ScheduleTrigger(at="09:00"), "every day at 09:00"),
        (ApiTrigger(), "asked for"),
        (JourneyTrigger(journey="trial", outcome="done"), "trial ends (done)"),
    ],
)
def test_a_trigger_is_said_in_one_line(trigger: Trigger, words: str) -> None:
    assert say_trigger(trigger) == words


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Wait(id="a", after="3d", paced=True), "wait 3d, paced"),
        (Wait(id="a", at="+1d 09:00"), "wait until +1d 09:00"),
        (WaitFor(id="a", events=(), within="2d", mode="collect"), "collect events for 2d"),
        (Split(id="a", arms=(Arm(arm="x", next="b"),)), "split by chance"),
        (Propose(id="a", actions=("x", "y"), channels=("email", "sms")), "propose x or y on email or sms"),
        (Propose(id="a", action="x", timing="receptive"), "propose x at a receptive hour"),
        (Propose(id="a", action="x", group=MessageGroup(order=("push", "sms"))), "propose x on push, then sms"),
        (SetTrait(id="a", set={"vip": "spent > 5"}), "set vip = spent > 5"),
        (Webhook(id="a", channel="crm"), "call crm"),
        (Goto(id="a", to="b", at_most=3), "go to b, 3 times at most"),
        (SubJourney(id="a", journey="j", wait=False), "begin journey j"),
    ],
)
def test_a_step_is_said_in_one_line(step: Step, words: str) -> None:
    assert say_step(step) == words


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        (Handler(event="e", goto="b"), "go to b"),
        (Handler(event="e", hurry=0.25), "hurry: 25% of the wait is left"),
        (Handler(event="e", hurry=0.0), "end the wait"),
        (Handler(event="e", pause="3d"), "pause for 3d"),
        (Handler(event="e", resume=True), "resume"),
        (Handler(event="e", set={"a": "1"}), "set a = 1"),
    ],
)
def test_a_handler_is_said_in_one_line(handler: Handler, words: str) -> None:
    assert say_handler(handler) == words
