from typing import Any

import msgspec
import pytest

from segue.model.ids import RunId
from segue.model.journeys import Journey
from segue.model.runs import Ended, Entered, Run
from segue.model.steps import Branch, Case, EventMatch, Exit, Goal, Propose, Step, Wait, WaitFor
from segue.model.time import NEVER, Instant
from tests.builders import reread, run, stored


@pytest.mark.parametrize(
    ("document", "step"),
    [
        ({"kind": "wait", "id": "pause", "after": "48h"}, Wait(id="pause", after="48h")),
        (
            {"kind": "wait_for", "id": "race", "events": [{"event": "order"}], "within": "2d"},
            WaitFor(id="race", events=(EventMatch(event="order"),), within="2d"),
        ),
        (
            {"kind": "branch", "id": "fork", "cases": [{"when": "orders > 1", "next": "a"}], "otherwise": "b"},
            Branch(id="fork", cases=(Case(when="orders > 1", next="a"),), otherwise="b"),
        ),
        (
            {"kind": "propose", "id": "mail", "action": "offer"},
            Propose(id="mail", action="offer", deadline="2d", on_cap="wait", on_lost="wait", keep="30d"),
        ),
        ({"kind": "goal", "id": "won"}, Goal(id="won")),
        ({"kind": "exit", "id": "out"}, Exit(id="out")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_step_is_read_as_a_file_declares_it(document: dict[str, Any], step: Step) -> None:
    assert msgspec.convert(document, Step) == step


@pytest.mark.parametrize(
    "document",
    [
        {"kind": "teleport", "id": "a"},
        {"kind": "exit", "id": "Bad Name"},
        {"kind": "wait_for", "id": "a", "events": [], "within": "forever"},
        {"kind": "propose", "id": "a", "action": "offer", "on_cap": "shout"},
        {"kind": "wait", "id": "a", "affter": "48h"},
    ],
    ids=str,
)
def test_a_step_that_says_something_unknown_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(document, Step)


def test_a_journey_is_entered_once_unless_it_says_otherwise() -> None:
    journey = msgspec.convert({"journey": "j", "entry": {"trigger": "t"}, "steps": []}, Journey)
    assert (journey.reentry, journey.version, journey.exits, journey.goal) == ("never", 1, (), None)


def test_a_run_is_read_as_it_was_written() -> None:
    inside = run(key="cart-1", visits=3, is_converted=True, facts={"cart": "cart-1"})
    assert reread(inside) == inside


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        (
            ["run-1", "reorder", 1, "", "first", 5, 5, NEVER],
            Run(RunId("run-1"), "reorder", 1, "", "first", Instant(5), Instant(5), NEVER),
        ),
        (["reorder", 5], Entered("reorder", Instant(5), count=1)),
        (["run-1", "reorder", "goal", True], Ended(RunId("run-1"), "reorder", "goal", is_converted=True)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_the_first_version_wrote_is_still_readable(fields: list[Any], value: object) -> None:
    assert stored(type(value), fields) == value
