"""A shop whose customers now and then wish for one thing, and look at a few messages a week.

A wish comes up, lasts some days, and ends: by an order here, which fulfils it, or elsewhere. While it lasts people
visit more, order more often, leave carts, and click a reminder of just that thing more often than anything else. Of
what is sent to them in a week they look at so many messages as they have patience for; what comes above is mostly
ignored, makes them opt out sooner, and leave sooner. There is no fatigue that builds up over weeks: a week later
all is forgotten. Everything that was sent within the week counts, whoever sent it, on whatever channel.
"""

from collections.abc import Iterable, Iterator
from math import exp

from msgspec import Struct

from segue.model.deliveries import DeliveryStatus
from segue.model.identities import Identifier
from segue.model.time import DAY, HOUR, MINUTE, NEVER, WEEK, Instant
from segue.simulation.dice import Dice
from segue.simulation.market import Arrival, Assumption, Behaviour, Consented, Description, Did, Happening, Reported
from segue.simulation.provider import Provider

MONTH_DAYS = 30.0


class WishesParameters(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the shop rests on. Chances where nothing else is said.

    Attributes:
        wish_every, wish_lasts: mean days from the end of one wish to the next, and its length if nothing is done.
        visits: a week without a wish, median; people differ (0.6, the standard deviation of the logarithm).
        wish_visits: more visits a day, with a wish.
        orders: that a visit ends in an order, without and with a wish.
        margin: of an order, median.
        patience: messages within a week that somebody looks at as they usually do, median; people differ (0.5).
        looks: that a message is looked at; above patience it is multiplied by ``impatient``.
        clicks: that one that is looked at is clicked: without a wish; with one; with one, if it reminds of it.
        buys: that a click leads to an order, without and with a wish.
        opt_out: that a message makes somebody opt out of its channel; multiplied by ``opt_out_above`` above patience.
        leaves: share who leave in a month; each message of the week above patience adds ``leaves_above`` to the
            logarithm.
    """

    wish_every: float = 18.0
    wish_lasts: float = 3.0
    visits: float = 1.4
    wish_visits: float = 0.8
    orders: tuple[float, float] = (0.01, 0.12)
    margin: float = 12.0
    patience: float = 3.0
    looks: float = 0.35
    impatient: float = 0.3
    clicks: tuple[float, float, float] = (0.06, 0.15, 0.30)
    buys: tuple[float, float] = (0.03, 0.25)
    opt_out: float = 0.0006
    opt_out_above: float = 6.0
    leaves: float = 0.02
    leaves_above: float = 0.1


class Wishes:
    """The market: makes its customers, and says what it rests on."""

    Parameters = WishesParameters

    def __init__(self, parameters: WishesParameters) -> None:
        self.parameters = parameters
        self.providers: dict[str, Provider] = {}

    def resident(self, number: int, dice: Dice, begin: Instant) -> "Wisher":
        """Return customer ``number``."""
        return Wisher(number, dice, begin, self.parameters)

    def describe(self) -> Description:
        """Return what the report tells of it."""
        return Description(
            name="wishes",
            summary="People now and then wish for one thing and look at a few messages a week; an order ends the wish.",
            causes=(
                ("messages", "messages this week"),
                ("messages this week", "looking"),
                ("patience", "looking"),
                ("wish", "visiting"),
                ("wish", "ordering"),
                ("wish", "clicking"),
                ("a reminder of it", "clicking"),
                ("looking", "clicking"),
                ("clicking", "ordering"),
                ("ordering", "wish"),
                ("messages this week", "opting out"),
                ("patience", "opting out"),
                ("messages this week", "leaving"),
                ("patience", "leaving"),
            ),
            assumptions=tuple(_stated(self.parameters)),
        )


def _stated(p: WishesParameters) -> Iterator[Assumption]:
    for name, what in (
        ("wish_every", "days from the end of a wish to the next"),
        ("wish_lasts", "days that a wish lasts"),
        ("wish_visits", "more visits a day, with a wish"),
        ("patience", "messages a week that are looked at as usual"),
        ("opt_out_above", "by what opting out is multiplied above patience"),
        ("leaves_above", "what a message above patience adds to the logarithm of leaving"),
    ):
        value = getattr(p, name)
        yield Assumption(name=name, what=what, value=value, low=value / 2.0, high=value * 2.0)
    yield Assumption(
        name="impatient", what="by what looking is multiplied above patience", value=p.impatient, low=0.1, high=1.0
    )
    yield Assumption(
        name="clicks.2", what="chance to click a reminder of the wish", value=p.clicks[2], low=p.clicks[1], high=0.5
    )


class Wisher:
    """One customer of the shop."""

    def __init__(self, number: int, dice: Dice, begin: Instant, parameters: WishesParameters) -> None:
        self.identifiers = (Identifier("user_id", f"w{number}"),)
        self._traits = {
            "email": f"w{number}@market.example",
            "phone": f"+4916{number:08d}",
            "push_token": f"wish-{number}",
        }
        self._dice, self._begin, self._p = dice, begin, parameters
        self._visits = dice.lognormal(parameters.visits, 0.6, "visits") / 7.0
        self._patience = dice.lognormal(parameters.patience, 0.5, "patience")
        self._peak = 7.0 + 15.0 * dice.uniform("peak")
        self._came: list[Instant] = []
        self._agenda: list[tuple[Instant, str]] = []
        self._turn, self._wish_from, self._wish_until = 0, begin, begin
        self._plan_wish(begin)
        self._day = -1
        self._is_gone = False

    def behave(self, now: Instant) -> Behaviour:
        """Begin a day, or visit the shop."""
        if self._is_gone:
            return Behaviour()
        happenings: list[Happening] = []
        day = (now - self._begin) // DAY
        if day > self._day:
            self._day = day
            if day == 0:
                happenings.append(Did(name="signed_up", traits=self._traits))
            if day and self._leaves(now, day):
                self._is_gone = True
                return Behaviour((Did(name="cancelled", after=HOUR),), NEVER)
            self._agenda = sorted(self._visits_of(now, day))
        while self._agenda and self._agenda[0][0] <= now:
            at, name = self._agenda.pop(0)
            happenings += self._visit(at, name)
        tomorrow = Instant(self._begin + (day + 1) * DAY)
        return Behaviour(tuple(happenings), self._agenda[0][0] if self._agenda else tomorrow)

    def react(self, arrival: Arrival) -> Iterable[Happening]:
        """Look, click, order; or have had enough."""
        if self._is_gone or arrival.kind != "message":
            return
        p, occasion = self._p, arrival.occasion
        is_above = self._above(arrival.at) >= 0.0
        self._came.append(arrival.at)
        if self._dice.happens(p.opt_out * (p.opt_out_above if is_above else 1.0), "opts out", occasion):
            yield Consented(channel=arrival.channel, granted=False, after=HOUR)
        if not self._dice.happens(p.looks * (p.impatient if is_above else 1.0), "looks", occasion):
            return
        after = round(self._dice.exponential(1.5 * HOUR, "looks after", occasion))
        yield Reported(status=DeliveryStatus.OPENED, after=after)
        is_wished = self._is_keen(arrival.at)
        kind = (2 if arrival.category == "service" else 1) if is_wished else 0
        if not self._dice.happens(p.clicks[kind], "clicks", occasion):
            return
        yield Reported(status=DeliveryStatus.CLICKED, after=after + MINUTE)
        if self._dice.happens(p.buys[is_wished], "buys", occasion):
            yield self._order(arrival.at, after + HOUR // 4, occasion)

    # -- of their own accord ------------------------------------------------------------------------------------

    def _visits_of(self, now: Instant, day: int) -> Iterator[tuple[Instant, str]]:
        for name, often in (("idle", self._visits), ("wish", self._p.wish_visits)):
            for visit in range(self._dice.count(often, name, day)):
                hour = (self._peak + 2.0 * self._dice.normal("hour", name, day, visit)) % 24.0
                yield Instant(now + 1 + round(hour * HOUR * 0.999)), f"{name}/{day}/{visit}"

    def _visit(self, now: Instant, name: str) -> Iterator[Happening]:
        is_wished = self._is_keen(now)
        if name.startswith("wish/") and not is_wished:
            return
        yield Did(name="visited")
        if self._dice.happens(self._p.orders[is_wished], "orders", name):
            yield self._order(now, HOUR // 2, name)
        elif is_wished:
            yield Did(name="cart_left", after=HOUR // 2)

    def _order(self, now: Instant, after: int, name: str) -> Did:
        """Order, which fulfils the wish there is."""
        if self._is_keen(now):
            self._wish_until = now
        return Did(
            name="ordered",
            properties={"margin": round(self._dice.lognormal(self._p.margin, 0.5, "margin", name), 2)},
            after=after,
        )

    def _leaves(self, now: Instant, day: int) -> bool:
        above = max(self._above(now), 0.0)
        hazard = self._p.leaves / MONTH_DAYS * exp(min(self._p.leaves_above * above, 5.0))
        return self._dice.happens(hazard, "leaves", day)

    # -- hidden state -------------------------------------------------------------------------------------------

    def _above(self, now: Instant) -> float:
        """Return by how many the messages of the last week are above patience; below 0 while there is some left."""
        self._came = [at for at in self._came if at > now - WEEK]
        return len(self._came) - self._patience

    def _is_keen(self, now: Instant) -> bool:
        while now >= self._planned_until:
            self._plan_wish(self._planned_until)
        return self._wish_from <= now < self._wish_until

    def _plan_wish(self, after: Instant) -> None:
        """Plan the next wish; when it would end, whether it is fulfilled or not, is the same in every arm."""
        self._turn += 1
        wait = self._dice.exponential(self._p.wish_every, "wish", self._turn)
        lasts = self._dice.exponential(self._p.wish_lasts, "wish lasts", self._turn)
        self._wish_from = Instant(after + round(wait * DAY))
        self._wish_until = self._planned_until = Instant(self._wish_from + max(round(lasts * DAY), HOUR))
