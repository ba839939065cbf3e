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
            ``stock`` (one of ``name`` is gone; negative when it is given back), ``reached``, ``others`` and ``chance``
            (a contact that the target ``name`` wants, one with somebody else, a decision that could have led to one),
            ``offer`` (a message of worth ``amount`` was proposed on the slot ``name``), ``week`` (it was the first one
            for this customer in a week), ``there`` (a customer of the group ``name`` was there, in the hour of the week
            ``amount``).
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


class Pace(Struct, frozen=True, array_like=True):
    """How far a reach target has come.

    Attributes:
        period: which period it is about, counted from 1970-01-01T00:00Z.
        reached: contacts of the wanted kind in this period.
        chances: decisions that could have led to one; for a share all contacts.
        price: what one more of them is worth, in the workspace's currency.
        stepped_at, stepped_reached, stepped_chances: when the price was last adjusted, and what there was by then.
    """

    reach: str
    period: int
    reached: float
    chances: float
    price: float = 0.0
    stepped_at: Instant = Instant(0)
    stepped_reached: float = 0.0
    stepped_chances: float = 0.0


class Outlook(Struct, frozen=True, array_like=True):
    """What messages are usually proposed: how often per customer and week, and how much they are worth.

    All numbers are weights that double every four weeks, in units of the moment ``since``: so what is old fades without
    being touched.

    Attributes:
        worth: offers by worth (rounded to three significant digits, as text).
        customers: weeks of customers with an offer.
        at: the latest offer.
        offers: all offers.
        published: ``offers`` when ``shares`` and ``rate`` were last published; again when a tenth has come on top.
        shares: (worth, share of the offers), ascending: from it follows the table of opportunity costs.
        rate: offers for a customer in a week.
    """

    worth: dict[str, float] = {}
    customers: float = 0.0
    since: Instant = Instant(0)
    at: Instant = Instant(0)
    offers: float = 0.0
    published: float = 0.0
    shares: tuple[tuple[float, float], ...] = ()
    rate: float = 0.0


class HeldOut(Struct, frozen=True, array_like=True):
    """A contact point that belongs to somebody held out.

    Attributes:
        holdout: the name in `Workspace.holdouts`, "" for the holdout of everything.
    """

    contact_point: str
    holdout: str


class Shared(Struct, frozen=True, array_like=True):
    """All shared quantities at one position of the log.

    Attributes:
        hours: how often customers were there, by group and hour of the week: ``GROUP/34``; "" is everybody.
        neighbours: contacts of *other* customers at a contact point of the one who is being advanced; set by the
            runtime for this one transition, and logged with it.
        stock: how many are gone, by action.
        paces: of the reach targets.
        held_out: the contact points of the one who is being advanced that *others* who are held out have too; set
            and logged like ``neighbours``.
    """

    leases: tuple[Lease, ...] = ()
    entries: tuple[Lease, ...] = ()
    outlook: Outlook = Outlook()
    hours: dict[str, float] = {}
    neighbours: tuple[Contact, ...] = ()
    stock: dict[str, float] = {}
    paces: tuple[Pace, ...] = ()
    held_out: tuple[HeldOut, ...] = ()


NOTHING_SHARED = Shared()
"""Where a workspace shares nothing, and at the beginning of a log."""
