"""The ceiling: what somebody would gain who could see into people, in the markets of one conversation.

No workspace can do that. They know the moment at which somebody begins to be after something and the one at which it
is over, the hour at which they are usually there and the channels they like, and send nothing at other times but news.
What they gain above the uncoordinated campaigns is about what there is to gain with as many messages a day.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from examples.cases.goals import percent
from segue.model.ids import DeliveryId
from segue.model.time import DAY, HOUR, MINUTE, WEEK, Instant
from segue.simulation.account import Accounts, Floats
from segue.simulation.dice import Dice
from segue.simulation.figures import compare
from segue.simulation.market import Arrival, Consented, Did, Happening
from segue.simulation.markets import make_market
from segue.simulation.spec import Simulation

CUSTOMERS = 1000
CHANNELS = ("email", "push", "sms")
CATEGORIES = {"reminder": "service", "sale": "promo", "newsletter": "promo"}
NEWS_DAYS = {0: (), 1: (0,), 3: (0, 2, 5), 7: tuple(range(7))}


class Seer(NamedTuple):
    """How many messages a day they send while somebody is after something, and how many a week otherwise."""

    a_day: int
    news: int


SEERS = (Seer(1, 0), Seer(2, 0), Seer(3, 0), Seer(3, 3), Seer(6, 3), Seer(3, 7))


class Lived(NamedTuple):
    """What came of customers: orders (n,), messages (n,), opt-outs (n,)."""

    orders: Floats
    messages: Floats
    opt_outs: Floats


def live(simulation: Simulation, seer: Seer, customers: int) -> Lived:
    """Return what comes of the first ``customers`` of the simulation's market under ``seer``."""
    market, setting = make_market(simulation.setting.market), simulation.setting
    counts = np.zeros((customers, 3))
    for number in range(customers):
        resident = market.resident(number, Dice(setting.seed, number), setting.begin)
        for what in _life(resident, seer, setting.begin, Instant(setting.begin + setting.weeks * WEEK)):
            counts[number, what] += 1.0
    return Lived(counts[:, 0], counts[:, 1], counts[:, 2])


def _life(resident: Any, seer: Seer, begin: Instant, end: Instant) -> Iterator[int]:
    """Yield 0 for each order, 1 for each message and 2 for each opt-out."""
    behave_at, plan_at, day = begin, _at_their_hour(resident, begin), 0
    messages: list[Arrival] = []
    closed = set[str]()
    while (now := min(behave_at, plan_at, messages[0].at if messages else end)) < end:
        if now == behave_at:
            behaviour = resident.behave(now)
            yield from _count(behaviour.happenings, now, end, closed)
            behave_at = behaviour.again_at
        elif now == plan_at:
            messages += [] if resident._is_gone else _planned(resident, seer, now, day)
            day, plan_at = day + 1, Instant(plan_at + DAY)
        else:
            arrival = messages.pop(0)
            if arrival.channel not in closed:
                yield 1
                yield from _count(resident.react(arrival), now, end, closed)


def _at_their_hour(resident: Any, day: Instant) -> Instant:
    return Instant(day + round(resident._peak * HOUR))


def _count(happenings: Any, now: Instant, end: Instant, closed: set[str]) -> Iterator[int]:
    happening: Happening
    for happening in happenings:
        if isinstance(happening, Did) and happening.name == "ordered" and now + happening.after < end:
            yield 0
        elif isinstance(happening, Consented) and not happening.granted:
            closed.add(happening.channel)
            yield 2


def _planned(resident: Any, seer: Seer, now: Instant, day: int) -> Iterator[Arrival]:
    """Yield what goes out on a day, one by one from their hour on; the channel they like best first."""
    liked = sorted(CHANNELS, key=lambda channel: -_taste(resident, channel))
    if resident._is_keen(now):
        pairs = [(action, channel) for action in CATEGORIES for channel in liked][: seer.a_day]
    else:
        pairs = [("newsletter", liked[0])] if day % 7 in NEWS_DAYS[seer.news] else []
    for place, (action, channel) in enumerate(pairs):
        yield Arrival(
            kind="message",
            delivery_id=DeliveryId(f"{action}.{channel}.{day}"),
            action=action,
            channel=channel,
            category=CATEGORIES[action],
            theme="",
            content={},
            at=Instant(now + place * 10 * MINUTE),
            number=place,
            day=day,
        )


def _taste(resident: Any, channel: str) -> float:
    tastes = getattr(resident, "_tastes", None)
    return float(tastes.channel(channel)) if tastes is not None else 0.0


def ceiling(simulation: Simulation, lived: Mapping[str, Accounts]) -> list[str]:
    """Return what seers gain above the uncoordinated campaigns with the same customers, as Markdown."""
    count = min(CUSTOMERS, simulation.setting.customers)
    silence, theirs = (lived[arm].column("event/ordered")[:count] for arm in ("silence", "uncoordinated"))
    lines = [
        "#### The ceiling: whoever could see into people",
        "",
        "Somebody who knew when each of these people begins to be after something and when it is over, their hour and "
        f"the channel they like, would gain this above the uncoordinated campaigns, with the first {count:,} "
        "customers. It is not a proof that nobody can do better, but workspaces know far less.",
        "",
        "| messages a day while after something | news a week otherwise | messages a week | orders per customer | "
        "orders caused per customer |",
        "|---|---|---|---|---|",
    ]
    ones, weeks = np.ones(count), simulation.setting.weeks
    for seer in SEERS:
        found = live(simulation, seer, count)
        all_orders = compare((found.orders, ones), (theirs, ones))[1]
        caused = compare((found.orders - silence, ones), (theirs - silence, ones))[1]
        sent = found.messages.mean() / weeks
        lines.append(f"| {seer.a_day} | {seer.news} | {sent:.1f} | {percent(all_orders)} | {percent(caused)} |")
    return [*lines, ""]
