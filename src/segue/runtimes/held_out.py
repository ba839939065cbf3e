"""Addresses of those who are held out: nobody else may be contacted there either.

Two profiles with one address are one inbox. Where the lot holds one of them out, what the other gets would be read by
both, and the holdout would measure nothing. So the addresses of the held out stand in an index; it is looked up before
a customer is advanced and once more at the hand-over, and what was found is logged with the transition.

A customer counts as held out before the first decision about them: the draw is known from the start.
"""

from collections.abc import Iterable, Iterator

from msgspec import Raw, Struct, msgpack

from segue.core.decisioning.assignment import holdouts_of
from segue.model.assignments import HOLDOUT, Assignment
from segue.model.customers import Customer
from segue.model.ids import CustomerId
from segue.model.shared import HeldOut
from segue.model.workspace import Workspace
from segue.runtimes.contact_points import addresses_of, contact_traits
from segue.runtimes.glance import Glance

_NOBODY: dict[CustomerId, tuple[str, ...]] = {}


class HeldOutPoints:
    """Who is held out at which contact point, under one workspace's holdouts.

    Attributes:
        holds_out: somebody may be.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._kinds = contact_traits(workspace)
        self.holds_out = bool(workspace.groups.get(HOLDOUT) or workspace.holdouts)
        self._holders: dict[str, dict[CustomerId, tuple[str, ...]]] = {}

    def holds_for(self, workspace: Workspace) -> bool:
        """Tell whether under ``workspace`` the same customers are held out at the same points."""
        ours = self._workspace
        return workspace is ours or (
            (workspace.seed, workspace.epoch, workspace.groups, workspace.holdouts)
            == (ours.seed, ours.epoch, ours.groups, ours.holdouts)
            and contact_traits(workspace) == self._kinds
        )

    def load(self, customer_id: CustomerId, seen: Glance) -> None:
        """Take in a customer as they are saved."""
        if not self.holds_out:
            return
        names = holdouts_of(customer_id, _assignment(seen.assignment), self._workspace)
        if names:
            self._add(customer_id, names, addresses_of(_profile(seen.profile).traits, None, self._kinds))

    def change(self, before: Customer, after: Customer) -> None:
        """Take note of what became of a customer; one who was absorbed has no traits any more."""
        is_as_before = before.profile.traits is after.profile.traits and before.assignment is after.assignment
        if is_as_before or not self.holds_out:
            return
        customer_id = after.customer_id
        if before.profile.traits:
            for point in addresses_of(before.profile.traits, None, self._kinds):
                self._remove(customer_id, point)
        names = holdouts_of(customer_id, after.assignment, self._workspace) if after.profile.traits else ()
        if names:
            self._add(customer_id, names, addresses_of(after.profile.traits, None, self._kinds))

    def others(self, whose: tuple[CustomerId, ...], points: Iterable[str]) -> tuple[HeldOut, ...]:
        """Return which of ``points`` somebody other than ``whose`` is held out at, in an order of their own."""
        if not self._holders:
            return ()
        found = dict.fromkeys(self._others(whose, points))
        return tuple(sorted(found, key=lambda each: (each.contact_point, each.holdout)))

    def _others(self, whose: tuple[CustomerId, ...], points: Iterable[str]) -> Iterator[HeldOut]:
        for point in points:
            for customer_id, names in self._holders.get(point, _NOBODY).items():
                if customer_id not in whose:
                    for name in names:
                        yield HeldOut(point, name)

    def _add(self, customer_id: CustomerId, names: tuple[str, ...], points: Iterable[str]) -> None:
        for point in points:
            self._holders.setdefault(point, {})[customer_id] = names

    def _remove(self, customer_id: CustomerId, point: str) -> None:
        holders = self._holders.get(point)
        if holders is not None and holders.pop(customer_id, None) is not None and not holders:
            del self._holders[point]


class _ProfileGlance(Struct, frozen=True, array_like=True):
    """The beginning of a `segue.model.customers.Profile`."""

    first_seen: Raw = Raw(b"")
    last_seen: Raw = Raw(b"")
    traits: dict[str, object] = {}


_decode_profile = msgpack.Decoder(_ProfileGlance).decode
_decode_assignment = msgpack.Decoder(Assignment | None).decode


def _profile(packed: Raw) -> _ProfileGlance:
    return _decode_profile(packed) if bytes(packed) else _ProfileGlance()


def _assignment(packed: Raw) -> Assignment | None:
    return _decode_assignment(packed) if bytes(packed) else None
