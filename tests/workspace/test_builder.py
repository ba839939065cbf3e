"""Journeys written in Python: the same data as a file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.model.errors import SegueError
from segue.model.journeys import Entry, Journey, Rate, Stage
from segue.model.steps import EventMatch, Exit, MessageGroup, Option, Propose, Wait
from segue.model.triggers import EventTrigger, ScheduleTrigger
from segue.workspace import check
from segue.workspace.builder import JourneyBuilder, event, journey
from segue.workspace.documents import read_document
from segue.workspace.schema import convert_document
from tests.workspace.shop import write_shop

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)
DURATIONS = st.sampled_from(["30min", "2d", "1d 12h", "0s"])
MATCHES = st.builds(EventMatch, event=TEXTS, when=st.none() | TEXTS, next=st.none() | NAMES)
Call = Callable[[JourneyBuilder], JourneyBuilder]


def calls(method: str, *args: st.SearchStrategy[Any], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Call]:
    """Return a strategy of calls of one method of the builder."""
    given_fields = st.fixed_dictionaries({}, optional={**fields})
    return st.tuples(st.tuples(*args), given_fields).map(
        lambda drawn: lambda builder: getattr(builder, method)(*drawn[0], **drawn[1])
    )


STEPS = st.one_of(
    calls("wait", DURATIONS, paced=st.booleans(), next=NAMES, description=TEXTS),
    calls("wait", at=TEXTS),
    calls(
        "propose", NAMES, NAMES, channels=st.lists(NAMES).map(tuple), on_cap=st.sampled_from(["skip", "wait", "exit"])
    ),
    calls("propose", NAMES, group=st.builds(MessageGroup, order=st.lists(NAMES).map(tuple), gap=DURATIONS)),
    calls("split", st.dictionaries(NAMES, st.tuples(st.floats(0, 9), NAMES) | NAMES), experiment=TEXTS),
    calls("set_trait", st.dictionaries(NAMES, TEXTS)),
    calls("webhook", NAMES, st.dictionaries(NAMES, TEXTS), on_failure=NAMES),
    calls("sub_journey", NAMES, wait=st.booleans()),
    calls("reach_goal"),
    calls("exit"),
    st.tuples(NAMES, st.integers(1, 9)).map(lambda drawn: lambda builder: builder.goto(drawn[0], at_most=drawn[1])),
    st.tuples(st.dictionaries(TEXTS, NAMES), NAMES).map(
        lambda drawn: lambda builder: builder.branch(drawn[0], otherwise=drawn[1])
    ),
    st.tuples(MATCHES, DURATIONS).map(lambda drawn: lambda builder: builder.wait_for(drawn[0], within=drawn[1])),
    st.tuples(st.builds(Option, option=NAMES, next=NAMES, value=st.floats(-9, 9)), NAMES).map(
        lambda drawn: lambda builder: builder.choose(drawn[0], otherwise=drawn[1])
    ),
)
AROUND = st.one_of(
    calls("exit_on", TEXTS, TEXTS),
    calls("goal", TEXTS, TEXTS),
    calls("on", TEXTS, goto=NAMES, pause=DURATIONS, set=st.dictionaries(NAMES, TEXTS)),
    calls("pace", TEXTS, keen=st.floats(1, 9)),
    calls("stage", st.sampled_from(["awareness", "retention"]), within=DURATIONS, recover=NAMES),
)


@given(TEXTS, st.lists(STEPS | AROUND, max_size=8))
def test_what_is_built_and_written_is_read_as_the_same_journey(entry: str, chosen: list[Call]) -> None:
    builder = journey("made", reentry="after 1d").enter(entry, debounce="5min", rate=Rate(limit=5, per="1h"))
    for call in chosen:
        builder = call(builder)

    document, findings = read_document("journeys/made.yaml", builder.to_yaml())

    assert findings == ()
    assert document is not None
    assert convert_document(document, Journey) == (builder.build(), ())


def test_the_builder_makes_the_same_value_as_the_structs() -> None:
    built = (
        journey("cart", reentry="parallel")
        .enter("cart_updated", when="email is not None")
        .wait("30min")
        .stage("conversion", expect="cart_viewed", within="7d", recover="exit")
        .propose("reminder", timing="receptive")
        .exit()
        .build()
    )

    assert built == Journey(
        journey="cart",
        reentry="parallel",
        entry=Entry(on=EventTrigger(event="cart_updated"), when="email is not None"),
        stages=(Stage(stage="conversion", expect=EventMatch(event="cart_viewed"), within="7d", recover="exit"),),
        steps=(
            Wait(id="wait", after="30min"),
            Propose(id="reminder", action="reminder", timing="receptive", stage="conversion"),
            Exit(id="exit"),
        ),
    )


def test_steps_without_a_name_get_one_of_their_own() -> None:
    built = journey("a").enter("e").wait("1d").wait("2d", id="wait_2").wait("3d").propose("x", "y").build()

    assert [step.id for step in built.steps] == ["wait", "wait_2", "wait_3", "x_or_y"]


def test_any_trigger_opens_a_journey() -> None:
    assert journey("a").enter(trigger="lapsed").build().entry == Entry(trigger="lapsed")
    nightly = ScheduleTrigger(at="09:00")
    assert journey("a").enter(on=nightly).build().entry == Entry(on=nightly)


@pytest.mark.parametrize(
    ("builder", "words"),
    [
        (journey("a").wait("1d"), "no way in"),
        (journey("A").enter("e"), r"\$\.journey"),
        (journey("a").enter("e").wait("soon").exit(id="Not a name"), r"\$\.steps\[1\]\.id"),
        (journey("a").enter("e").goto("b", at_most=0), r"at_most"),
    ],
)
def test_what_does_not_fit_the_schema_is_refused(builder: JourneyBuilder, words: str) -> None:
    with pytest.raises(SegueError, match=words):
        builder.build()


def test_a_built_journey_is_a_file_that_the_linter_accepts(tmp_path: Path) -> None:
    reorder = (
        journey("reorder", reentry="after 30d")
        .enter(trigger="lapsed")
        .goal("order_completed")
        .wait(at="+1d 09:00")
        .branch({"orders_30d > 2": "listen"}, otherwise="offer")
        .propose("offer", channels=("email",))
        .wait_for(event("cart_abandoned", "vip"), within="2d", id="listen")
        .exit()
    )

    assert check(write_shop(tmp_path, {"journeys/reorder.yaml": reorder.to_yaml()})) == ()
