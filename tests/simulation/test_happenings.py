"""What a resident does, as events: nothing of it is lost on the way."""

from segue.model.deliveries import DeliveryStatus
from segue.model.events import ConsentChanged, DecisionRequested, Tracked
from segue.model.ids import CustomerId, DeliveryId, EventId
from segue.simulation.happenings import as_event, as_report
from segue.simulation.market import Came, Consented, Did
from tests.simulation.shop import BEGIN

ADA, NAME = CustomerId("ada"), EventId("e1")


def test_each_happening_becomes_the_event_that_tells_of_it() -> None:
    did = as_event(Did(name="ordered", properties={"margin": 3.0}, traits={"tier": "gold"}, after=5), NAME, ADA, BEGIN)
    base = {"event_id": NAME, "customer_id": ADA, "at": BEGIN}
    assert did == Tracked(name="ordered", properties={"margin": 3.0}, traits={"tier": "gold"}, **base)
    said = as_event(Consented(channel="sms", granted=True, purpose="news", source="api"), NAME, ADA, BEGIN)
    assert said == ConsentChanged(channel="sms", granted=True, purpose="news", source="api", **base)
    came = as_event(Came(placement="hero", context={"page": "home"}), NAME, ADA, BEGIN)
    assert came == DecisionRequested(placement="hero", context={"page": "home"}, **base)


def test_a_report_is_named_after_what_it_says() -> None:
    first = as_report(DeliveryId("d"), ADA, DeliveryStatus.OPENED, BEGIN)
    assert first.event_id == as_report(DeliveryId("d"), ADA, DeliveryStatus.OPENED, BEGIN).event_id
    others = {
        as_report(DeliveryId("d"), ADA, DeliveryStatus.CLICKED, BEGIN).event_id,
        as_report(DeliveryId("d"), ADA, DeliveryStatus.OPENED, BEGIN, attempt=2).event_id,
        as_report(DeliveryId("e"), ADA, DeliveryStatus.OPENED, BEGIN).event_id,
    }
    assert len(others | {first.event_id}) == 4
