"""Outcomes: what an action's success is, what no two decisions share, and when consent was withdrawn."""

from pathlib import Path

import pytest
from msgspec import structs

from segue.model.events import ConsentChanged
from segue.model.ids import CustomerId, EventId
from segue.model.time import DAY, HOUR, NEVER, Instant
from tests.learning.frames.test_reading import LATER, OPEN_TO_ALL, purchase, visits
from tests.learning.shop import BEGIN, an_offer, framed, log_of, told


def test_what_happens_counts_once_between_a_customers_decisions(tmp_path: Path) -> None:
    entries = log_of(OPEN_TO_ALL, [*visits(1, 10, 20), purchase(5), purchase(15)])
    frame = framed(entries, OPEN_TO_ALL, tmp_path, now=LATER)

    assert frame.objective("margin").tolist() == [20.0, 10.0, 0.0]
    assert frame.steps[:, 1].tolist() == [10.0, 10.0, 0.0]
    assert frame.next_at.tolist() == [BEGIN + 10 * HOUR, BEGIN + 20 * HOUR, NEVER]


def test_success_is_what_the_workspaces_actions_say_it_is(tmp_path: Path) -> None:
    actions = (an_offer("voucher"), an_offer("news", converted_by="visited"))
    shop = structs.replace(OPEN_TO_ALL, actions=actions)
    frame = framed(log_of(shop, [*visits(1, 10), purchase(5)]), shop, tmp_path, now=LATER)

    assert frame.events == ("bought", "visited")
    assert frame.succeeded("bought").tolist() == [1.0, 0.0]
    assert frame.succeeded("visited").tolist() == [1.0, 0.0]
    assert frame.succeeded("fame").tolist() == frame.succeeded(None).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("granted", [False, True])
def test_consent_that_is_withdrawn_is_known_by_its_moment(tmp_path: Path, granted: bool) -> None:
    at = Instant(BEGIN + 2 * DAY)
    said = ConsentChanged(event_id=EventId(""), customer_id=CustomerId(""), at=at, channel="email", granted=granted)
    facts = [*visits(1, 24 * 5), told("ada", said, "consent")]
    frame = framed(log_of(OPEN_TO_ALL, facts), OPEN_TO_ALL, tmp_path, now=LATER)

    assert frame.withdrew_at[0] == (NEVER if granted else at)
