"""Tribes: some love messages and leave when there is silence, some hate them and leave because of them.

Written by somebody who had seen the guide to markets, and not how the workspaces here decide. People have several
devices and use some of them unnamed; workouts and clicks have a weekly rhythm; a plan is started if the purse allows.
"""

from collections.abc import Iterable
from math import exp

from msgspec import Struct

from segue.model.deliveries import DeliveryStatus
from segue.model.identities import Identifier
from segue.model.time import DAY, HOUR, MINUTE, MONTH_DAYS, NEVER, WEEK, Instant
from segue.simulation.dice import Dice
from segue.simulation.market import Arrival, Assumption, Behaviour, Consented, Description, Did, Happening, Reported
from segue.simulation.provider import Provider

THEMES = ("running", "strength", "yoga", "nutrition")
WEEKDAYS = (1.3, 1.2, 1.1, 1.0, 0.7, 0.6, 1.4)
TASTES = {"lover": 2.5, "neutral": 0.8, "hater": 0.2}
"""By what the chance of a click is multiplied."""


class TribesParameters(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the market rests on.

    Attributes:
        lovers, haters: shares; the others do not mind.
        push: share who have allowed push.
        churn: chance to leave in a month, for whoever is left in peace.
        lover_silence: what each week of silence, up to three, adds to it for a lover: so much a day, times 30 / 7.
        hater_messages: chance that a message makes a hater leave; ``hater_opts_out`` of its channel.
        clicks: chance of a click, by taste, theme and weekday.
        price, elasticity: of a plan, beside the purse.
        unnamed: share of workouts on a device that does not say whose it is.
        late: share of clicks that come about a day later; ``twice`` of those that are told twice.
    """

    lovers: float = 0.2
    haters: float = 0.3
    push: float = 0.5
    churn: float = 0.03
    lover_silence: float = 0.02
    hater_messages: float = 0.012
    hater_opts_out: float = 0.02
    clicks: float = 0.09
    price: float = 24.0
    elasticity: float = 1.5
    unnamed: float = 0.4
    late: float = 0.2
    twice: float = 0.1


class Tribes:
    """See the module."""

    Parameters = TribesParameters

    def __init__(self, parameters: TribesParameters) -> None:
        self.parameters = parameters
        self.providers = {"email": Provider(lost=0.05, tells=True, delay=3 * HOUR), "in_app": Provider(lost=0.02)}

    def resident(self, number: int, dice: Dice, begin: Instant) -> "Member":
        """Return customer ``number``."""
        return Member(number, dice, begin, self.parameters)

    def describe(self) -> Description:
        """Return what the market rests on."""
        p = self.parameters
        return Description(
            name="tribes",
            summary="Some love messages and leave when there is silence; some hate them and leave because of them.",
            causes=(
                ("tribe", "clicking"),
                ("tribe", "leaving"),
                ("messages", "leaving"),
                ("silence", "leaving"),
                ("weekday", "workouts"),
                ("weekday", "clicking"),
                ("theme", "clicking"),
                ("clicking", "plan"),
                ("price", "plan"),
            ),
            assumptions=(
                Assumption(name="haters", what="share who hate messages", value=p.haters, low=0.1, high=0.5),
                Assumption(
                    name="hater_messages",
                    what="chance that a message drives a hater away",
                    value=p.hater_messages,
                    low=0.002,
                    high=0.03,
                ),
                Assumption(name="elasticity", what="of plans to the price", value=p.elasticity, low=0.5, high=3.0),
            ),
        )


class Member:
    """A resident."""

    def __init__(self, number: int, dice: Dice, begin: Instant, parameters: TribesParameters) -> None:
        self.identifiers = (Identifier("user_id", f"r{number}"),)
        self._phone = (Identifier("anonymous_id", f"phone-{number}"),)
        self._laptop = (Identifier("anonymous_id", f"laptop-{number}"),)
        self._number, self._dice, self._begin, self._p = number, dice, begin, parameters
        drawn = dice.uniform("tribe")
        is_hater = drawn < parameters.lovers + parameters.haters
        self._tribe = "lover" if drawn < parameters.lovers else "hater" if is_hater else "neutral"
        self._workouts = dice.lognormal(0.35, 0.7, "workouts a day")
        self._main = THEMES[int(len(THEMES) * dice.uniform("main theme"))]
        self._purse = dice.lognormal(parameters.price, 0.5, "purse")
        self._last = begin
        self._is_gone = False

    def behave(self, now: Instant) -> Behaviour:
        """Live through one day."""
        if self._is_gone:
            return Behaviour((), NEVER)
        day = (now - self._begin) // DAY
        happenings = [*(self._come() if day == 0 else ()), *self._train(day), *self._sign_in(day)]
        if self._dice.happens(self._hazard(now), "leaves", day):
            self._is_gone = True
            happenings.append(Did(name="subscription_cancelled", after=DAY - HOUR))
        return Behaviour(tuple(happenings), Instant(now + DAY))

    def react(self, arrival: Arrival) -> Iterable[Happening]:
        """Click, leave, opt out, or not."""
        if arrival.kind != "message" or self._is_gone:
            return
        occasion, p, dice = arrival.occasion, self._p, self._dice
        self._last = arrival.at
        if self._tribe == "hater":
            if dice.happens(p.hater_messages, "leaves at a message", occasion):
                self._is_gone = True
                yield Did(name="subscription_cancelled", after=2 * HOUR)
                return
            if dice.happens(p.hater_opts_out, "opts out", occasion):
                yield Consented(channel=arrival.channel, granted=False, after=MINUTE)
        theme = 1.6 if arrival.theme == self._main else 0.7
        chance = p.clicks * TASTES[self._tribe] * theme * WEEKDAYS[arrival.day % 7]
        if dice.happens(min(chance, 0.9), "clicks", occasion):
            yield from self._click(arrival)

    def _click(self, arrival: Arrival) -> Iterable[Happening]:
        occasion, p, dice = arrival.occasion, self._p, self._dice
        is_late = dice.happens(p.late, "late", occasion)
        after = round(dice.exponential(30 * HOUR if is_late else HOUR, "clicks after", occasion))
        yield Reported(status=DeliveryStatus.CLICKED, after=after)
        if dice.happens(p.twice, "twice", occasion):
            yield Reported(status=DeliveryStatus.CLICKED, after=after + HOUR)
        if dice.happens(0.5 * exp(-p.elasticity * p.price / self._purse), "plan", occasion):
            properties = {"margin": p.price / 2.0, "theme": arrival.theme}
            yield Did(name="plan_started", properties=properties, after=after + HOUR)

    def _come(self) -> Iterable[Happening]:
        number = self._number
        traits = {"email": f"r{number}@tribe.example", "push_token": f"p{number}", "app_id": f"a{number}"}
        yield Did(name="signed_up", traits=traits)
        if self._dice.happens(self._p.push, "push"):
            yield Consented(channel="push", granted=True)

    def _train(self, day: int) -> Iterable[Happening]:
        dice = self._dice
        for place in range(dice.count(self._workouts * WEEKDAYS[day % 7], "workouts", day)):
            other = THEMES[int(len(THEMES) * dice.uniform("theme", day, place))]
            theme = self._main if dice.happens(0.7, "main", day, place) else other
            device = self._phone if dice.happens(0.5, "phone", day, place) else self._laptop
            is_unnamed = dice.happens(self._p.unnamed, "unnamed", day, place)
            yield Did(
                name="workout_completed",
                properties={"theme": theme},
                after=round(DAY * (0.3 + 0.5 * dice.uniform("hour", day, place))),
                identifiers=device if is_unnamed else (),
            )

    def _sign_in(self, day: int) -> Iterable[Happening]:
        """Show now and then that the devices are one customer's."""
        if day % 9 == self._number % 9:
            yield self._shown(20, (*self.identifiers, *self._phone))
        if day % 23 == self._number % 23:
            yield self._shown(21, (*self._phone, *self._laptop))

    def _shown(self, hour: int, identifiers: tuple[Identifier, ...]) -> Did:
        about = {"theme": self._main}
        return Did(name="workout_completed", properties=about, after=hour * HOUR, identifiers=identifiers)

    def _hazard(self, now: Instant) -> float:
        hazard = self._p.churn / MONTH_DAYS
        if self._tribe == "lover":
            hazard += self._p.lover_silence * 7.0 / 30.0 * min((now - self._last) / WEEK, 3.0)
        return hazard
