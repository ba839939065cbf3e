"""A resident of a fitted market: one of the log's customers, who goes on as the fit says."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from math import exp
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct

from segue.model.customers import Customer
from segue.model.deliveries import DeliveryStatus
from segue.model.identities import Identifier
from segue.model.time import DAY, HOUR, MINUTE, NEVER, Instant
from segue.simulation.dice import Dice
from segue.simulation.fitted.design import healed
from segue.simulation.fitted.history import Body, Ints
from segue.simulation.fitted.model import week_hours
from segue.simulation.fitted.pairs import ANSWER_HOURS, CHAIN_HOURS
from segue.simulation.market import Arrival, Behaviour, Consented, Did, Happening, Reported
from segue.simulation.markets.people import chance

if TYPE_CHECKING:
    from segue.simulation.fitted.market import FittedMarket

_DEEPEST = 20
_MOST = 3.0
"""The logarithm of the number of events that one contact may lead to is at most this."""


class Past(Struct, frozen=True, eq=False):
    """What the log says of one customer.

    Attributes:
        own: by kind, properties and traits of the last events.
        contacts, at: (c,) their places in the history, and moments.
    """

    own: dict[int, list[list[Body]]]
    is_gone: bool
    contacts: Ints
    at: Ints


class FittedResident:
    """See the module.

    Attributes:
        customer: as the engine left them.
    """

    def __init__(
        self, market: "FittedMarket", place: int, customer: Customer, past: Past, dice: Dice, begin: Instant
    ) -> None:
        self.identifiers: tuple[Identifier, ...] = ()
        self.customer = customer
        self._market, self._place, self._past, self._dice, self._begin = market, place, past, dice, begin
        self._fit, self._evidence = market.fit, market.evidence
        self._traits = tuple(market.evidence.traits.values[place].tolist())
        self._rates = self._fit.rates[place].tolist()
        self._is_gone = past.is_gone
        self._tired = sum(healed(1.0, begin - at) for at in past.at.tolist() if at <= begin)
        self._tired_at = begin

    def behave(self, now: Instant) -> Behaviour:
        """Live through one day."""
        if self._is_gone:
            return Behaviour()
        day = now // DAY
        happenings = list(self._left_over()) if now == self._begin else []
        if self._leaves(now, day):
            self._is_gone = True
            after = round(self._dice.uniform("leaves at", day) * DAY)
            happenings += self._did(self._evidence.ending, after, "leaves")
            return Behaviour(tuple(happenings), NEVER)
        until = Instant((now // DAY + 1) * DAY)
        first = int(week_hours(np.array([now]))[0])
        for kind, rate in enumerate(self._rates):
            happenings += self._of_own_accord(kind, rate, (first, -((now - until) // HOUR)), now)
        for channel, rate in self._fit.own_opt_outs.items():
            if self._dice.happens(rate / 7.0, "own opt out", channel, day):
                happenings.append(Consented(channel=channel, granted=False))
        return Behaviour(tuple(happenings), until)

    def react(self, arrival: Arrival) -> Iterable[Happening]:
        """Open, click, do what contacts lead to, opt out, or not."""
        seen = self._market.seen
        if arrival.kind not in ("message", "task"):
            seen.others[arrival.kind] += 1
            return
        tired = self._heal(arrival.at)
        seen.ways[arrival.action, arrival.channel] += 1
        seen.tired.append(tired)
        if self._is_gone:
            return
        yield from self._read(arrival, tired)
        self._tired += 1.0

    # -- of their own accord ------------------------------------------------------------------------------------

    def _of_own_accord(self, kind: int, rate: float, span: tuple[int, int], now: Instant) -> Iterator[Happening]:
        """Yield what they do on the rest of a day: ``span`` is the hour of the week, and how many hours are left."""
        if kind == self._evidence.ending:
            return
        (first, length), day = span, now // DAY
        hours = self._market.day_profile[kind]
        before = hours[first - 1] if first else 0.0
        share = hours[first + length - 1] - before
        for number in range(self._how_often(kind, float(rate * share), day)):
            drawn = before + share * self._dice.uniform("hour", kind, day, number)
            hour = bisect_left(hours, drawn, first, first + length - 1) - first
            within = round(HOUR * self._dice.uniform("within", kind, day, number))
            yield from self._with_chain(kind, max(hour * HOUR + within - now % HOUR, 0), f"{day}/{number}", 0)

    def _how_often(self, kind: int, mean: float, day: int) -> int:
        """Return how often they do something on a day: whether at all, then how often more (Mullahy 1986)."""
        usual = 1.0 + float(self._fit.extra[kind])
        if not self._dice.happens(mean / usual, "does", kind, day):
            return 0
        return 1 + self._dice.count(max(usual, mean) - 1.0, "more", kind, day)

    def _with_chain(self, kind: int, after: int, name: str, depth: int) -> Iterator[Happening]:
        """Yield an event and those that follow it within hours."""
        yield from self._did(kind, after, name)
        if depth == _DEEPEST:
            return
        for child, often in enumerate(self._fit.chain[kind].tolist()):
            if often <= 1e-9 or child == self._evidence.ending:
                continue
            mean = often * float(self._fit.chain_more[self._place, child])
            for number in range(self._dice.count(min(mean, 2.0), "follows", kind, child, name)):
                of = f"{name}>{child}.{number}"
                hours = self._delay(self._market.chain_delay[kind, child], CHAIN_HOURS, of)
                yield from self._with_chain(child, after + round(hours * HOUR), of, depth + 1)

    def _leaves(self, now: Instant, day: int) -> bool:
        weights = self._fit.leaving
        if not len(weights):
            return False
        tired = self._heal(now)
        weekly = chance(float(weights[0] + weights[1] * tired + np.dot(weights[2:], self._traits)))
        return self._dice.happens(1.0 - (1.0 - weekly) ** (1.0 / 7.0), "leaves", day)

    def _left_over(self) -> Iterator[Happening]:
        """Yield what contacts of before will still lead to."""
        history, contacts = self._evidence.history, self._evidence.history.contacts
        for row in self._past.contacts.tolist()[::-1]:
            start = int(self._evidence.starts[row])
            waited = (self._begin - start) / HOUR
            if start > self._begin or waited * HOUR > self._evidence.windows[row]:
                continue
            action, channel = history.actions[contacts.action[row]], history.channels[contacts.channel[row]]
            answered = (contacts.opened_at[row] < history.until, contacts.clicked_at[row] < history.until)
            for kind in self._evidence.answers:
                mean = self._led_to(kind, action, channel, self._evidence.x[row], answered)
                delays = self._market.answer_delay[kind][contacts.channel[row]]
                gone = float(np.interp(waited, ANSWER_HOURS[1:], delays))
                name = f"left/{row}"
                for number in range(self._dice.count(mean * (1.0 - gone), "answers", kind, name)):
                    drawn = gone + (1.0 - gone) * self._dice.uniform("answers after", kind, name, number)
                    hours = float(np.interp(drawn, [0.0, *delays], ANSWER_HOURS))
                    yield from self._with_chain(
                        kind, round(max(hours - waited, 0.0) * HOUR), f"{name}.{kind}.{number}", 0
                    )

    def _led_to(self, kind: int, action: str, channel: str, row: Any, answered: tuple[bool, bool]) -> float:
        """Return how many events of ``kind`` a contact of the history leads to."""
        weights = self._fit.answer[kind]
        linear = float(np.dot(row, weights[:-2])) + weights[-2] * max(answered) + weights[-1] * answered[1]
        return exp(min(linear, _MOST)) * float(self._fit.answer_more[kind][self._place])

    # -- in answer ----------------------------------------------------------------------------------------------

    def _read(self, arrival: Arrival, tired: float) -> Iterator[Happening]:
        occasion, fit = arrival.occasion, self._fit
        if self._dice.happens(chance(self._linear(fit.opt_outs, arrival, tired)), "opts out", occasion):
            yield Consented(channel=arrival.channel, granted=False, after=HOUR)
        opened = clicked = False
        start = 0
        if self._market.tells.get(arrival.channel, False):
            wish = self._linear(fit.opens, arrival, tired) + float(fit.opens_more[self._place])
            opened = self._dice.happens(chance(wish), "opens", occasion)
        if opened:
            start = self._after(self._market.opens_after, "opens after", occasion)
            yield Reported(status=DeliveryStatus.OPENED, after=start)
            wish = self._linear(fit.clicks, arrival, tired) + float(fit.clicks_more[self._place])
            clicked = bool(self._market.clicks_after) and self._dice.happens(chance(wish), "clicks", occasion)
        if clicked:
            start += self._after(self._market.clicks_after, "clicks after", occasion) + MINUTE
            yield Reported(status=DeliveryStatus.CLICKED, after=start)
        yield from self._answer(arrival, tired, start if clicked else 0, opened, clicked)

    def _answer(self, arrival: Arrival, tired: float, start: int, opened: bool, clicked: bool) -> Iterator[Happening]:
        channels = self._evidence.history.channels
        for kind in self._evidence.answers:
            weights = self._fit.answer[kind]
            linear = self._linear(weights, arrival, tired) + weights[-2] * opened + weights[-1] * clicked
            mean = exp(min(linear, _MOST)) * float(self._fit.answer_more[kind][self._place])
            for number in range(self._dice.count(mean, "answers", kind, arrival.occasion)):
                delays = self._market.answer_delay[kind]
                row = delays[channels.index(arrival.channel)] if arrival.channel in channels else delays.mean(axis=0)
                name = f"{arrival.occasion}.{kind}.{number}"
                hours = self._delay(row, ANSWER_HOURS, name)
                yield from self._with_chain(kind, start + round(hours * HOUR), name, 0)

    def _linear(self, weights: Any, arrival: Arrival, tired: float) -> float:
        design = self._evidence.design
        fixed = design.linear(weights, arrival.action, arrival.channel, self._traits)
        return float(fixed + design.moment(weights, tired, arrival.at))

    # -- how ----------------------------------------------------------------------------------------------------

    def _did(self, kind: int, after: int, name: str) -> list[Did]:
        """Return an event as one of the past was told of: this customer's, else anybody's."""
        events = self._past.own.get(kind) or self._market.pools[kind]
        which, called = int(self._dice.uniform("which", kind, name) * len(events)), self._evidence.history.kinds[kind]
        return [Did(name=called, properties=each, traits=traits, after=after) for each, traits in events[which]]

    def _delay(self, cumulative: Any, edges: Any, name: str) -> float:
        """Return a delay in hours: a bin by its share, evenly within it."""
        drawn = self._dice.uniform("delay", name)
        bin_ = min(bisect_left(cumulative, drawn), len(edges) - 2)
        return float(edges[bin_] + (edges[bin_ + 1] - edges[bin_]) * self._dice.uniform("within", name))

    def _after(self, quantiles: Sequence[int], what: str, occasion: str) -> int:
        if not quantiles:
            return 0
        return quantiles[int(self._dice.uniform(what, occasion) * len(quantiles))]

    def _heal(self, now: Instant) -> float:
        self._tired = healed(self._tired, max(now - self._tired_at, 0))
        self._tired_at = max(now, self._tired_at)
        return self._tired
