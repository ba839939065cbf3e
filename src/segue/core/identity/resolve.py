"""Whose event is this: identifiers that name one person, by exact evidence.

Every identifier names a customer of its own, whose id is a digest of the identifier. A `Link` says that two identifiers
name one person; then the weaker customer is absorbed by the stronger one. The `Directory` is the set of links seen so
far with the absorptions that follow from them; it is rebuilt from the links alone, in their order.

Limits of this first form: one ``user_id`` for each customer, unless a link is explicit (an alias call). A link that
would break the limit stays in the evidence and joins nobody: a kiosk or a family's e-mail address does not merge
people.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from segue.model.identities import Identifier, Link, Resolution
from segue.model.ids import CustomerId, derive
from segue.model.time import Instant

STRENGTH = {"user_id": 3, "email": 2, "phone": 2}
"""How surely a kind names one person; kinds not listed (devices, anonymous ids) have strength 1."""
USER_ID_STRENGTH = 3

JUNK = frozenset(
    (
        *("null", "none", "nil", "nan", "undefined", "unknown", "anonymous", "guest", "n/a", "not set", "(not set)"),
        *("true", "false", "[object object]", "{}", "[]", "none@none.com", "no@email.com", "noemail@noemail.com"),
    )
)
"""Values, folded, that broken integrations send for everybody: they name nobody."""


class Directory:
    """Who is whom. Owned by a runtime, changed only by `add`.

    Attributes:
        known: the evidence so far: for the key of each pair of identifiers, whether it was explicit.
    """

    def __init__(self, links: Iterable[Link] = ()) -> None:
        self.known: dict[str, bool] = {}
        self._survivors: dict[CustomerId, CustomerId] = {}
        self._strengths: dict[CustomerId, int] = {}
        for link in links:
            self.add(link)

    def find(self, identifier: Identifier) -> CustomerId:
        """Return the customer that ``identifier`` names, known or not."""
        return self.survivor(own_customer(identifier))

    def survivor(self, customer_id: CustomerId) -> CustomerId:
        """Return the customer that ``customer_id`` is part of today."""
        survivors = self._survivors
        if customer_id not in survivors:
            return customer_id
        root = survivors[customer_id]
        while root in survivors:
            root = survivors[root]
        survivors[customer_id] = root
        return root

    def strength(self, customer_id: CustomerId, identifier: Identifier) -> int:
        """Return the strength of the strongest identifier of a customer that ``identifier`` belongs to."""
        return self._strengths.get(customer_id, strength_of(identifier))

    def is_news(self, link: Link) -> bool:
        """Tell whether ``link`` says more than the evidence so far."""
        known = self.known.get(evidence_key(link))
        return known is None or (link.is_explicit and not known)

    def add(self, link: Link) -> CustomerId | None:
        """Take evidence in; return the customer that it made part of another one, if any."""
        key = evidence_key(link)
        self.known[key] = link.is_explicit or self.known.get(key, False)
        first, second = self.find(link.first), self.find(link.second)
        strengths = self.strength(first, link.first), self.strength(second, link.second)
        if first == second or not may_join(*strengths, is_explicit=link.is_explicit):
            return None
        winner, loser = (first, second) if strengths[0] >= strengths[1] else (second, first)
        self._survivors[loser] = winner
        self._strengths[winner] = max(strengths)
        return loser


def resolve(
    directory: Directory,
    identifiers: Sequence[Identifier],
    at: Instant,
    source: str,
    *,
    is_explicit: bool = False,
) -> tuple[Resolution | None, tuple[Link, ...]]:
    """Return whose event it is, and the links to add to ``directory`` (which stays as it is).

    The strongest identifier leads (of equally strong ones the first); each other one is evidence that it names the
    same person. Where that cannot be believed the leading identifier's customer keeps the event.

    Args:
        identifiers: as they came; junk values are ignored.
        is_explicit: somebody said that they are one person (an alias call), which overrules the limit.

    Returns:
        None instead of a resolution when no identifier is usable.

    >>> directory = Directory()
    >>> someone = (Identifier("anonymous_id", "a1"), Identifier("user_id", "u1"))
    >>> resolution, links = resolve(directory, someone, Instant(0), "web")
    >>> resolution.customer_id == directory.find(Identifier("user_id", "u1")), len(links)
    (True, 1)
    """
    if len(identifiers) == 1 and not is_junk(identifiers[0]):  # most events
        return Resolution(directory.find(identifiers[0])), ()
    usable = [each for each in identifiers if not is_junk(each)]
    if len(usable) > 1:
        usable = list(dict.fromkeys(map(clean, usable)))
    if not usable:
        return None, ()
    if len(usable) == 1:
        return Resolution(directory.find(usable[0])), ()
    leader = max(usable, key=strength_of)
    winner = directory.find(leader)
    strength = directory.strength(winner, leader)
    absorbed: list[CustomerId] = []
    links: list[Link] = []
    for other in usable:
        link = Link(leader, other, at, source, is_explicit)
        known = directory.known.get(evidence_key(link))
        if other == leader or known is True or known is is_explicit:
            continue
        links.append(link)
        found = directory.find(other)
        other_strength = directory.strength(found, other)
        if found == winner or found in absorbed or not may_join(strength, other_strength, is_explicit=is_explicit):
            continue
        winner, loser = (winner, found) if strength >= other_strength else (found, winner)
        strength = max(strength, other_strength)
        absorbed.append(loser)
    return Resolution(winner, tuple(absorbed)), tuple(links)


def may_join(first: int, second: int, *, is_explicit: bool) -> bool:
    """Tell whether customers whose strongest identifiers have these strengths may become one: the limit of one
    ``user_id``.
    """
    return is_explicit or min(first, second) < USER_ID_STRENGTH


@lru_cache(maxsize=50_000)
def own_customer(identifier: Identifier) -> CustomerId:
    """Return the id of the customer whom ``identifier`` names while nothing links it: a digest, never the value."""
    return CustomerId(derive("customer", *clean(identifier)))


def evidence_key(link: Link) -> str:
    """Return the key of a link in a directory."""
    return own_customer(link.first) + own_customer(link.second)


def strength_of(identifier: Identifier) -> int:
    """Return how surely the identifier's kind names one person."""
    return STRENGTH.get(identifier.kind, 1)


def clean(identifier: Identifier) -> Identifier:
    """Return the identifier as it is compared: no blanks around it; an e-mail address in small letters."""
    value = identifier.value.strip()
    return Identifier(identifier.kind, value.casefold() if identifier.kind == "email" else value)


@lru_cache(maxsize=50_000)
def is_junk(identifier: Identifier) -> bool:
    """Tell whether the value names nobody: a placeholder, or nothing but zeros and punctuation (``0000``, ``-``)."""
    value = identifier.value.strip().casefold()
    return not value.strip("0-*.?_ ") or value in JUNK
