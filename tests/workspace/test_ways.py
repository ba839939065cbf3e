"""Ways out of steps."""

import pytest

from segue.model.steps import (
    Arm,
    Branch,
    Case,
    Choose,
    EventMatch,
    Exit,
    Goto,
    Option,
    Propose,
    Split,
    Step,
    SubJourney,
    Wait,
    WaitFor,
    Webhook,
)
from segue.workspace.ways import ways_of

EVENTS = (EventMatch(event="paid", when="event.total > 0", next="thank"), EventMatch(event="left"))


@pytest.mark.parametrize(
    ("step", "ways"),
    [
        (Wait(id="a", after="1d"), [("following", "")]),
        (
            WaitFor(id="a", events=EVENTS, within="2d", on_timeout="late"),
            [("thank", "paid if event.total > 0"), ("following", "left"), ("late", "after 2d")],
        ),
        (Branch(id="a", cases=(Case(when="vip", next="b"),), otherwise="c"), [("b", "vip"), ("c", "else")]),
        (
            Split(id="a", arms=(Arm(arm="x", weight=3, next="b"), Arm(arm="y", weight=1, next="c"))),
            [("b", "x 75%"), ("c", "y 25%")],
        ),
        (Choose(id="a", options=(Option(option="x", next="b"),), otherwise="c"), [("b", "x"), ("c", "none of them")]),
        (Propose(id="a", action="x"), [("following", "")]),
        (Propose(id="a", action="x", on_skip="c"), [("following", "sent"), ("c", "not sent")]),
        (Propose(id="a", action="x", on_cap="exit"), [("following", ""), (None, "a cap is reached")]),
        (Webhook(id="a", channel="crm", on_failure="c"), [("following", "done"), ("c", "failed")]),
        (Goto(id="a", to="b", at_most=1), [("b", "once"), ("following", "then")]),
        (
            SubJourney(id="a", journey="j", on_converted="c"),
            [("following", "not converted"), ("c", "converted")],
        ),
        (Exit(id="a"), []),
    ],
)
def test_each_kind_of_step_leads_on(step: Step, ways: list[tuple[str | None, str]]) -> None:
    assert [(way.to, way.why) for way in ways_of(step, "following")] == ways


def test_only_a_goto_is_bounded() -> None:
    assert [way.is_bounded for way in ways_of(Goto(id="a", to="b", at_most=2), "c")] == [True, False]
