"""What reaches a resident: an occasion is the same in two arms in which the same thing comes on the same day."""

from msgspec.structs import replace

from segue.model.ids import DeliveryId
from segue.simulation.market import Arrival
from tests.simulation.shop import BEGIN

ARRIVAL = Arrival(
    kind="message",
    delivery_id=DeliveryId("d1"),
    action="mugs",
    channel="email",
    category="promo",
    theme="",
    content={},
    at=BEGIN,
    number=3,
    day=5,
)


def test_an_occasion_is_about_what_comes_by_which_way_on_which_day() -> None:
    same = replace(ARRIVAL, delivery_id=DeliveryId("d2"), number=9, at=BEGIN)
    assert same.occasion == ARRIVAL.occasion
    others = (replace(ARRIVAL, action="planters"), replace(ARRIVAL, channel="post"), replace(ARRIVAL, day=6))
    assert len({each.occasion for each in (ARRIVAL, *others)}) == 4
