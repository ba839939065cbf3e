"""A made-up town for the learning shop: who lives there, and how they truly answer. The shop cannot see into it.

Runs the workspace beside this file through the production runtime in virtual time, day after day, and leaves the log in
``.segue``, where `segue learn`, `segue evaluate` and the others read it.

    python3 dev.py python -m examples.learning_shop.market shop --customers 400 --days 60
"""

import argparse
import asyncio
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from segue.cli.history import History
from segue.core.chance import draw
from segue.model.commands import Deliver
from segue.model.events import ConsentChanged, Event, Incoming, Tracked
from segue.model.identities import Identifier
from segue.model.ids import CustomerId, EventId, derive
from segue.model.time import DAY, HOUR, Instant, parse_instant
from segue.runtimes.embedded import Settings
from segue.server.site import running
from segue.testing import VirtualClock
from segue.workspace import load

BEGIN = parse_instant("2026-03-02T00:00:00Z")
SITE = "https://kiln.example"
ORDER = 24.0
BY_ITSELF = 0.015
"""Probability that a visit ends in an order that no message brought."""


class Person(Struct, frozen=True):
    """One of the town's people; ``patience`` is 0 to 1 and nobody's business."""

    number: int
    is_young: bool
    has_garden: bool
    patience: float


def people(count: int) -> list[Person]:
    """Return ``count`` people, always the same ones."""
    return [
        Person(n, draw("town", "age", n) < 0.4, draw("town", "garden", n) < 0.5, draw("town", "patience", n))
        for n in range(count)
    ]


def response(person: Person, action: str, channel: str, recent: int) -> float:
    """Return the true probability that a message leads to an order, ``recent`` being messages of the last three days.

    The young want mugs by e-mail, those with a garden planters by post; a flash sale interests hardly anybody; and who
    heard of us a moment ago listens less.
    """
    wanted = {"mugs": 0.09 if person.is_young else 0.01, "planters": 0.08 if person.has_garden else 0.004}
    on = {"email": 1.0 if person.is_young else 0.6, "post": 0.7 if person.is_young else 1.3}[channel]
    return wanted.get(action, 0.012) * on * (0.55 + 0.9 * person.patience) * 0.7**recent


def annoyance(person: Person, action: str, recent: int) -> float:
    """Return the true probability that a message makes somebody opt out."""
    shrill = 4.0 if action == "flash_sale" else 1.0
    return min(0.003 * shrill * (1.5 - person.patience) * 1.8**recent, 0.5)


class Town:
    """How people treat what they get; as `segue.cli.history.Readers`, with an opinion."""

    def __init__(self, residents: list[Person]) -> None:
        self._residents = residents
        self._received: dict[int, list[Instant]] = {}

    def react(self, mail: Deliver, at: Instant) -> tuple[Event, ...]:
        """Return what comes back of ``mail``, handed over at ``at``."""
        person = self._residents[int(mail.address.partition("@")[0].removeprefix("p"))]
        received = self._received.setdefault(person.number, [])
        recent = sum(at - earlier < 3 * DAY for earlier in received)
        received.append(at)
        events: list[Event] = []
        if draw("town", "buys", mail.delivery_id) < response(person, mail.action, mail.channel, recent):
            after = Instant(at + round((1.0 + 20.0 * draw("town", "after", mail.delivery_id)) * HOUR))
            events.append(_order(derive("bought", mail.delivery_id), mail.customer_id, after))
        if draw("town", "opts out", mail.delivery_id) < annoyance(person, mail.action, recent):
            events.append(
                ConsentChanged(
                    event_id=EventId(derive("opted out", mail.delivery_id)),
                    customer_id=mail.customer_id,
                    at=Instant(at + HOUR),
                    channel=mail.channel,
                    granted=False,
                    source="one_click",
                )
            )
        return tuple(events)


def visits(residents: list[Person], days: int) -> Iterator[Incoming]:
    """Yield what people do of their own accord, in the order of time."""
    for day in range(days):
        facts: list[Incoming] = []
        for person in residents:
            if draw("town", "comes", person.number, day) < 0.35:
                hour = 8.0 + 12.0 * draw("town", "hour", person.number, day)
                facts += _visit(person, Instant(BEGIN + day * DAY + round(hour * HOUR)), day)
        yield from sorted(facts, key=lambda fact: fact.at)


def _visit(person: Person, at: Instant, day: int) -> list[Incoming]:
    traits = {"email": f"p{person.number}@town.example", "is_young": person.is_young, "has_garden": person.has_garden}
    name = EventId(f"v{person.number}-{day}")
    visited = Tracked(event_id=name, customer_id=CustomerId(""), at=at, name="visited", traits=traits)
    facts: list[Event] = [visited]
    if draw("town", "orders", person.number, day) < BY_ITSELF:
        facts.append(_order(f"o{person.number}-{day}", CustomerId(""), Instant(at + HOUR)))
    named = (Identifier("user_id", f"p{person.number}"),)
    return [
        Incoming(event_id=fact.event_id, source="town", at=fact.at, identifiers=named, event=fact) for fact in facts
    ]


def _order(name: str, customer_id: CustomerId, at: Instant) -> Tracked:
    margin = round(ORDER * (0.5 + draw("town", "margin", name)), 2)
    properties = {"margin": margin}
    return Tracked(event_id=EventId(name), customer_id=customer_id, at=at, name="ordered", properties=properties)


async def live(folder: Path, residents: list[Person], days: int) -> None:
    """Let the town live for ``days`` with the workspace in ``folder``."""
    loaded, clock = load(folder), VirtualClock()
    town = History(clock, Town(residents))
    haste = Settings(linger_seconds=0.0, audience_linger_seconds=0.0)
    async with running(
        loaded, public_url=SITE, is_development=True, clock=clock, settings=haste, wrap=town.watch
    ) as site:
        await town.replay(site.runtime, visits(residents, days), lambda rows: None)
        await town.pass_time(site.runtime, Instant(BEGIN + (days + 3) * DAY))


def main() -> None:
    """Run the town from the command line."""
    parser = argparse.ArgumentParser(description="Let a made-up town live with the learning shop.")
    parser.add_argument("folder", type=Path, help="the workspace")
    parser.add_argument("--customers", type=int, default=400)
    parser.add_argument("--days", type=int, default=60)
    arguments = parser.parse_args()
    asyncio.run(live(arguments.folder, people(arguments.customers), arguments.days))


if __name__ == "__main__":
    main()
