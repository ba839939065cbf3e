"""Parents and children, triggers and the traits that journeys set, offers of journeys that stand still."""

import pytest

from segue.model.catalogue import Audience, TraitSpec
from segue.model.journeys import Entry, ExitRule, Handler
from segue.model.steps import EventMatch, Propose, SetTrait, SubJourney, Wait
from segue.model.time import DAY, HOUR
from segue.model.triggers import AudienceTrigger, ScheduleTrigger
from tests.builders import action
from tests.core.combinations.shop import ends, journey, publish, rules, sent, shop, somebody, where

REST = Wait(id="rest", after="20d")
LEVEL = {"level": TraitSpec(type="number")}


def test_a_handler_hears_an_event_once_though_a_child_ends_by_it() -> None:
    small = journey("small", Wait(id="calm", after="9d"), goal=EventMatch(event="pay"))
    care = journey(
        "care",
        SubJourney(id="sub", journey="small"),
        REST,
        event="view",
        on=(Handler(event="pay", set={"paid": "run.paid + 1"}),),
    )
    living = somebody(shop(care, small))
    living.does("view", paid=0)
    living.does("pay")
    (run,) = living.customer.enrollments.runs
    assert (run.step, run.facts["paid"]) == ("rest", 1)


def test_an_exit_of_the_parent_takes_the_childs_message_along() -> None:
    small = journey("small", Propose(id="mail", action="offer", deadline="5d"), Wait(id="calm", after="9d"))
    care = journey("care", SubJourney(id="sub", journey="small"), event="view", exits=(ExitRule(event="bye"),))
    living = somebody(shop(care, small, contact_rules=rules(arbitration_window="1d")))
    living.does("view")
    living.does("bye")
    living.after(5 * DAY)
    assert sent(living) == []
    assert sorted(ends(living)) == [("care", "exit_event"), ("small", "exit_event")]


def test_an_audience_that_two_journeys_lead_in_and_out_of_comes_to_rest() -> None:
    into = journey(
        "into",
        SetTrait(id="up", set={"level": "9"}),
        reentry="parallel",
        entry=Entry(on=AudienceTrigger(audience="low")),
    )
    out = journey(
        "out",
        SetTrait(id="down", set={"level": "0"}),
        reentry="parallel",
        entry=Entry(on=AudienceTrigger(audience="low", change="leaves")),
    )
    living = somebody(shop(into, out, traits=LEVEL, audiences=(Audience(audience="low", when="level < 5"),)))
    living.is_known_as(level=1)
    assert living.wake_at > living.now
    assert len(living.transitions) < 100


def test_a_journey_opened_by_an_audience_that_its_first_step_ends_is_entered_once() -> None:
    care = journey("care", SetTrait(id="up", set={"level": "9"}), REST, entry=Entry(on=AudienceTrigger(audience="low")))
    living = somebody(shop(care, traits=LEVEL, audiences=(Audience(audience="low", when="level < 5"),)))
    living.is_known_as(level=1)
    living.after(3 * DAY)
    assert where(living) == {"care": "rest"}
    assert living.customer.enrollments.entered[0].count == 1
    assert living.customer.watches.inside == ()


@pytest.mark.parametrize("spread", ["0s", "3h"])
def test_a_schedule_fires_once_a_day_though_the_workspace_changes_every_few_hours(spread: str) -> None:
    def world(version: int) -> object:
        entry = Entry(on=ScheduleTrigger(at="09:00", spread=spread))
        return shop(journey("daily", Wait(id="calm", after="1h"), entry=entry, version=version))

    living = somebody(world(1), zone="Europe/Paris")  # type: ignore[arg-type]
    for version in range(2, 20):
        living.after(5 * HOUR)
        publish(living, world(version))  # type: ignore[arg-type]
    living.after(2 * DAY)
    days = (living.now - living.customer.profile.first_seen) // DAY
    (entered,) = living.customer.enrollments.entered
    assert entered.count == days


def test_a_paused_journey_shows_nothing_either() -> None:
    show = Propose(id="show", action="banner", keep="20d")

    def world(status: str) -> object:
        return shop(journey("care", show, REST, event="view", status=status), actions=(action("banner", "website"),))

    living = somebody(world("live"))  # type: ignore[arg-type]
    living.does("view")
    publish(living, world("paused"))  # type: ignore[arg-type]
    (transition,) = living.asks("home_hero")
    assert transition.decisions[0].chosen == "silence"
