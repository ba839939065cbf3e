"""Owners: who had which address, and was held out of what, after every entry of the log."""

from collections.abc import Iterator

from msgspec import Struct

from segue.core.decisioning.assignment import holdouts_of
from segue.model.customers import Customer
from segue.model.events import Merged
from segue.model.ids import CustomerId
from segue.model.workspace import Workspace
from segue.simulation.checkers.again import advance_again
from segue.simulation.checkers.evidence import Evidence, compared

_KINDS = ("email", "phone")


class Owner(Struct, frozen=True):
    """What a customer was from entry ``since`` on.

    Attributes:
        addresses: as they are compared.
        holdouts: of those the customer is in; "" is that of everything.
    """

    since: int
    addresses: tuple[str, ...]
    holdouts: tuple[str, ...]


class Owners:
    """What everybody was, entry by entry."""

    def __init__(self, evidence: Evidence) -> None:
        self._past: dict[CustomerId, list[Owner]] = {}
        for repeated in advance_again(evidence).entries:
            after = repeated.again.transitions[-1].customer
            self._note(after.customer_id, _owner(repeated.entry.seq, after, evidence.workspace))
            if isinstance(repeated.entry.event, Merged):
                self._note(repeated.entry.event.absorbed_id, Owner(repeated.entry.seq, (), ()))

    def held_out_at(self, address: str, since: int, until: int) -> Iterator[tuple[CustomerId, str]]:
        """Yield everybody who was held out and had ``address`` at all of the entries ``since`` to ``until``."""
        for customer_id, past in self._past.items():
            known = [each for place, each in enumerate(past) if _is_seen(past, place, since, until)]
            names = known[0].holdouts if known and known[0].since <= since else ()
            for name in names:
                if all(compared(address) in each.addresses and name in each.holdouts for each in known):
                    yield customer_id, name

    def _note(self, customer_id: CustomerId, owner: Owner) -> None:
        self._past.setdefault(customer_id, []).append(owner)


def _is_seen(past: list[Owner], place: int, since: int, until: int) -> bool:
    ends = past[place + 1].since if place + 1 < len(past) else until + 1
    return past[place].since <= until and ends > since


def _owner(seq: int, customer: Customer, workspace: Workspace) -> Owner:
    known = [customer.profile.traits.get(kind) for kind in _KINDS]
    addresses = tuple(compared(each) for each in known if isinstance(each, str))
    return Owner(seq, addresses, holdouts_of(customer.customer_id, customer.assignment, workspace))
