"""Journeys that open each other, or themselves, for ever: bounded, for a reason that is told."""

import pytest

from segue.core.world import World
from segue.model.catalogue import TraitSpec
from segue.model.journeys import Entry
from segue.model.steps import Choose, Exit, Goto, Option, Propose, SetTrait, SubJourney, Wait
from segue.model.time import DAY
from segue.model.triggers import JourneyTrigger, TraitTrigger
from tests.core.combinations.shop import ends, journey, rules, shop, somebody, where

REFUSED = Propose(id="ask", action="offer", deadline="1d")
NOBODY_AGREES = rules(consent={})


def ping_pong(reentry: str) -> World:
    ping = journey("ping", REFUSED, event="view", reentry=reentry)
    pong = journey("pong", REFUSED, entry=Entry(on=JourneyTrigger(journey="ping")), reentry=reentry)
    back = journey("back", REFUSED, entry=Entry(on=JourneyTrigger(journey="pong")), reentry=reentry)
    again = journey(
        "again", SubJourney(id="sub", journey="ping"), entry=Entry(on=JourneyTrigger(journey="back")), reentry=reentry
    )
    return shop(ping, pong, back, again, contact_rules=NOBODY_AGREES)


def test_a_loop_over_a_proposal_that_is_refused_at_once_is_bounded() -> None:
    loop = journey("loop", REFUSED, Goto(id="again", to="ask", at_most=1000), Wait(id="rest", after="1d"), event="view")
    living = somebody(shop(loop, contact_rules=NOBODY_AGREES))
    living.does("view")
    assert ends(living) == [("loop", "loop_bound")]
    assert living.wake_at > living.now


def test_a_loop_over_a_choice_is_bounded() -> None:
    loop = journey(
        "loop",
        Choose(id="way", options=(Option(option="on", next="again", value=1.0),), otherwise="again"),
        Goto(id="again", to="way", at_most=1000),
        event="view",
    )
    living = somebody(shop(loop))
    living.does("view")
    assert ends(living) == [("loop", "loop_bound")]


@pytest.mark.parametrize("reentry", ["after 0d", "parallel"])
def test_journeys_that_open_each_other_come_to_rest(reentry: str) -> None:
    living = somebody(ping_pong(reentry))
    living.does("view")
    assert living.wake_at > living.now
    assert "reentry_blocked" in [b.reason for t in living.transitions for b in t.blocked] or ends(living)
    living.after(DAY)
    assert where(living) == {}


@pytest.mark.parametrize("reentry", ["after 0d", "parallel"])
def test_a_trait_that_opens_the_journey_that_changes_it_comes_to_rest(reentry: str) -> None:
    flip = journey(
        "flip",
        SetTrait(id="set", set={"level": "level + 1"}),
        entry=Entry(on=TraitTrigger(trait="level")),
        reentry=reentry,
    )
    living = somebody(shop(flip, traits={"level": TraitSpec(type="number")}))
    living.is_known_as(level=1)
    assert living.wake_at > living.now
    assert 1 < living.customer.profile.traits["level"] < 100


def test_a_journey_that_enters_itself_is_refused() -> None:
    own = journey("own", SubJourney(id="sub", journey="own"), Exit(id="out"), event="view", reentry="parallel")
    living = somebody(shop(own))
    living.does("view")
    assert living.wake_at > living.now
    assert where(living) == {}
