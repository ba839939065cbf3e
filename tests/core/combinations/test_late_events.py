"""Events that arrive long after they happened: a history is imported while journeys run."""

from segue.model.events import Tracked
from segue.model.journeys import Journey
from segue.model.steps import EventMatch, Wait
from segue.model.time import DAY, Instant
from tests.core.combinations.shop import base, ends, journey, shop, somebody, where
from tests.core.living import Living

CARE: Journey = journey("care", Wait(id="rest", after="20d"), event="view", goal=EventMatch(event="order"))


def learns(living: Living, name: str, ago: int) -> None:
    living.advance(Tracked(**(base(living) | {"at": Instant(living.now - ago)}), name=name))


def test_an_order_of_last_year_is_not_the_goal_of_a_run_of_today() -> None:
    living = somebody(shop(CARE))
    living.does("view")
    learns(living, "order", 400 * DAY)
    assert ends(living) == []


def test_a_view_of_last_year_opens_no_journey_today() -> None:
    living = somebody(shop(CARE))
    learns(living, "view", 400 * DAY)
    assert where(living) == {}


def test_a_view_that_a_telephone_sends_a_day_late_still_opens_the_journey() -> None:
    living = somebody(shop(CARE))
    learns(living, "view", DAY)
    assert where(living) != {}


def test_an_order_of_the_day_before_the_run_began_is_its_goal_also_when_it_arrives_later() -> None:
    living = somebody(shop(CARE))
    living.does("view")
    living.after(9 * DAY)
    learns(living, "order", 10 * DAY)
    assert ends(living) == [("care", "goal")]
