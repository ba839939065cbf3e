"""The fatigue market: customers tire of being contacted, and heal.

Every contact adds a dose that halves in some days. Who is tired opens less, opts out more easily and leaves sooner; who
clicks is glad for a while and stays longer. Interest differs by customer, channel and theme, comes and goes as intent,
and is larger at the hours at which somebody is usually there. Parameters are medians; customers differ around them.
"""

from collections.abc import Iterable, Mapping
from math import exp

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
    shifted,
    varied,
    visited,
)
from segue.simulation.provider import Provider


class FatigueParameters(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the fatigue market rests on. Log-odds where a chance is meant, per customer where nothing else is said.

    Attributes:
        addresses: the trait that holds a customer's address, by channel; ``{number}`` is the customer's.
        consents: share who have allowed contact when the simulation begins, by channel; the others say nothing.
        visit, order, leave, click: the names of the events; "" for none.
        cart: the event that tells of a visit with intent that ended without an order; "" for none.
        themes: what visits are about; each tells one of them as its property ``theme``, by the customer's taste.
        visits: a week, without intent; ``visits_spread`` is the standard deviation of the logarithm.
        intent_every, intent_lasts: mean days between the times at which somebody is after something, and their length.
        intent_visits: by what visits are multiplied then.
        orders: chance that a visit ends in an order, without and with intent.
        margin: of an order; ``margin_spread`` as above.
        placement: asked at each visit, "" for none.
        opens: log-odds that a message is opened, by channel (``*`` for others).
        clicks: log-odds that one that was opened is clicked.
        buys: log-odds that a click leads to an order, without intent; ``buys_intent`` is added with it.
        taste: standard deviation of what a customer adds to both for a channel, and for a theme.
        discount: what a discount of 1 adds to the log-odds of a click and of an order, median; very different people.
        hour: what is added within three hours of the time of day at which somebody is usually there.
        doses: what a contact adds to fatigue, by channel (``*`` for others).
        heals: days in which fatigue halves.
        tiring: what one unit of fatigue takes from the log-odds of opening.
        opt_out: chance that a message makes a rested customer opt out of its channel; ``opt_out_tired`` is what a unit
            of fatigue adds to its logarithm.
        churn: share of rested customers who leave in a month; ``churn_tired`` as above.
        glad: what a click takes from the logarithm of the chance to leave; halves in ``glad_days``.
        devices: share who are first seen on a device that nobody knows, and say a week later who they are.
        ads: log-odds that an advertisement is clicked on a day, while in an audience.
        providers: how each channel's provider treats messages.
    """

    addresses: Mapping[str, tuple[str, str]] = field(default_factory=lambda: dict(ADDRESSES))
    consents: Mapping[str, float] = field(default_factory=dict)
    visit: str = "visited"
    order: str = "ordered"
    leave: str = "cancelled"
    click: str = ""
    cart: str = ""
    themes: tuple[str, ...] = ()
    visits: float = 2.0
    visits_spread: float = 0.6
    intent_every: float = 30.0
    intent_lasts: float = 4.0
    intent_visits: float = 2.0
    orders: tuple[float, float] = (0.01, 0.12)
    margin: float = 12.0
    margin_spread: float = 0.5
    placement: str = ""
    opens: Mapping[str, float] = field(default_factory=lambda: {"*": -0.7})
    clicks: float = -1.6
    buys: float = -2.5
    buys_intent: float = 1.8
    taste: tuple[float, float] = (0.5, 0.5)
    discount: float = 2.0
    hour: float = 0.4
    doses: Mapping[str, float] = field(default_factory=lambda: {"*": 1.0})
    heals: float = 4.0
    tiring: float = 0.15
    opt_out: float = 0.0008
    opt_out_tired: float = 0.25
    churn: float = 0.03
    churn_tired: float = 0.06
    glad: float = 0.25
    glad_days: float = 14.0
    devices: float = 0.2
    ads: float = -5.0
    providers: Mapping[str, Provider] = field(default_factory=dict)


class FatigueMarket:
    """See the module."""

    Parameters = FatigueParameters

    def __init__(self, parameters: FatigueParameters) -> None:
        self.parameters = parameters
        self.providers = parameters.providers

    def resident(self, number: int, dice: Dice, begin: Instant) -> "Tired":
        """Return customer ``number``."""
        return Tired(number, dice, begin, self.parameters)

    def describe(self) -> Description:
        """Return what the market rests on."""
        p = self.parameters
        return Description(
            name="fatigue",
            summary="Contacts add to a fatigue that heals; the tired open less, opt out and leave sooner.",
            causes=(
                ("contact", "fatigue"),
                ("fatigue", "opening"),
                ("fatigue", "opting out"),
                ("fatigue", "leaving"),
                ("taste for channel and theme", "opening"),
                ("hour of the day", "opening"),
                ("intent", "visiting"),
                ("intent", "ordering"),
                ("intent", "clicking"),
                ("opening", "clicking"),
                ("discount", "clicking"),
                ("clicking", "ordering"),
                ("clicking", "gladness"),
                ("gladness", "leaving"),
            ),
            assumptions=(
                varied("heals", "days in which fatigue halves", p.heals),
                varied("tiring", "what fatigue takes from the log-odds of opening", p.tiring),
                varied("churn_tired", "what fatigue adds to the logarithm of the chance to leave", p.churn_tired),
                varied("opt_out_tired", "what fatigue adds to the logarithm of opting out", p.opt_out_tired),
                varied("glad", "what a click takes from the logarithm of the chance to leave", p.glad),
                varied("intent_every", "days between the times of intent", p.intent_every),
                varied("intent_lasts", "days that intent lasts", p.intent_lasts),
                shifted("ads", "log-odds that an advertisement is clicked on a day", p.ads),
            ),
        )


class Tired:
    """A resident of the fatigue market."""

    def __init__(self, number: int, dice: Dice, begin: Instant, parameters: FatigueParameters) -> None:
        self._p, self._dice, self._begin = parameters, dice, begin
        self._papers = Papers(number, dice, parameters.devices)
        self._tastes = Tastes(dice, parameters.taste)
        self.identifiers = self._papers.named
        self._visits = dice.lognormal(parameters.visits, parameters.visits_spread, "visits") / 7.0
        self._peak = 7.0 + 15.0 * dice.uniform("peak")
        self._tiring = dice.lognormal(parameters.tiring, 0.4, "tiring")
        self._discount = dice.lognormal(parameters.discount, 0.8, "discount")
        self._fatigue = self._glad = 0.0
        self._at = begin
        self._intent_until = self._intent_from = Instant(0)
        self._plan_intent(begin, 0)
        self._is_gone = False
        self._ads: frozenset[str] = frozenset()

    def behave(self, now: Instant) -> Behaviour:
        """Live through one day."""
        day = (now - self._begin) // DAY
        if self._is_gone:
            return Behaviour()
        happenings = list(self._papers.show(day, self._p.addresses, self._p.consents))
        if day and self._leaves(now, day):
            self._is_gone = True
            if self._p.leave:
                happenings.append(Did(name=self._p.leave, after=round(self._dice.uniform("leaves at", day) * DAY)))
            return Behaviour(tuple(happenings), NEVER)
        happenings += self._live(now, day)
        return Behaviour(tuple(happenings), Instant(now + DAY))

    def react(self, arrival: Arrival) -> Iterable[Happening]:
        """Open, click, order, opt out, or not."""
        if arrival.kind == "joined":
            self._ads |= {arrival.channel}
        elif arrival.kind == "left":
            self._ads -= {arrival.channel}
        if self._is_gone or arrival.kind in ("joined", "left"):
            return
        self._heal(arrival.at)
        yield from self._read(arrival)
        if arrival.kind != "shown":
            self._fatigue += for_channel(self._p.doses, arrival.channel)

    # -- of their own accord ------------------------------------------------------------------------------------

    def _live(self, now: Instant, day: int) -> Iterable[Happening]:
        is_keen = self._is_keen(now)
        often = self._visits * (self._p.intent_visits if is_keen else 1.0)
        for visit in range(self._dice.count(often, "visits", day)):
            hour = (self._peak + 2.0 * self._dice.normal("hour", day, visit)) % 24.0
            after = round(hour * HOUR)
            theme = self._tastes.pick(self._p.themes, {}, day, visit)
            yield visited(self._p.visit, after, self._papers, theme)
            if self._p.placement:
                yield Came(placement=self._p.placement, after=after + MINUTE)
            if self._dice.happens(self._p.orders[is_keen], "orders", day, visit):
                yield self._order(after + HOUR // 2, "visit", day, visit)
            elif is_keen and self._p.cart:
                yield Did(name=self._p.cart, after=after + HOUR // 2, identifiers=self._papers.shown)
        for channel in sorted(self._ads):
            if self._dice.happens(chance(self._p.ads + self._tastes.channel(channel)), "ad", channel, day):
                after = round(24 * HOUR * self._dice.uniform("ad at", channel, day))
                yield from self._clicked(after, is_keen, f"ad/{channel}/{day}", 0.0)

    def _leaves(self, now: Instant, day: int) -> bool:
        self._heal(now)
        more = self._p.churn_tired * self._fatigue - self._p.glad * self._glad
        return self._dice.happens(daily(self._p.churn, more), "leaves", day)

    # -- in answer ----------------------------------------------------------------------------------------------

    def _read(self, arrival: Arrival) -> Iterable[Happening]:
        occasion, p = arrival.occasion, self._p
        tired = self._tiring * self._fatigue
        if arrival.kind == "message":
            opt_out = p.opt_out * exp(min(p.opt_out_tired * self._fatigue, 50.0))
            if self._dice.happens(min(opt_out, 0.5), "opts out", occasion):
                yield Consented(channel=arrival.channel, granted=False, after=HOUR)
        usual = for_channel(p.opens, arrival.channel) + self._tastes.channel(arrival.channel)
        near = abs((arrival.at % DAY) / HOUR - self._peak) < 3.0
        if not self._dice.happens(chance(usual - tired + p.hour * near), "opens", occasion):
            return
        after = round(self._dice.exponential(2.0 * HOUR, "opens after", occasion))
        if arrival.kind == "message":
            yield Reported(status=DeliveryStatus.OPENED, after=after)
        cheaper = self._discount * float(arrival.content.get("discount", 0.0))
        wish = (
            p.clicks + cheaper + self._tastes.theme(arrival.theme or arrival.category) + 0.8 * self._is_keen(arrival.at)
        )
        if not self._dice.happens(chance(wish), "clicks", occasion):
            return
        if arrival.kind == "message":
            yield Reported(status=DeliveryStatus.CLICKED, after=after + MINUTE)
        yield from self._clicked(after + MINUTE, self._is_keen(arrival.at), occasion, cheaper)

    def _clicked(self, after: int, is_keen: bool, occasion: str, cheaper: float) -> Iterable[Happening]:
        self._glad += 1.0
        if self._p.click:
            yield Did(name=self._p.click, after=after)
        if self._dice.happens(chance(self._p.buys + self._p.buys_intent * is_keen + cheaper), "buys", occasion):
            yield self._order(after + HOUR // 2, occasion)

    def _order(self, after: int, *names: str | int) -> Did:
        margin = self._dice.lognormal(self._p.margin, self._p.margin_spread, "margin", *names)
        return ordered(self._p.order, margin, after)

    # -- hidden state -------------------------------------------------------------------------------------------

    def _heal(self, now: Instant) -> None:
        days = max(now - self._at, 0) / DAY
        self._fatigue *= 0.5 ** (days / self._p.heals)
        self._glad *= 0.5 ** (days / self._p.glad_days)
        self._at = max(self._at, now)

    def _is_keen(self, now: Instant) -> bool:
        turn = 0
        while now >= self._intent_until:
            turn += 1
            self._plan_intent(self._intent_until, turn)
        return self._intent_from <= now

    def _plan_intent(self, after: Instant, turn: int) -> None:
        since = after // MINUTE
        wait = self._dice.exponential(self._p.intent_every, "intent", since, turn)
        lasts = self._dice.exponential(self._p.intent_lasts, "intent lasts", since, turn)
        self._intent_from = Instant(after + round(wait * DAY))
        self._intent_until = Instant(self._intent_from + max(round(lasts * DAY), HOUR))
