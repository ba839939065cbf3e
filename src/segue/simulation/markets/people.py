"""What made-up people of all markets have in common: who they are to sources, what they like, how chances are said."""

from collections.abc import Iterator, Mapping, Sequence
from math import exp, log

from segue.model.identities import Identifier
from segue.model.time import MONTH_DAYS
from segue.simulation.dice import Dice
from segue.simulation.market import Assumption, Consented, Did, Happening

ADDRESSES: Mapping[str, tuple[str, str]] = {
    "email": ("email", "c{number}@market.example"),
    "sms": ("phone", "+4915{number:08d}"),
    "push": ("push_token", "token-{number}"),
}
"""By channel the trait that holds a customer's address, and what it looks like."""

SIGN_IN_DAY = 7
"""When somebody who came on an unknown device says who they are."""


def chance(log_odds: float) -> float:
    """Return the probability.

    >>> chance(0.0)
    0.5
    """
    return 1.0 / (1.0 + exp(-max(min(log_odds, 50.0), -50.0)))


def daily(monthly: float, log_more: float = 0.0) -> float:
    """Return the chance of a day of what happens to a share ``monthly`` in a month.

    Args:
        log_more: what is added to the logarithm of the hazard.

    >>> round(daily(0.06), 5)
    0.00203
    """
    return 1.0 - exp(log(1.0 - monthly) / MONTH_DAYS * exp(min(log_more, 50.0)))


def varied(name: str, what: str, value: float) -> Assumption:
    """Return an assumption that is varied to half and to double."""
    return Assumption(name=name, what=what, value=value, low=value / 2.0, high=value * 2.0)


def shifted(name: str, what: str, log_odds: float) -> Assumption:
    """Return an assumption in log-odds that is varied to half and to double the odds."""
    return Assumption(name=name, what=what, value=log_odds, low=log_odds - log(2.0), high=log_odds + log(2.0))


def for_channel(values: Mapping[str, float], channel: str) -> float:
    """Return what ``values`` say of ``channel``, ``*`` standing for the others; 0 where they say nothing."""
    return values.get(channel, values.get("*", 0.0))


class Papers:
    """Who somebody is to sources: a name, and for some at first only a device that nobody knows to be theirs.

    Args:
        devices: share who are first seen on an unknown device.
    """

    __slots__ = ("_device", "_dice", "_number", "is_known", "named")

    def __init__(self, number: int, dice: Dice, devices: float) -> None:
        self._number, self._dice = number, dice
        self.named = (Identifier("user_id", f"c{number}"),)
        self._device = (Identifier("anonymous_id", f"device-{number}"),)
        self.is_known = not dice.happens(devices, "device")

    @property
    def shown(self) -> tuple[Identifier, ...]:
        """What a source sees when they visit; empty for their name."""
        return () if self.is_known else self._device

    def show(
        self, day: int, addresses: Mapping[str, tuple[str, str]], consents: Mapping[str, float]
    ) -> Iterator[Happening]:
        """Yield what they say of themselves on ``day``: on the first, addresses and consents; later, a device."""
        if day == 0:
            yield Did(
                name="signed_up", traits={trait: form.format(number=self._number) for trait, form in addresses.values()}
            )
            for channel, share in consents.items():
                if self._dice.happens(share, "consent", channel):
                    yield Consented(channel=channel, granted=True, source="preference_centre")
        elif day >= SIGN_IN_DAY and not self.is_known:
            self.is_known = True
            yield Did(name="signed_in", identifiers=(*self.named, *self._device))


class Tastes:
    """What somebody likes: a normal number for each channel and theme.

    Args:
        spread: standard deviation, for channels and for themes.
    """

    __slots__ = ("_channels", "_dice", "_spread", "_themes")

    def __init__(self, dice: Dice, spread: tuple[float, float]) -> None:
        self._dice, self._spread = dice, spread
        self._channels: dict[str, float] = {}
        self._themes: dict[str, float] = {}

    def channel(self, name: str) -> float:
        """Return what is added for a channel."""
        return self._taste("channel", self._channels, name, self._spread[0])

    def theme(self, name: str) -> float:
        """Return what is added for a theme."""
        return self._taste("theme", self._themes, name, self._spread[1])

    def pick(self, themes: Sequence[str], more: Mapping[str, float], *names: str | int) -> str:
        """Return one of ``themes``, by tastes (softmax) and what ``more`` adds to them; "" where there are none."""
        if not themes:
            return ""
        weights = [exp(self.theme(theme) + more.get(theme, 0.0)) for theme in themes]
        left = self._dice.uniform("theme", *names) * sum(weights)
        for theme, weight in zip(themes, weights, strict=True):
            left -= weight
            if left < 0.0:
                return theme
        return themes[-1]

    def _taste(self, kind: str, drawn: dict[str, float], name: str, spread: float) -> float:
        taste = drawn.get(name)
        if taste is None:
            taste = drawn[name] = spread * self._dice.normal("taste", kind, name)
        return taste


def ordered(name: str, margin: float, after: int, theme: str = "") -> Did:
    """Return an order; it says what it is about where that is known."""
    about = {"theme": theme} if theme else {}
    return Did(name=name, properties={"margin": round(margin, 2), **about}, after=after)


def visited(name: str, after: int, papers: Papers, theme: str = "") -> Did:
    """Return a visit; it says what it is about where that is known."""
    return Did(name=name, properties={"theme": theme} if theme else {}, after=after, identifiers=papers.shown)
