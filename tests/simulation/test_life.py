"""A life: what reaches a resident, what they answer, and what becomes of several devices."""

from collections.abc import Iterable

import pytest

from segue.core.world import World, build_world
from segue.model.deliveries import DeliveryStatus
from segue.model.events import ConsentChanged, DeliveryReported, Merged, Tick, Tracked
from segue.model.identities import Identifier
from segue.model.time import DAY, HOUR, MINUTE, NEVER, Instant
from segue.simulation.dice import Dice
from segue.simulation.life import Life, Passed
from segue.simulation.market import Arrival, Behaviour, Consented, Did, Happening, Reported
from segue.simulation.provider import Provider
from tests.simulation.shop import BEGIN, plain_shop

WORLD = build_world(plain_shop())
HOME = {"email": "ada@market.example"}


class Scripted:
    """Visits once at noon of each of the first days, and answers every message in one way."""

    identifiers = (Identifier("user_id", "ada"),)

    def __init__(
        self, days: int = 2, answers: tuple[Happening, ...] = (), known_by: tuple[Identifier, ...] = ()
    ) -> None:
        self._days, self._answers, self._known_by = days, answers, known_by
        self.received: list[Arrival] = []

    def behave(self, now: Instant) -> Behaviour:
        day = (now - BEGIN) // DAY
        if day >= self._days:
            return Behaviour()
        visit = Did(name="visited", traits=HOME, after=12 * HOUR, identifiers=self._known_by)
        return Behaviour((visit,), Instant(now + DAY) if day + 1 < self._days else NEVER)

    def react(self, arrival: Arrival) -> Iterable[Happening]:
        self.received.append(arrival)
        return self._answers


def live(resident: Scripted, world: World = WORLD, days: int = 4, **providers: Provider) -> list[Passed]:
    life = Life(0, resident, Dice("market", 0), providers, BEGIN)
    passed: list[Passed] = []
    while life.due < BEGIN + days * DAY:
        passed += life.step(world)
    return passed


def told(passed: list[Passed]) -> list[str]:
    return [each.event.status for each in passed if isinstance(each.event, DeliveryReported)]


def test_what_is_handed_over_reaches_the_resident_and_the_answer_comes_back_in_its_time() -> None:
    answers = (Reported(status=DeliveryStatus.OPENED, after=HOUR), Did(name="ordered", after=2 * HOUR))
    ada = Scripted(days=1, answers=answers)
    passed = live(ada)
    (arrival,) = ada.received
    assert (arrival.kind, arrival.channel, arrival.day, arrival.number) == ("message", "email", 0, 0)
    assert arrival.at == BEGIN + 12 * HOUR
    assert arrival.content["headline"]
    events = [(type(each.event).__name__, each.now - BEGIN) for each in passed if not isinstance(each.event, Tick)]
    noon = 12 * HOUR
    assert events[:2] == [("Tracked", noon), ("DeliveryReported", noon)]
    assert ("Tracked", noon + 2 * HOUR) in events
    opened = next(now for name, now in events[2:] if name == "DeliveryReported")
    assert noon + HOUR <= opened < noon + HOUR + 30 * MINUTE


def test_a_call_that_fails_is_tried_again_by_the_engine() -> None:
    ada = Scripted(days=1)
    passed = live(ada, email=Provider(fails=0.999999))
    assert set(told(passed)) == {"retryable"}
    assert len(told(passed)) > 1
    assert ada.received == []


def test_a_message_to_a_dead_address_bounces_and_reaches_nobody() -> None:
    ada = Scripted(days=1)
    passed = live(ada, email=Provider(bounces=1.0, tells=True))
    assert told(passed) == ["accepted", "bounced"]
    assert ada.received == []


def test_lost_receipts_never_come_though_the_message_did() -> None:
    ada = Scripted(days=1, answers=(Reported(status=DeliveryStatus.OPENED),))
    assert told(live(ada, email=Provider(tells=True, lost=0.999999))) == ["accepted"]
    assert len(ada.received) == 1


def test_a_receipt_that_is_told_twice_counts_once_as_in_production() -> None:
    opened, clicked = (Reported(status=each, after=HOUR) for each in (DeliveryStatus.OPENED, DeliveryStatus.CLICKED))
    later = Reported(status=DeliveryStatus.CLICKED, after=5 * HOUR)
    passed = live(Scripted(days=1, answers=(opened, clicked, later, clicked)))
    assert sorted(told(passed)) == ["accepted", "clicked", "opened"]


def test_who_opts_out_is_left_alone() -> None:
    ada = Scripted(days=4, answers=(Consented(channel="*", granted=False, after=HOUR),))
    passed = live(ada, days=6)
    assert len(ada.received) == 1
    assert sum(isinstance(each.event, ConsentChanged) for each in passed) == 1


def test_a_message_is_withdrawn_at_hand_over_when_consent_has_gone_meanwhile() -> None:
    """The gate is asked once more: a retry comes after the opt-out that was not known when it was decided."""
    fails_first = Provider(fails=0.5)
    for number in range(40):
        dice = Dice("market", number)
        if fails_first.answer(dice, "email", "flash_sale/0", 1) == DeliveryStatus.RETRYABLE:
            break

    class Annoyed(Scripted):
        def behave(self, now: Instant) -> Behaviour:
            visit = Did(name="visited", traits=HOME, after=12 * HOUR)
            return Behaviour((visit, Consented(channel="*", granted=False, after=12 * HOUR + 1)))

    ada = Annoyed()
    life = Life(number, ada, dice, {"email": fails_first}, BEGIN)
    passed: list[Passed] = []
    while life.due < BEGIN + 2 * DAY:
        passed += life.step(WORLD)
    assert ada.received == []
    assert told(passed)[0] == "retryable"
    assert "accepted" not in told(passed)


def test_a_device_nobody_knows_is_another_customer_until_it_says_who_it_is() -> None:
    device = (Identifier("anonymous_id", "tablet"),)

    class Late(Scripted):
        def behave(self, now: Instant) -> Behaviour:
            if now == BEGIN:
                visits = (Did(name="visited", identifiers=device, after=HOUR), Did(name="visited", after=2 * HOUR))
                return Behaviour(visits, Instant(BEGIN + DAY))
            return Behaviour((Did(name="signed_in", identifiers=(*self.identifiers, *device)),))

    life = Life(0, Late(), Dice("market", 0), {}, BEGIN)
    passed: list[Passed] = []
    while life.due < BEGIN + DAY:
        passed += life.step(WORLD)
    assert len(life.customers) == 2
    while life.due < BEGIN + 2 * DAY:
        passed += life.step(WORLD)
    assert len(life.customers) == 1
    assert sum(isinstance(each.event, Merged) for each in passed) == 1
    assert len({each.event.customer_id for each in passed if isinstance(each.event, Tracked)}) == 2


def test_a_resident_who_acts_without_end_is_a_mistake_of_the_market() -> None:
    class Endless(Scripted):
        def behave(self, now: Instant) -> Behaviour:
            return Behaviour((), now)

    with pytest.raises(AssertionError, match="without end"):
        live(Endless())
