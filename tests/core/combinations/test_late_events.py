"""Events that arrive long after they happened: a history is imported while journeys run."""

import pytest

from segue.model.events import Tracked
from segue.model.journeys import Journey
from segue.model.steps import EventMatch, Wait
from segue.model.time import DAY, Instant
from tests.core.combinations.shop import base, ends, journey, shop, somebody, where
from tests.core.living import Living

CARE: Journey = journey("care", Wait(id="rest", after="20d"), event="view", goal=EventMatch(event="order"))


def learns(living: Living, name: str, ago: int) -> None:
    living.advance(Tracked(**(base(living) | {"at": Instant(living.now - ago)}), name=name))


@pytest.mark.xfail(strict=True, reason="a goal does not ask whether its event happened before the run began")
def test_an_order_of_last_year_is_not_the_goal_of_a_run_of_today() -> None:
    living = somebody(shop(CARE))
    living.does("view")
    learns(living, "order", 400 * DAY)
    assert ends(living) == []


@pytest.mark.xfail(strict=True, reason="an event trigger does not ask how long ago its event happened")
def test_a_view_of_last_year_opens_no_journey_today() -> None:
    living = somebody(shop(CARE))
    learns(living, "view", 400 * DAY)
    assert where(living) == {}
