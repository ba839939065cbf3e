"""What lies where nobody has been, and what is shown without an effect that is known, is said."""

from msgspec import structs

from segue.model.catalogue import Action, ChannelSpec, Variant
from segue.model.journeys import Entry, Journey
from segue.model.steps import Propose, Wait
from segue.model.triggers import EventTrigger
from segue.simulation.fitted.unseen import gaps_where_nobody_was, gaps_without_effect
from tests.simulation.fitted import made_up

DISPLAY = ChannelSpec(name="display", family="audience")
CARE = Journey(
    journey="care",
    entry=Entry(on=EventTrigger(event="ordered")),
    steps=(Wait(id="settle", after="1d"), Propose(id="offer", action="mugs"), Wait(id="rest", after="3d")),
)
RUNNING = structs.replace(
    made_up.workspace(),
    channels=(*made_up.workspace().channels, DISPLAY),
    actions=(
        Action(action="mugs", variants=(Variant(channel="email"), Variant(channel="display", audience="lookers"))),
    ),
    journeys=(CARE,),
)
HISTORY = structs.replace(made_up.history(customers=5), reached=frozenset({("care", "settle"), ("care", "rest")}))
LONGER = structs.replace(CARE, version=2, steps=(*CARE.steps, Wait(id="more", after="1d")))


def test_steps_that_nobody_came_to_are_named_where_the_change_touches_their_journey() -> None:
    changed = structs.replace(RUNNING, journeys=(LONGER,))
    (gap,) = gaps_where_nobody_was(HISTORY, RUNNING, changed)
    assert (gap.about, gap.is_decisive) == ("step care/offer", False)
    assert "Nobody has ever come to care/offer" in gap.words
    assert list(gaps_where_nobody_was(HISTORY, RUNNING, RUNNING)) == []


def test_a_journey_that_nobody_entered_is_named_as_a_whole() -> None:
    changed = structs.replace(RUNNING, journeys=(LONGER,))
    (gap,) = gaps_where_nobody_was(structs.replace(HISTORY, reached=frozenset()), RUNNING, changed)
    assert gap.about == "journey care"


def test_a_journey_of_the_change_is_judged_by_what_it_sends() -> None:
    changed = structs.replace(RUNNING, journeys=(CARE, structs.replace(CARE, journey="new")))
    assert list(gaps_where_nobody_was(HISTORY, RUNNING, changed)) == []


def test_advertising_that_the_change_touches_counts_as_nothing_and_that_is_said() -> None:
    shown = Propose(id="show", action="mugs", channels=("display",))
    changed = structs.replace(
        RUNNING,
        actions=(Action(action="mugs", variants=(Variant(channel="email"),)),),
        journeys=(structs.replace(CARE, version=2, steps=(*CARE.steps, shown)),),
    )
    found = list(gaps_without_effect(RUNNING, changed, moves_contacts=False))
    assert [each.about for each in found] == ["action mugs by display", "step care/show"]
    assert all(each.is_decisive for each in found), "there is nothing else that could have an effect"
    assert not any(each.is_decisive for each in gaps_without_effect(RUNNING, changed, moves_contacts=True))


def test_a_change_of_messages_alone_leaves_advertising_as_it_is() -> None:
    changed = structs.replace(RUNNING, journeys=(LONGER,))
    assert list(gaps_without_effect(RUNNING, changed, moves_contacts=True)) == []
