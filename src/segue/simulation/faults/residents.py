"""The residents: what they do, told by sources that repeat themselves, come late, or have wrong clocks."""

from collections import Counter
from collections.abc import Iterator, Mapping
from random import Random

from msgspec import Struct

from segue.model.events import ConsentChanged, DecisionRequested, Enroll, Event, Identified, Incoming, Tracked
from segue.model.identities import Identifier
from segue.model.ids import CustomerId, EventId
from segue.model.time import DAY, HOUR, MINUTE, SECOND, Instant
from segue.simulation.faults.schedule import Faults, Odds

PEOPLE, DEVICES = 7, 3
FACTS = 70
ACTIVE = 6 * DAY
ZONES = (
    "Europe/London",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",  # its clocks change by half an hour
    "America/Santiago",  # midnight does not exist once a year
    "Pacific/Chatham",
)
_NAMES = (
    *("joined",) * 3,
    *("page_viewed",) * 5,
    *("item_viewed",) * 2,
    *("order_completed",) * 2,
    *("cart_updated",) * 2,
    "called",
    "account_closed",
)
_MAILBOXES = {0: "home@example.com", 1: "home@example.com", 4: "flat@example.com", 5: "Flat@example.com"}
_CHANNELS = ("email", "letter", "sms", "push", "display", "*")


class Told(Struct, frozen=True):
    """A fact on its way: it reaches the runtime at ``arrives``, microseconds after the beginning."""

    arrives: int
    fact: Incoming


def tell(
    chance: Random, begin: Instant, faults: Faults, facts: int = FACTS, struck: Counter[str] | None = None
) -> list[Told]:
    """Return everything that is told of the residents, by arrival.

    Args:
        begin: the instant of the beginning.
        struck: counts the faults that struck.
    """
    told, odds = list(_introductions(chance, begin)), Odds(faults, chance, struck)
    at = HOUR
    for number in range(facts):
        # Most things happen in bursts, some at one and the same moment.
        at += int(chance.choice((0, SECOND, MINUTE, 20 * MINUTE, 3 * HOUR, 6 * HOUR)) * chance.random())
        at = max(at, int(ACTIVE * number / facts / 1.2))
        told += _told(chance, odds, at, _fact(chance, f"f{number}", begin + at))
    return sorted(told, key=lambda each: each.arrives)


def _told(chance: Random, odds: Odds, at: int, fact: Incoming) -> Iterator[Told]:
    arrives = at + int(chance.random() * SECOND)
    if odds.strikes("event_late"):
        arrives += int(chance.choice((MINUTE, 3 * HOUR, 2 * DAY, 3 * DAY)) * chance.random())
    elif odds.strikes("event_early"):
        arrives = max(0, at - int(chance.choice((SECOND, HOUR, DAY)) * chance.random()))
    yield Told(arrives, fact)
    while odds.strikes("event_doubled"):
        yield Told(arrives + int(chance.choice((0, SECOND, HOUR, 2 * DAY)) * chance.random()), fact)


def _introductions(chance: Random, begin: Instant) -> Iterator[Told]:
    """Everybody becomes known in the first hour; twice two share a mailbox, two a telephone; half want texts."""
    for person in range(PEOPLE):
        traits = {
            "email": _MAILBOXES.get(person, f"p{person}@example.com"),
            "phone": "+447700900001" if person in (2, 3) else f"+44770090001{person}",
            "zone": chance.choice(ZONES),
        }
        if chance.random() < 0.2:
            del traits["zone"]
        at = Instant(begin + int(chance.random() * HOUR))
        yield Told(at - begin, _incoming(f"who{person}", at, (user_of(person),), _identified(at, traits)))
        if person % 2:
            yield Told(at - begin, _incoming(f"may{person}", at, (user_of(person),), _word(at, "sms", granted=True)))


def _fact(chance: Random, name: str, at: int) -> Incoming:
    person, moment, kind = int(chance.random() * PEOPLE), Instant(at), chance.random()
    known = (user_of(person),) if chance.random() < 0.7 else (device_of(person, chance),)
    if kind < 0.62:
        return _incoming(name, moment, known, _tracked(chance, moment))
    if kind < 0.72:
        tier = chance.choice(("gold", "gold", "silver", "staff"))
        return _incoming(name, moment, known, _identified(moment, {"tier": tier}))
    if kind < 0.77:
        stated = chance.choice(({"zone": chance.choice(ZONES)}, {"email": f"{name}@example.com"}, {"phone": None}))
        return _incoming(name, moment, known, _identified(moment, stated))
    if kind < 0.88:
        word = _word(moment, chance.choice(_CHANNELS), granted=chance.random() < 0.5)
        return _incoming(name, moment, known, word)
    if kind < 0.93:  # they log in on a device: what it did was theirs
        return log_in(name, moment, person, chance)
    if kind < 0.97:
        asked = DecisionRequested(event_id=EventId(""), customer_id=CustomerId(""), at=moment, placement="hero")
        return _incoming(name, moment, known, asked)
    return _incoming(
        name, moment, known, Enroll(event_id=EventId(""), customer_id=CustomerId(""), at=moment, journey="care")
    )


def _tracked(chance: Random, at: Instant) -> Tracked:
    name = chance.choice(_NAMES)
    properties = {"cart_id": chance.choice(("a", "b"))} if name == "cart_updated" else {}
    return Tracked(event_id=EventId(""), customer_id=CustomerId(""), at=at, name=name, properties=properties)


def _identified(at: Instant, traits: Mapping[str, str | None]) -> Identified:
    return Identified(event_id=EventId(""), customer_id=CustomerId(""), at=at, traits=dict(traits))


def _word(at: Instant, channel: str, *, granted: bool) -> ConsentChanged:
    return ConsentChanged(event_id=EventId(""), customer_id=CustomerId(""), at=at, channel=channel, granted=granted)


def _incoming(name: str, at: Instant, identifiers: tuple[Identifier, ...], event: Event) -> Incoming:
    return Incoming(identifiers=identifiers, event=event, event_id=EventId(name), at=at, source="town")


def log_in(name: str, at: Instant, person: int, chance: Random) -> Incoming:
    """Return the fact that somebody says on one of their devices who they are: what it did was theirs."""
    return _incoming(name, at, (device_of(person, chance), user_of(person)), _identified(at, {}))


def user_of(person: int) -> Identifier:
    """Return what somebody is known by once they have said who they are."""
    return Identifier("user_id", f"u{person}")


def known_by(person: int) -> tuple[Identifier, ...]:
    """Return everything that somebody may be known by."""
    return user_of(person), *(Identifier("anonymous_id", f"d{person}.{number}") for number in range(DEVICES))


def device_of(person: int, chance: Random) -> Identifier:
    """Return one of somebody's devices."""
    return Identifier("anonymous_id", f"d{person}.{int(chance.random() * DEVICES)}")
