"""What somebody would reach who could see into the fitness app's subscribers: in which of its goals there is room.

No workspace can do that. They know each subscriber's hour, what they like and need, and what has worn off, and choose
the best theme and channel of the day; how often they write, and to whom, is what the rows differ by.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from examples.cases.goals import percent
from segue.model.deliveries import DeliveryStatus
from segue.model.ids import DeliveryId
from segue.model.time import DAY, HOUR, MONTH_DAYS, WEEK, Instant
from segue.simulation.account import Accounts, Floats
from segue.simulation.dice import Dice
from segue.simulation.figures import compare
from segue.simulation.market import Arrival, Consented, Did, Reported
from segue.simulation.markets import make_market
from segue.simulation.spec import Simulation

CUSTOMERS = 1000
CHANNELS = ("email", "push", "in_app")
SENT, CLICKED, GONE, WEEKS = range(4)


class Knowing(NamedTuple):
    """How they write: to those who have been away for so many days, so many days apart."""

    what: str
    away: float
    apart: float
    away_long: float = 99.0
    apart_then: float = 1.0


WAYS = (
    Knowing("every other day to those two days away", 2.0, 2.0),
    Knowing("the same; every day from four days away on", 2.0, 2.0, 4.0, 1.0),
    Knowing("every day to those two days away", 2.0, 1.0),
    Knowing("every third day to everybody", 0.0, 3.0),
    Knowing("one a week to everybody", 0.0, 7.0),
)


def live(simulation: Simulation, way: Knowing, customers: int) -> Floats:
    """Return messages, clicks, whether they left, and weeks there: (customers, 4)."""
    market, setting = make_market(simulation.setting.market), simulation.setting
    themes = setting.market.parameters["themes"]
    found = np.zeros((customers, 4))
    for number in range(customers):
        resident: Any = market.resident(number, Dice(setting.seed, number), setting.begin)
        found[number] = _Life(resident, way, themes, setting.begin).lived(setting.weeks, setting.ending)
    return found


class _Life:
    """One resident, asked when they want to be asked, and written to at most once a day at their hour."""

    def __init__(self, resident: Any, way: Knowing, themes: list[str], begin: Instant) -> None:
        self._resident, self._way, self._themes, self._begin = resident, way, themes, begin
        self._closed = {"push"}  # until they allow it
        self._used, self._sent_at, self._ended = begin, Instant(0), Instant(0)
        self._sent = self._clicked = 0

    def lived(self, weeks: int, ending: str) -> tuple[float, float, float, float]:
        end = Instant(self._begin + weeks * WEEK)
        behave_at, write_at = self._begin, Instant(self._begin + round(self._resident._peak * HOUR))
        while (now := min(behave_at, write_at)) < end and not self._ended:
            if now == behave_at:
                behaviour = self._resident.behave(now)
                self._hear(behaviour.happenings, now, ending)
                behave_at = behaviour.again_at
            else:
                self._hear(self._written(now), now, ending)
                write_at = Instant(write_at + DAY)
        until = min(self._ended or end, end)
        is_gone = float(bool(self._ended) and self._ended < end)
        return float(self._sent), float(self._clicked), is_gone, (until - self._begin) / WEEK

    def _written(self, now: Instant) -> Iterator[Any]:
        way, away = self._way, max(now - self._used, 0) / DAY
        apart = way.apart_then if away >= way.away_long else way.apart
        open_to = [channel for channel in CHANNELS if channel not in self._closed]
        if away < way.away or now - self._sent_at < apart * DAY - HOUR or not open_to:
            return
        self._sent, self._sent_at = self._sent + 1, now
        theme = max(self._themes, key=lambda each: wish(self._resident, "theme", each, now))
        channel = max(open_to, key=lambda each: wish(self._resident, "channel", each, now))
        yield from self._resident.react(
            Arrival(
                kind="message",
                delivery_id=DeliveryId(f"{self._sent}"),
                action=f"{theme}_tip",
                channel=channel,
                category="promo",
                theme=theme,
                content={},
                at=now,
                number=self._sent,
                day=(now - self._begin) // DAY,
            )
        )

    def _hear(self, happenings: Any, now: Instant, ending: str) -> None:
        for each in happenings:
            if isinstance(each, Did) and each.name == ending:
                self._ended = Instant(now + each.after)
            elif isinstance(each, Did) and each.name == "workout_completed":
                self._used = max(self._used, Instant(now + each.after))
            elif isinstance(each, Reported) and each.status == DeliveryStatus.CLICKED:
                self._clicked += 1
            elif isinstance(each, Consented):
                (self._closed.discard if each.granted else self._closed.add)(each.channel)


def wish(resident: Any, kind: str, name: str, now: Instant) -> float:
    """Return what a theme or a channel adds to the log-odds that somebody looks at it or follows it, as of now."""
    p, is_theme = resident._p, kind == "theme"
    value = float(getattr(resident._tastes, kind)(name))
    if hasattr(resident, "_need"):
        return value + (p.wants * resident._need(name, now) if is_theme else 0.6 * (name != "email"))
    if hasattr(resident, "_wear"):
        return value - p.wears[not is_theme] * resident._wear(name if is_theme else f"on {name}", now)
    return value


def knowing(simulation: Simulation, lived: Mapping[str, Accounts]) -> list[str]:
    """Return what those who know would reach beside the silos of the same customers, as Markdown."""
    count = min(CUSTOMERS, simulation.setting.customers)
    silos = lived["silos"]
    weeks = silos.column("days")[:count] / 7.0
    gone = (silos.column("days") < simulation.setting.weeks * 7.0).astype(np.float64)[:count]
    clicks, sent = silos.total("report/clicked")[:count], silos.total("contact")[:count]
    lines = [
        "#### What somebody would reach who could see into people",
        "",
        "Somebody who knew each subscriber\u2019s hour, tastes and needs, and what has worn off, and always chose the "
        f"best theme and channel of the day, beside the silos of the first {count:,} customers. Where not even that "
        "reaches a goal, it is out of reach for these ways of writing, which is no proof for others.",
        "",
        "| they write | messages a week | leaving, beside the silos | clicks per message above the silos |",
        "|---|---|---|---|",
    ]
    for way in WAYS:
        found = live(simulation, way, count)
        left = compare((found[:, GONE], found[:, WEEKS] * 7.0 / MONTH_DAYS), (gone, weeks * 7.0 / MONTH_DAYS))[1]
        clicked = compare((found[:, CLICKED], found[:, SENT]), (clicks, sent))[1]
        a_week = found[:, SENT].sum() / found[:, WEEKS].sum()
        lines.append(f"| {way.what} | {a_week:.1f} | {percent(left)} | {percent(clicked)} |")
    return [*lines, ""]
