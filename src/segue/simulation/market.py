"""What a market is: made-up customers and providers behind two methods, `behave` and `react`.

The engine cannot see into it: it learns of a customer only what the events say that come out of these two. Whatever a
market draws, it draws from names (`Dice`), so that the same customer does the same in every arm unless what reaches
them makes the difference.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

from msgspec import Struct

from segue.model.deliveries import DeliveryStatus
from segue.model.identities import Identifier
from segue.model.ids import DeliveryId
from segue.model.time import NEVER, Instant
from segue.simulation.dice import Dice
from segue.simulation.provider import Provider


class Arrival(Struct, frozen=True, kw_only=True):
    """What reaches a customer.

    Attributes:
        kind: a ``message``; ``joined`` or ``left`` an audience, so that advertising begins or ends; content that is
            ``shown`` in a placement; a ``task``, somebody from sales or service who calls.
        action, channel, category, theme: as the workspace declares them; of an audience, its name is the action.
        content: the variant's content, such as a discount; empty for an audience.
        number: how many of this customer's arrivals came before this one.
        day: the day of the simulation, from 0.
    """

    kind: Literal["message", "joined", "left", "shown", "task"]
    delivery_id: DeliveryId
    action: str
    channel: str
    category: str
    theme: str
    content: Mapping[str, Any]
    at: Instant
    number: int
    day: int

    @property
    def occasion(self) -> str:
        """What to draw for: the same in another arm in which the same action comes by the same channel that day."""
        return f"{self.action}/{self.channel}/{self.day}"


class Did(Struct, frozen=True, kw_only=True):
    """The customer did something that a source tells of: a tracked event.

    Attributes:
        after: microseconds from now.
        identifiers: what the source knows them by; those of the resident where empty.
    """

    name: str
    properties: Mapping[str, Any] = {}
    traits: Mapping[str, Any] = {}
    after: int = 0
    identifiers: tuple[Identifier, ...] = ()


class Reported(Struct, frozen=True, kw_only=True):
    """A provider tells of a message: that it was opened, clicked, complained of.

    Attributes:
        delivery_id: the message; the one that is being reacted to where empty.
    """

    status: DeliveryStatus
    after: int = 0
    delivery_id: DeliveryId = DeliveryId("")


class Consented(Struct, frozen=True, kw_only=True):
    """The customer allowed or forbade contact on a channel, ``*`` for all."""

    channel: str
    granted: bool
    purpose: str = "marketing"
    source: str = "one_click"
    after: int = 0


class Came(Struct, frozen=True, kw_only=True):
    """The customer is where a placement asks what to show them; they may react to what it is."""

    placement: str
    context: Mapping[str, Any] = {}
    after: int = 0


Happening: TypeAlias = Did | Reported | Consented | Came


class Behaviour(NamedTuple):
    """What a customer does of their own accord now, and when to ask again (`NEVER` for not at all)."""

    happenings: tuple[Happening, ...] = ()
    again_at: Instant = NEVER


class Resident(Protocol):
    """One made-up customer, with a state that nobody sees.

    Attributes:
        identifiers: what sources know them by, strongest first.
    """

    identifiers: tuple[Identifier, ...]

    def behave(self, now: Instant) -> Behaviour:
        """Return what they do of their own accord at ``now``. Asked first when the simulation begins."""
        ...

    def react(self, arrival: Arrival) -> Iterable[Happening]:
        """Return what they do about what has just reached them."""
        ...


class Assumption(Struct, frozen=True, kw_only=True):
    """One number that a market rests on.

    Attributes:
        value: as it is; ``low`` and ``high`` are what it is varied to.
    """

    name: str
    what: str
    value: float
    low: float
    high: float


class Description(Struct, frozen=True, kw_only=True):
    """What a market says of itself, for the report.

    Attributes:
        causes: (cause, effect) for each arrow of its causal graph.
    """

    name: str
    summary: str
    causes: tuple[tuple[str, str], ...]
    assumptions: tuple[Assumption, ...]


class Market(Protocol):
    """A seeded population.

    Attributes:
        providers: how each channel's provider treats messages; `Provider()` for those not named.
    """

    providers: Mapping[str, Provider]

    def resident(self, number: int, dice: Dice, begin: Instant) -> Resident:
        """Return customer ``number`` as they are at ``begin``; the same for the same dice.

        Args:
            dice: this customer's own.
        """
        ...

    def describe(self) -> Description:
        """Return what the market rests on."""
        ...
