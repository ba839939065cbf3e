"""Residents of a fitted market go on as the fit says."""

from msgspec import structs

from segue.model.customers import Customer
from segue.model.deliveries import DeliveryStatus
from segue.model.ids import CustomerId, DeliveryId
from segue.model.time import DAY, HOUR, Instant
from segue.simulation.dice import Dice
from segue.simulation.fitted.fitting import fit_market
from segue.simulation.fitted.market import FittedMarket, choose
from segue.simulation.fitted.resident import FittedResident
from segue.simulation.market import Arrival, Consented, Did, Reported
from tests.simulation.fitted import made_up

EVIDENCE = made_up.evidence(customers=200)
CHOSEN = [(place, Customer(CustomerId(name))) for place, name in enumerate(EVIDENCE.history.customers)]
MARKET = FittedMarket(EVIDENCE, fit_market(EVIDENCE), CHOSEN)
BEGIN = EVIDENCE.history.until


def _resident(number: int) -> FittedResident:
    return MARKET.resident(number, Dice("town", number), BEGIN)


def _has_left(place: int) -> bool:
    events = EVIDENCE.history.events
    return bool((events.kind[events.customer == place] == 0).any())


def _arrival(action: str, channel: str = "email", day: int = 0) -> Arrival:
    return Arrival(
        kind="message",
        delivery_id=DeliveryId(f"d{day}"),
        action=action,
        channel=channel,
        category="promo",
        theme="",
        content={},
        at=Instant(BEGIN + day * DAY + 9 * HOUR),
        number=day,
        day=day,
    )


def test_they_visit_and_order_of_their_own_accord_as_often_as_before() -> None:
    counts = {"visited": 0, "ordered": 0, "cancelled": 0}
    there = 0
    for number in range(200):
        resident, now = _resident(number), BEGIN
        while now < BEGIN + 28 * DAY:
            behaviour = resident.behave(now)
            for each in behaviour.happenings:
                assert isinstance(each, Did)
                assert each.after >= 0
                counts[each.name] += now > BEGIN  # the first day has orders that earlier contacts still bring
            there += behaviour.again_at < BEGIN + 28 * DAY
            now = behaviour.again_at

    weeks = there / 7
    assert abs(counts["visited"] / weeks - made_up.VISITS) < 0.45
    assert abs(counts["ordered"] / counts["visited"] - made_up.FOLLOWED) < 0.03
    assert 0 < counts["cancelled"] < 20


def test_they_answer_contacts_as_they_did() -> None:
    kinds = {"opened": 0, "clicked": 0, "ordered": 0, "opted out": 0}
    for number in range(200):
        resident = _resident(number)
        for day in (0, 10, 20, 30, 40):
            for each in resident.react(_arrival("mugs", day=day)):
                kinds["opened"] += isinstance(each, Reported) and each.status == DeliveryStatus.OPENED
                kinds["clicked"] += isinstance(each, Reported) and each.status == DeliveryStatus.CLICKED
                kinds["ordered"] += isinstance(each, Did) and each.name == "ordered"
                kinds["opted out"] += isinstance(each, Consented)

    still_there = sum(not _has_left(place) for place in range(200)) * 5
    assert abs(kinds["opened"] / still_there - 0.5) < 0.08
    assert abs(kinds["clicked"] / kinds["opened"] - made_up.CLICKED) < 0.08
    assert abs(kinds["ordered"] / still_there - 0.15) < 0.05
    assert 0.005 < kinds["opted out"] / still_there < 0.045


def test_who_has_left_before_does_nothing_any_more() -> None:
    history = EVIDENCE.history
    gone = int(history.events.customer[history.events.kind == 0][0])

    assert _resident(gone).behave(BEGIN).happenings == ()
    assert list(_resident(gone).react(_arrival("mugs"))) == []


def test_what_reaches_them_is_counted_and_tires() -> None:
    market = FittedMarket(EVIDENCE, MARKET.fit, CHOSEN)
    resident = market.resident(3, Dice("town", 3), BEGIN)
    for day in (0, 1):
        list(resident.react(_arrival("mugs", day=day)))

    assert market.seen.ways == {("mugs", "email"): 2}
    assert market.seen.tired[1] > market.seen.tired[0]


def test_residents_are_the_logs_own_and_those_chosen_twice_two_people() -> None:
    chosen = choose(CHOSEN, 450, 1)
    market = FittedMarket(EVIDENCE, MARKET.fit, chosen)

    names = [market.resident(number, Dice("t", number), BEGIN).customer.customer_id for number in (0, 200, 400, 449)]

    assert len(chosen) == 450
    assert names[:2] == ["c0000~0", "c0000~200"]
    assert len(set(names)) == 4
    assert choose(CHOSEN, None, 1) == CHOSEN
    assert len({name for name, _ in choose(CHOSEN, 20, 1)}) == 20


def test_a_market_says_what_it_was_fitted_from() -> None:
    description = MARKET.describe()

    assert "200 customers" in description.summary
    assert ("contact", "ordered") in description.causes


def test_the_profile_is_drawn_to_the_hours_at_which_they_came() -> None:
    history = EVIDENCE.history
    evenings = history.events.at // DAY * DAY + 20 * HOUR
    moved = structs.replace(history, events=structs.replace(history.events, at=evenings))
    late = structs.replace(EVIDENCE, history=moved)

    fit = fit_market(late)

    assert fit.profile[2].reshape(7, 24)[:, 20].sum() > 0.8
