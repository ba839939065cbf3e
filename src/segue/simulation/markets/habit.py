"""The habit market: a subscription is kept alive by use, and it is being away that makes people leave.

Each use strengthens a habit, each day without weakens it, and a row of days in use carries on by itself. A message that
is noticed while somebody is away may bring them back; to somebody who was there today it is a nuisance. Every message
wears off its theme and its channel, which recover with time: the n-th of its kind is hardly noticed. Messages that were
noticed and not followed make people weary of the product itself for a while, and of the channel for good.
"""

from collections.abc import Iterable, Iterator, Mapping
from math import exp, log1p

from msgspec import Struct, field

from segue.model.deliveries import DeliveryStatus
from segue.model.time import DAY, HOUR, MINUTE, NEVER, Instant
from segue.simulation.dice import Dice
from segue.simulation.market import Arrival, Behaviour, Came, Consented, Description, Did, Happening, Reported
from segue.simulation.markets.people import (
    ADDRESSES,
    Papers,
    Tastes,
    chance,
    daily,
    for_channel,
    ordered,
    varied,
    visited,
)
from segue.simulation.provider import Provider

STREAK_DAYS = 14
AWAY_DAYS = 28
"""A longer streak carries no further, and who has been away for longer is no closer to leaving."""


class HabitParameters(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the habit market rests on. Log-odds where a chance is meant; customers differ around medians.

    Attributes:
        addresses: the trait that holds a customer's address, by channel; ``{number}`` is the customer's.
        consents: share who have allowed contact when the simulation begins, by channel; the others say nothing.
        visit, order, leave, click: the names of the events; "" for none. A visit is a use.
        themes: what uses are about; each tells one of them as its property ``theme``, by the customer's taste.
        uses: log-odds that somebody without a habit uses it on a day; ``uses_spread`` is the standard deviation.
        habit: what a whole habit adds.
        streak: what each doubling of a row of days in use adds.
        gains, fades: share of what is missing that a use adds to the habit; share that a day without takes.
        orders: chance that a use ends in an order.
        margin: of an order; ``margin_spread`` is the standard deviation of its logarithm.
        placement: asked at each use, "" for none.
        notices: log-odds that a fresh message is noticed, by channel (``*`` for others).
        hour: what is added within three hours of the time of day at which somebody is usually there.
        follows: log-odds that a noticed message is followed: clicked, and the product used.
        taste: standard deviation of what a customer adds to noticing for a channel, and to following for a theme.
        right: days away from which on a message comes at the right moment, and until when.
        moment: what the right moment adds to following; ``disturbs`` is what it loses on a day of use.
        wears: what a message of the theme that came before takes from noticing, and one on the same channel.
        recovers: days in which wear halves.
        weary: what a message that was noticed and not followed takes from the log-odds of using; halves in ``rests``
            days.
        opt_out: chance that such a message makes somebody opt out of its channel; ``opt_out_worn`` is what a unit of
            the channel's wear adds to its logarithm.
        churn: share who leave in a month of those in use; ``away`` is what a week away adds to the logarithm.
        discount: what a discount of 1 adds to the log-odds of following.
        devices: share who are first seen on a device that nobody knows, and say a week later who they are.
        ads: log-odds that an advertisement brings somebody back on a day, while in an audience.
        providers: how each channel's provider treats messages.
    """

    addresses: Mapping[str, tuple[str, str]] = field(default_factory=lambda: dict(ADDRESSES))
    consents: Mapping[str, float] = field(default_factory=dict)
    visit: str = "visited"
    order: str = "ordered"
    leave: str = "cancelled"
    click: str = ""
    themes: tuple[str, ...] = ()
    uses: float = -2.6
    uses_spread: float = 0.6
    habit: float = 3.0
    streak: float = 0.15
    gains: float = 0.12
    fades: float = 0.05
    orders: float = 0.02
    margin: float = 12.0
    margin_spread: float = 0.5
    placement: str = ""
    notices: Mapping[str, float] = field(default_factory=lambda: {"*": 0.0})
    hour: float = 0.4
    follows: float = -1.8
    taste: tuple[float, float] = (0.5, 0.5)
    right: tuple[float, float] = (2.0, 21.0)
    moment: float = 1.0
    disturbs: float = 0.8
    wears: tuple[float, float] = (0.25, 0.1)
    recovers: float = 7.0
    weary: float = 0.05
    rests: float = 7.0
    opt_out: float = 0.001
    opt_out_worn: float = 0.15
    churn: float = 0.015
    away: float = 1.0
    discount: float = 1.0
    devices: float = 0.2
    ads: float = -5.0
    providers: Mapping[str, Provider] = field(default_factory=dict)


class HabitMarket:
    """See the module."""

    Parameters = HabitParameters

    def __init__(self, parameters: HabitParameters) -> None:
        self.parameters = parameters
        self.providers = parameters.providers

    def resident(self, number: int, dice: Dice, begin: Instant) -> "Habitual":
        """Return customer ``number``."""
        return Habitual(number, dice, begin, self.parameters)

    def describe(self) -> Description:
        """Return what the market rests on."""
        p = self.parameters
        return Description(
            name="habit",
            summary="Use keeps a subscription alive; messages bring back those who are away, and wear off.",
            causes=(
                ("use", "habit"),
                ("use", "streak"),
                ("habit", "use"),
                ("streak", "use"),
                ("days away", "leaving"),
                ("contact", "wear of theme and channel"),
                ("wear of theme and channel", "noticing"),
                ("taste for channel", "noticing"),
                ("hour of the day", "noticing"),
                ("noticing", "following"),
                ("taste for theme", "following"),
                ("days away", "following"),
                ("discount", "following"),
                ("following", "use"),
                ("use", "ordering"),
                ("noticing and not following", "weariness"),
                ("weariness", "use"),
                ("noticing and not following", "opting out"),
                ("wear of theme and channel", "opting out"),
            ),
            assumptions=(
                varied("habit", "what a whole habit adds to the log-odds of use", p.habit),
                varied("away", "what a week away adds to the logarithm of the chance to leave", p.away),
                varied("moment", "what the right moment adds to the log-odds of following", p.moment),
                varied("disturbs", "what a day of use takes from the log-odds of following", p.disturbs),
                varied("recovers", "days in which wear halves", p.recovers),
                varied("weary", "what an unwanted message takes from the log-odds of use", p.weary),
                varied("opt_out_worn", "what wear adds to the logarithm of opting out", p.opt_out_worn),
            ),
        )


class Habitual:
    """A resident of the habit market."""

    def __init__(self, number: int, dice: Dice, begin: Instant, parameters: HabitParameters) -> None:
        self._p, self._dice, self._begin = parameters, dice, begin
        self._papers = Papers(number, dice, parameters.devices)
        self._tastes = Tastes(dice, parameters.taste)
        self.identifiers = self._papers.named
        self._uses = parameters.uses + parameters.uses_spread * dice.normal("uses")
        self._habit = dice.uniform("habit")
        self._peak = 7.0 + 15.0 * dice.uniform("peak")
        self._streak = 0
        self._used = Instant(begin - round(DAY * 3.0 * dice.uniform("away at first")))
        self._worn: dict[str, tuple[float, Instant]] = {}
        self._weary = 0.0
        self._is_gone = False
        self._ads: frozenset[str] = frozenset()

    def behave(self, now: Instant) -> Behaviour:
        """Live through one day."""
        day = (now - self._begin) // DAY
        if self._is_gone:
            return Behaviour()
        happenings: list[Happening] = list(self._papers.show(day, self._p.addresses, self._p.consents))
        self._pass_day(now)
        away = min(self._away(now), AWAY_DAYS) / 7.0
        if day and self._dice.happens(daily(self._p.churn, self._p.away * away), "leaves", day):
            self._is_gone = True
            if self._p.leave:
                happenings.append(Did(name=self._p.leave, after=round(self._dice.uniform("leaves at", day) * DAY)))
            return Behaviour(tuple(happenings), NEVER)
        inclined = self._uses + self._p.habit * self._habit - self._p.weary * self._weary
        inclined += self._p.streak * log1p(self._streak) / log1p(1.0)
        if self._dice.happens(chance(inclined), "uses", day):
            hour = (self._peak + 2.0 * self._dice.normal("hour", day)) % 24.0
            happenings += self._use(now, round(hour * HOUR), day, "day")
        for channel in sorted(self._ads):
            if self._dice.happens(chance(self._p.ads + self._tastes.channel(channel)), "ad", channel, day):
                happenings += self._use(now, round(DAY * self._dice.uniform("ad at", channel, day)), "ad", channel, day)
        return Behaviour(tuple(happenings), Instant(now + DAY))

    def react(self, arrival: Arrival) -> Iterable[Happening]:
        """Notice it or not, follow it or not."""
        if arrival.kind == "joined":
            self._ads |= {arrival.channel}
        elif arrival.kind == "left":
            self._ads -= {arrival.channel}
        if self._is_gone or arrival.kind in ("joined", "left"):
            return
        yield from self._answer(arrival)
        if arrival.kind != "shown":
            for kind in (_theme(arrival), f"on {arrival.channel}"):
                self._worn[kind] = (self._wear(kind, arrival.at) + 1.0, arrival.at)

    # -- of their own accord ------------------------------------------------------------------------------------

    def _pass_day(self, now: Instant) -> None:
        """Let the day that is over strengthen or weaken the habit."""
        was_used = self._used > now - DAY
        self._habit += self._p.gains * (1.0 - self._habit) if was_used else -self._p.fades * self._habit
        self._streak = min(self._streak + 1, STREAK_DAYS) if was_used else 0
        self._weary *= 0.5 ** (1.0 / self._p.rests)

    def _use(self, now: Instant, after: int, *names: str | int) -> Iterator[Happening]:
        at = Instant(now + after)
        self._used = max(self._used, at)
        theme = self._tastes.pick(self._p.themes, {}, *names)
        yield visited(self._p.visit, after, self._papers, theme)
        if self._p.placement:
            yield Came(placement=self._p.placement, after=after + MINUTE)
        if self._dice.happens(self._p.orders, "orders", *names):
            margin = self._dice.lognormal(self._p.margin, self._p.margin_spread, "margin", *names)
            yield ordered(self._p.order, margin, after + HOUR // 2, theme)

    # -- in answer ----------------------------------------------------------------------------------------------

    def _answer(self, arrival: Arrival) -> Iterator[Happening]:
        p, occasion, is_message = self._p, arrival.occasion, arrival.kind == "message"
        theme, on_channel = self._wear(_theme(arrival), arrival.at), self._wear(f"on {arrival.channel}", arrival.at)
        near = abs((arrival.at % DAY) / HOUR - self._peak) < 3.0
        notices = for_channel(p.notices, arrival.channel) + self._tastes.channel(arrival.channel) + p.hour * near
        if not self._dice.happens(chance(notices - p.wears[0] * theme - p.wears[1] * on_channel), "notices", occasion):
            return
        after = round(self._dice.exponential(HOUR, "notices after", occasion))
        if is_message:
            yield Reported(status=DeliveryStatus.OPENED, after=after)
        follows = p.follows + self._tastes.theme(_theme(arrival)) + self._moment(arrival.at)
        follows += p.discount * float(arrival.content.get("discount", 0.0))
        if self._dice.happens(chance(follows), "follows", occasion):
            if is_message:
                yield Reported(status=DeliveryStatus.CLICKED, after=after + MINUTE)
            if p.click:
                yield Did(name=p.click, after=after + MINUTE)
            yield from self._use(arrival.at, after + 2 * MINUTE, "followed", occasion)
        elif is_message:
            self._weary += 1.0
            if self._dice.happens(
                min(p.opt_out * exp(min(p.opt_out_worn * on_channel, 50.0)), 0.5), "opts out", occasion
            ):
                yield Consented(channel=arrival.channel, granted=False, after=after + HOUR)

    def _moment(self, at: Instant) -> float:
        """Return what the moment adds to following: much for those who are away, less than nothing on a day of use."""
        away = self._away(at)
        if away < 1.0:
            return -self._p.disturbs
        return self._p.moment if self._p.right[0] <= away <= self._p.right[1] else 0.0

    # -- hidden state -------------------------------------------------------------------------------------------

    def _away(self, now: Instant) -> float:
        return max(now - self._used, 0) / DAY

    def _wear(self, kind: str, now: Instant) -> float:
        worn, since = self._worn.get(kind, (0.0, now))
        return worn * float(0.5 ** (max(now - since, 0) / DAY / self._p.recovers))


def _theme(arrival: Arrival) -> str:
    return arrival.theme or arrival.category
