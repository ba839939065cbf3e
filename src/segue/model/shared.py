"""Shared quantities: what all customers draw on, as one frozen value inside the World.

It is a fold over the log: every transition says what it adds (`Tally`), and `core.shared.fold` adds it up. So the
engine stays local to one customer, and a replay sees at each entry what was seen then.
"""

from msgspec import Struct

from segue.model.customers import Contact
from segue.model.time import Instant


class Tally(Struct, frozen=True, array_like=True):
    """Something that a transition adds to a shared quantity.

    Attributes:
        kind: ``use`` (of the capacity ``name``; negative when it is given back), ``entry`` (into the journey ``name``),
            ``offer`` (a message of worth ``amount`` was proposed on the slot ``name``), ``there`` (a customer of the
            group ``name`` was there, in the hour of the week ``amount``).
    """

    kind: str
    name: str
    amount: float


class Lease(Struct, frozen=True, array_like=True):
    """What is left of a capacity.

    Attributes:
        period: which period it is about, counted from 1970-01-01T00:00Z.
        used: in this period.
        price: the shadow price: what one more unit is worth, in the workspace's currency.
        stepped_at, stepped_used: when the price was last adjusted, and what was used by then.
    """

    capacity: str
    period: int
    used: float
    price: float = 0.0
    stepped_at: Instant = Instant(0)
    stepped_used: float = 0.0


class Outlook(Struct, frozen=True, array_like=True):
    """What messages are usually proposed: how often per customer and week, and how much they are worth.

    Attributes:
        worth: decayed number of offers by worth (rounded to three significant digits, as text), for the table of
            opportunity costs.
        customers: decayed number of different customer-weeks that the offers came from.
    """

    worth: dict[str, float] = {}
    customers: float = 0.0
    since: Instant = Instant(0)
    at: Instant = Instant(0)


class Shared(Struct, frozen=True, array_like=True):
    """All shared quantities at one position of the log.

    Attributes:
        hours: how often customers were there, by group and hour of the week: ``GROUP/34``; "" is everybody.
        neighbours: contacts of *other* customers at a contact point of the one who is being advanced; set by the
            runtime for this one transition, and logged with it.
    """

    leases: tuple[Lease, ...] = ()
    entries: tuple[Lease, ...] = ()
    outlook: Outlook = Outlook()
    hours: dict[str, float] = {}
    neighbours: tuple[Contact, ...] = ()


NOTHING_SHARED = Shared()
"""Where a workspace shares nothing, and at the beginning of a log."""
