"""The attention market: people look at their inbox and their phone when it suits them, and see what is on top.

Somebody looks some times a week at each screen. What is on top then is seen; what others have sent since lies above our
messages, and what is below is never looked at. What was not seen irritates, and what was seen and not wanted irritates
more; irritation heals. Above one personal bound they mute the channel, above a second one they leave. What is wanted
depends on a need for each theme, which an order fulfils and which comes back. Patience changes from week to week.
"""

from collections.abc import Iterable, Iterator, Mapping
from math import exp

from msgspec import Struct, field

from segue.model.deliveries import DeliveryStatus
from segue.model.time import DAY, HOUR, MINUTE, NEVER, Instant
from segue.simulation.dice import Dice
from segue.simulation.market import Arrival, Behaviour, Came, Consented, Description, Did, Happening, Reported
from segue.simulation.markets.people import ADDRESSES, Papers, Tastes, chance, daily, ordered, varied, visited
from segue.simulation.provider import Provider


class AttentionParameters(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the attention market rests on. Medians, around which customers differ; log-odds where a chance is meant.

    Attributes:
        addresses: the trait that holds a customer's address, by channel; ``{number}`` is the customer's.
        consents: share who have allowed contact when the simulation begins, by channel; the others say nothing.
        visit, order, leave, click: the names of the events; "" for none.
        themes: what visits are about; each tells one of them as its property ``theme``, by taste and need.
        visits: a week; ``visits_spread`` is the standard deviation of the logarithm.
        orders: chance that a visit, or a click, ends in an order by somebody whose need is whole; in proportion to it.
        margin: of an order; ``margin_spread`` as above.
        returns: days in which a need that was fulfilled is back by 63 %.
        placement: asked at each visit, "" for none.
        screens: where a channel's messages are looked at (``*`` for the others).
        looks: how often a week somebody looks at a screen; ``looks_spread`` as above.
        budget: how many messages from the top are seen at a look, mean; at least one.
        others: messages a day that others send to the same screen.
        clicks: log-odds that what is seen is clicked, without any need; ``wants`` is added where the need is whole.
        taste: standard deviation of what a customer adds to it for a channel, and for a theme.
        discount: what a discount of 1 adds to it.
        unseen, unwanted: what a message adds to irritation that was never seen, or seen and not clicked.
        forgives: what a click takes from it.
        heals: days in which irritation halves.
        mutes: irritation by one channel at which it is muted; ``leaves`` by all, at which somebody leaves.
        patience: standard deviation of the logarithm of both between customers, and of a customer from week to week.
        churn: share who leave in a month for other reasons.
        devices: share who are first seen on a device that nobody knows, and say a week later who they are.
        ads: log-odds that an advertisement is clicked on a day, while in an audience, without any need.
        providers: how each channel's provider treats messages.
    """

    addresses: Mapping[str, tuple[str, str]] = field(default_factory=lambda: dict(ADDRESSES))
    consents: Mapping[str, float] = field(default_factory=dict)
    visit: str = "visited"
    order: str = "ordered"
    leave: str = "cancelled"
    click: str = ""
    themes: tuple[str, ...] = ()
    visits: float = 2.0
    visits_spread: float = 0.6
    orders: float = 0.12
    margin: float = 12.0
    margin_spread: float = 0.5
    returns: float = 21.0
    placement: str = ""
    screens: Mapping[str, str] = field(default_factory=lambda: {"email": "inbox", "*": "phone"})
    looks: Mapping[str, float] = field(default_factory=lambda: {"inbox": 8.0, "phone": 25.0})
    looks_spread: float = 0.4
    budget: float = 4.0
    others: Mapping[str, float] = field(default_factory=lambda: {"inbox": 10.0, "phone": 20.0})
    clicks: float = -4.0
    wants: float = 2.5
    taste: tuple[float, float] = (0.5, 0.5)
    discount: float = 2.0
    unseen: float = 0.5
    unwanted: float = 1.0
    forgives: float = 2.0
    heals: float = 7.0
    mutes: float = 20.0
    leaves: float = 30.0
    patience: tuple[float, float] = (0.6, 0.3)
    churn: float = 0.04
    devices: float = 0.2
    ads: float = -6.0
    providers: Mapping[str, Provider] = field(default_factory=dict)


class AttentionMarket:
    """See the module."""

    Parameters = AttentionParameters

    def __init__(self, parameters: AttentionParameters) -> None:
        self.parameters = parameters
        self.providers = parameters.providers

    def resident(self, number: int, dice: Dice, begin: Instant) -> "Attentive":
        """Return customer ``number``."""
        return Attentive(number, dice, begin, self.parameters)

    def describe(self) -> Description:
        """Return what the market rests on."""
        p = self.parameters
        return Description(
            name="attention",
            summary="The newest messages are seen; what is unseen or unwanted irritates, until people mute or leave.",
            causes=(
                ("contact", "being seen"),
                ("messages of others", "being seen"),
                ("time until the next look", "being seen"),
                ("being seen", "clicking"),
                ("need for the theme", "clicking"),
                ("taste for channel and theme", "clicking"),
                ("discount", "clicking"),
                ("clicking", "ordering"),
                ("need for the theme", "ordering"),
                ("need for the theme", "visiting about it"),
                ("ordering", "need for the theme"),
                ("not being seen", "irritation"),
                ("being seen and not clicking", "irritation"),
                ("clicking", "irritation"),
                ("irritation", "muting the channel"),
                ("irritation", "leaving"),
            ),
            assumptions=(
                varied("budget", "messages from the top that are seen at a look", p.budget),
                varied("wants", "what a whole need adds to the log-odds of a click", p.wants),
                varied("returns", "days in which a need is back by 63 %", p.returns),
                varied("unseen", "irritation by a message that was never seen", p.unseen),
                varied("heals", "days in which irritation halves", p.heals),
                varied("mutes", "irritation at which a channel is muted", p.mutes),
                varied("leaves", "irritation at which somebody leaves", p.leaves),
            ),
        )


class Attentive:
    """A resident of the attention market."""

    def __init__(self, number: int, dice: Dice, begin: Instant, parameters: AttentionParameters) -> None:
        self._p, self._dice, self._begin = parameters, dice, begin
        self._papers = Papers(number, dice, parameters.devices)
        self._tastes = Tastes(dice, parameters.taste)
        self.identifiers = self._papers.named
        self._visits = dice.lognormal(parameters.visits, parameters.visits_spread, "visits") / 7.0
        self._peak = 7.0 + 15.0 * dice.uniform("peak")
        self._looks = {
            screen: dice.lognormal(often, parameters.looks_spread, "looks", screen) / 7.0
            for screen, often in parameters.looks.items()
        }
        self._budget = 1 + dice.count(max(parameters.budget - 1.0, 0.0), "budget")
        self._patience = dice.lognormal(1.0, parameters.patience[0], "patience")
        self._fulfilled: dict[str, Instant] = {}
        self._lying: dict[str, list[Arrival]] = {screen: [] for screen in self._looks}
        self._irritation: dict[str, float] = {}
        self._at = begin
        self._agenda: list[tuple[Instant, str]] = []
        self._day = -1
        self._is_gone = False
        self._ads: frozenset[str] = frozenset()

    def behave(self, now: Instant) -> Behaviour:
        """Begin a day, or look at a screen."""
        happenings: list[Happening] = []
        day = (now - self._begin) // DAY
        if day > self._day:
            self._day = day
            happenings += self._begin_day(now, day)
        while not self._is_gone and self._agenda and self._agenda[0][0] <= now:
            _, screen = self._agenda.pop(0)
            happenings += self._look(screen, now, day)
        if self._is_gone:
            return Behaviour(tuple(happenings), NEVER)
        tomorrow = Instant(self._begin + (day + 1) * DAY)
        return Behaviour(tuple(happenings), min(self._agenda[0][0], tomorrow) if self._agenda else tomorrow)

    def react(self, arrival: Arrival) -> Iterable[Happening]:
        """Let a message lie until the next look; answer at once to what is shown, or to somebody who calls."""
        if arrival.kind == "joined":
            self._ads |= {arrival.channel}
        elif arrival.kind == "left":
            self._ads -= {arrival.channel}
        if self._is_gone or arrival.kind in ("joined", "left"):
            return
        screen = self._p.screens.get(arrival.channel, self._p.screens.get("*", ""))
        if arrival.kind == "message" and screen in self._lying:
            self._lying[screen].append(arrival)
            return
        if self._wants(arrival, arrival.at):
            yield from self._clicked(arrival.theme or arrival.category, arrival.at, 0, arrival.occasion)
        elif arrival.kind == "task":
            self._irritate(arrival.channel, self._p.unwanted)

    # -- of their own accord ------------------------------------------------------------------------------------

    def _begin_day(self, now: Instant, day: int) -> Iterator[Happening]:
        yield from self._papers.show(day, self._p.addresses, self._p.consents)
        if day and self._dice.happens(daily(self._p.churn), "leaves", day):
            yield from self._leave(round(self._dice.uniform("leaves at", day) * DAY))
        else:
            self._plan_looks(now, day)
            yield from self._live(now, day)

    def _plan_looks(self, now: Instant, day: int) -> None:
        self._agenda = sorted(
            (Instant(now + 1 + round(DAY * 0.999 * self._dice.uniform("look", screen, day, number))), screen)
            for screen, often in self._looks.items()
            for number in range(self._dice.count(often, "looks", screen, day))
        )

    def _live(self, now: Instant, day: int) -> Iterator[Happening]:
        for visit in range(self._dice.count(self._visits, "visits", day)):
            after = round(((self._peak + 2.0 * self._dice.normal("hour", day, visit)) % 24.0) * HOUR)
            needs = {theme: self._p.wants * self._need(theme, now) for theme in self._p.themes}
            theme = self._tastes.pick(self._p.themes, needs, day, visit)
            yield visited(self._p.visit, after, self._papers, theme)
            if self._p.placement:
                yield Came(placement=self._p.placement, after=after + MINUTE)
            yield from self._order(theme, Instant(now + after), after + HOUR // 2, "visit", day, visit)
        for channel in sorted(self._ads):
            theme = self._tastes.pick(self._p.themes, {}, "ad", channel, day)
            wish = self._p.ads + self._p.wants * self._need(theme, now) + self._tastes.channel(channel)
            if self._dice.happens(chance(wish), "ad", channel, day):
                after = round(DAY * self._dice.uniform("ad at", channel, day))
                yield from self._clicked(theme, now, after, f"ad/{channel}/{day}")

    def _look(self, screen: str, now: Instant, day: int) -> Iterator[Happening]:
        """See what is on top; what is below is never looked at."""
        self._heal(now)
        lying, self._lying[screen] = self._lying[screen], []
        for above, arrival in enumerate(reversed(lying)):
            since = (now - arrival.at) / DAY
            newer = above + self._dice.count(self._p.others.get(screen, 0.0) * since, "others", arrival.occasion)
            if newer >= self._budget:
                self._irritate(arrival.channel, self._p.unseen)
                continue
            yield Reported(status=DeliveryStatus.OPENED, delivery_id=arrival.delivery_id)
            if not self._wants(arrival, now):
                self._irritate(arrival.channel, self._p.unwanted)
                continue
            yield Reported(status=DeliveryStatus.CLICKED, after=MINUTE, delivery_id=arrival.delivery_id)
            self._irritate(arrival.channel, -self._p.forgives)
            yield from self._clicked(arrival.theme or arrival.category, now, MINUTE, arrival.occasion)
        if lying:
            yield from self._resent(now, day // 7)

    def _resent(self, now: Instant, week: int) -> Iterator[Happening]:
        """Mute what irritates too much, and leave where all of it does."""
        patience = self._patience * self._dice.lognormal(1.0, self._p.patience[1], "mood", week)
        for channel, irritation in sorted(self._irritation.items()):
            if irritation > self._p.mutes * patience:
                yield Consented(channel=channel, granted=False, after=MINUTE)
        if sum(self._irritation.values()) > self._p.leaves * patience:
            yield from self._leave(HOUR)

    def _leave(self, after: int) -> Iterator[Happening]:
        self._is_gone = True
        if self._p.leave:
            yield Did(name=self._p.leave, after=after)

    # -- in answer ----------------------------------------------------------------------------------------------

    def _wants(self, arrival: Arrival, now: Instant) -> bool:
        theme = arrival.theme or arrival.category
        wish = self._p.clicks + self._p.wants * self._need(theme, now)
        wish += self._tastes.channel(arrival.channel) + self._tastes.theme(theme)
        wish += self._p.discount * float(arrival.content.get("discount", 0.0))
        return self._dice.happens(chance(wish), "clicks", arrival.occasion)

    def _clicked(self, theme: str, now: Instant, after: int, occasion: str) -> Iterator[Happening]:
        if self._p.click:
            yield Did(name=self._p.click, after=after)
        yield from self._order(theme, now, after + HOUR // 2, occasion)

    def _order(self, theme: str, now: Instant, after: int, *names: str | int) -> Iterator[Happening]:
        if not self._dice.happens(self._p.orders * self._need(theme, now), "orders", *names):
            return
        self._fulfilled[theme] = now
        margin = self._dice.lognormal(self._p.margin, self._p.margin_spread, "margin", *names)
        yield ordered(self._p.order, margin, after, theme)

    # -- hidden state -------------------------------------------------------------------------------------------

    def _need(self, theme: str, now: Instant) -> float:
        """Return the need for ``theme``, from 0 (just fulfilled) to 1."""
        since = self._fulfilled.get(theme)
        if since is None:
            wait = self._dice.exponential(self._p.returns, "fulfilled before", theme)
            since = self._fulfilled[theme] = Instant(self._begin - round(wait * DAY))
        return 1.0 - exp(-max(now - since, 0) / DAY / self._p.returns)

    def _irritate(self, channel: str, more: float) -> None:
        self._irritation[channel] = max(self._irritation.get(channel, 0.0) + more, 0.0)

    def _heal(self, now: Instant) -> None:
        left = 0.5 ** (max(now - self._at, 0) / DAY / self._p.heals)
        self._irritation = {channel: left * value for channel, value in self._irritation.items()}
        self._at = max(self._at, now)
