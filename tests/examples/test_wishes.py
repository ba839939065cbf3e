"""The market of wishes: people are the same every time, an order fulfils a wish, and patience is for a week."""

from segue.model.ids import DeliveryId
from segue.model.time import DAY, HOUR, Instant, parse_instant
from segue.simulation.dice import Dice
from segue.simulation.market import Arrival, Did, Happening
from segue.simulation.markets import MarketSpec, make_market
from segue.simulation.sensitivity import variations
from tests.architecture.sources import ROOT

FOLDER = ROOT / "examples/one_conversation/coordinated/simulations"
BEGIN = parse_instant("2026-01-05T00:00:00Z")
ALWAYS = {"wish_every": 0.001, "wish_lasts": 5000.0, "patience": 2.0}


def lived(parameters: dict[str, object], messages: dict[int, int], days: int = 20, number: int = 3) -> list[Happening]:
    """Return all that somebody did, with so many messages on some days."""
    market = make_market(MarketSpec(kind="wishes.py:Wishes", folder=str(FOLDER), parameters=parameters))
    resident = market.resident(number, Dice("test", number), BEGIN)
    did: list[Happening] = []
    now, end, told = BEGIN, Instant(BEGIN + days * DAY), -1
    while now < end:
        day = (now - BEGIN) // DAY
        behaviour = resident.behave(now)
        did += behaviour.happenings
        for each in range(messages.get(day, 0) if day > told else 0):
            did += resident.react(message(Instant(now + each), day, f"m{each}"))
        told, now = day, behaviour.again_at
    return did


def message(at: Instant, day: int, action: str) -> Arrival:
    return Arrival(
        kind="message",
        delivery_id=DeliveryId(f"{action}.{day}"),
        action=action,
        channel="email",
        category="promo",
        theme="",
        content={},
        at=at,
        number=0,
        day=day,
    )


def count(happenings: list[Happening], name: str) -> int:
    return sum(isinstance(each, Did) and each.name == name for each in happenings)


def test_the_same_customer_does_the_same_every_time() -> None:
    assert lived({}, {3: 1}) == lived({}, {3: 1})
    assert lived({}, {}, number=4) != lived({}, {})


def test_an_order_fulfils_the_wish() -> None:
    for number in range(20):
        happenings = lived(ALWAYS | {"orders": [0.0, 1.0], "wish_visits": 3.0}, {}, number=number)
        assert (count(happenings, "ordered"), count(happenings, "cart_left")) == (1, 0)


def test_a_wish_that_is_not_fulfilled_leaves_carts() -> None:
    assert count(lived(ALWAYS | {"orders": [0.0, 0.0], "wish_visits": 3.0}, {}), "cart_left") > 20


def test_what_is_above_patience_is_looked_at_less_and_a_week_later_all_is_forgotten() -> None:
    many = {"looks": 1.0, "impatient": 0.0, "opt_out": 0.0, "leaves": 0.0, "clicks": [0.0, 0.0, 0.0]} | {
        "patience": 2.0
    }
    for number in range(10):
        opened = [type(each).__name__ for each in lived(many, {1: 9}, number=number)].count("Reported")
        assert 0 < opened < 9
        again = [type(each).__name__ for each in lived(many, {1: 9, 9: 9}, number=number)].count("Reported")
        assert again == 2 * opened


def test_all_assumptions_can_be_varied() -> None:
    spec = MarketSpec(kind="wishes.py:Wishes", folder=str(FOLDER))
    assert len(variations(spec)) == 16


def test_a_visit_in_the_morning_is_not_in_the_future() -> None:
    market = make_market(MarketSpec(kind="wishes.py:Wishes", folder=str(FOLDER)))
    resident = market.resident(1, Dice("test", 1), BEGIN)
    first = resident.behave(BEGIN)
    assert BEGIN < first.again_at <= BEGIN + DAY
    assert all(getattr(each, "after", 0) <= HOUR for each in first.happenings)
