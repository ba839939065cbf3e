from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from segue.core.expression_sites import Site, is_duration_text, sites, trigger_sites
from segue.model.catalogue import Action, Audience, Definition
from segue.model.journeys import Entry, ExitRule, Journey
from segue.model.steps import Branch, Case, EventMatch, Exit, Goal, Propose, Wait, WaitFor
from segue.model.triggers import AbsenceTrigger, CountTrigger, EventTrigger, TraitTrigger, Trigger
from segue.model.workspace import Workspace
from tests.builders import workspace


@pytest.mark.parametrize(
    ("text", "is_duration"),
    [("48h", True), ("1d 12h", True), ("0d", True), ("interval * 2", False), ("h", False), ("", False), ("48", False)],
)
def test_a_plain_duration_is_told_from_an_expression(text: str, is_duration: bool) -> None:
    assert is_duration_text(text) is is_duration


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        (EventTrigger(event="order"), []),
        (EventTrigger(event="order", when="a"), [Site("t.when", "a", event="order")]),
        (TraitTrigger(trait="tier"), []),
        (TraitTrigger(trait="tier", when="old == 'gold'"), [Site("t.when", "old == 'gold'", event="*", old="tier")]),
        (
            AbsenceTrigger(event="cart", then_not="order", within="2h", when="a", then_not_when="b"),
            [Site("t.when", "a", event="cart"), Site("t.then_not_when", "b", event="order")],
        ),
        (
            CountTrigger(event="view", at_least=3, within="1d", where="a"),
            [Site("t.where", "a", event="view")],
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_trigger_s_condition_reads_the_event_it_is_about(trigger: Trigger, expected: list[Site]) -> None:
    assert list(trigger_sites("t", trigger)) == expected


JOURNEY = Journey(
    journey="j",
    entry=Entry(on=EventTrigger(event="order", when="in_on"), when="in_when"),
    instance_key="event.cart",
    exits=(ExitRule(event="order"), ExitRule(when="out_any"), ExitRule(event="refund", when="out_refund")),
    goal=EventMatch(event="order", when="goal_when"),
    steps=(
        Wait(id="plain", after="48h"),
        Wait(id="computed", after="interval"),
        Wait(id="clock", at="09:00"),
        Wait(id="moment", until="due"),
        WaitFor(
            id="race", events=(EventMatch(event="click"), EventMatch(event="order", when="race_when")), within="1d"
        ),
        Branch(id="fork", cases=(Case(when="first", next="out"), Case(when="second", next="out")), otherwise="out"),
        Propose(id="mail", action="offer"),
        Goal(id="won"),
        Exit(id="out"),
    ),
)
WHOLE = workspace(
    triggers={"lapsed": AbsenceTrigger(event="order", then_not="order", within="30d", when="t_when")},
    actions=(
        Action(action="offer", eligible_when="may", converted_by="order", converted_within="7d"),
        Action(action="plain"),
    ),
    audiences=(Audience(audience="gold", when="a_when"), Audience(audience="joined")),
    journeys=(
        JOURNEY,
        Journey(journey="named", entry=Entry(trigger="lapsed", when="named_when"), steps=(Exit(id="out"),)),
        Journey(
            journey="changed", entry=Entry(on=TraitTrigger(trait="tier"), when="changed_when"), steps=(Exit(id="out"),)
        ),
    ),
)


def test_every_expression_of_a_workspace_has_its_place_type_and_scope() -> None:
    assert list(sites(WHOLE)) == [
        Site("triggers.lapsed.when", "t_when", event="order"),
        Site("actions.offer.eligible_when", "may", event="*"),
        Site("actions.offer.converted", 'now - _converted_offer < "7d"'),
        Site("audiences.gold.when", "a_when"),
        Site("journeys.j.entry.on.when", "in_on", event="order"),
        Site("journeys.j.entry.when", "in_when", event="order"),
        Site("journeys.j.instance_key", "event.cart", "any", event="order"),
        Site("journeys.j.exits.1.when", "out_any", event="*", has_run=True),
        Site("journeys.j.exits.2.when", "out_refund", event="refund", has_run=True),
        Site("journeys.j.goal.when", "goal_when", event="order", has_run=True),
        Site("journeys.j.steps.computed.after", "interval", "duration", has_run=True),
        Site("journeys.j.steps.moment.until", "due", "instant", has_run=True),
        Site("journeys.j.steps.race.events.1.when", "race_when", event="order", has_run=True),
        Site("journeys.j.steps.fork.cases.0.when", "first", event="*", has_run=True),
        Site("journeys.j.steps.fork.cases.1.when", "second", event="*", has_run=True),
        Site("journeys.named.entry.when", "named_when", event="order"),
        Site("journeys.changed.entry.when", "changed_when", event="*"),
    ]


def test_no_field_that_holds_an_expression_is_forgotten() -> None:
    """Walk the workspace by its types: every value of an expression field must be some site's source."""
    found = {site.source for site in sites(WHOLE)}
    missing = [text for text in written_expressions(WHOLE) if text not in found and not is_duration_text(text)]
    assert missing == []


EXPRESSIONS = ("when", "where", "then_not_when", "eligible_when", "instance_key", "after", "until")


def written_expressions(value: Any) -> Iterator[str]:
    match value:
        case Workspace() | Definition():
            for field, inner in zip(value.__struct_fields__, msgspec.structs.astuple(value), strict=True):
                if isinstance(inner, str) and field in EXPRESSIONS:
                    yield inner
                yield from written_expressions(inner)
        case tuple():
            for inner in value:
                yield from written_expressions(inner)
        case dict():
            for inner in value.values():
                yield from written_expressions(inner)


def test_keys_are_unique() -> None:
    keys = [site.key for site in sites(WHOLE)]
    assert len(keys) == len(set(keys))
