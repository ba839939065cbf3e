"""A fitted market: the log's own customers, who go on as the fit says they do."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct, field, structs

from segue.model.customers import Customer
from segue.model.ids import CustomerId
from segue.model.time import Instant
from segue.simulation.dice import Dice
from segue.simulation.fitted.history import Body, sampled
from segue.simulation.fitted.model import Evidence, Fit
from segue.simulation.fitted.resident import FittedResident, Past
from segue.simulation.fitted.responses import tells_of
from segue.simulation.market import Description
from segue.simulation.provider import Provider

_OWN, _POOL = 5, 200
_QUANTILES = np.linspace(0.0, 1.0, 41)


class Seen(Struct, eq=False):
    """What reached the residents of a market.

    Attributes:
        ways: messages and tasks, by action and channel.
        others: the rest, by kind.
        tired: how tired of contacts the customer was at each message or task.
    """

    ways: Counter[tuple[str, str]] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)
    tired: list[float] = field(default_factory=list)


class FittedMarket:
    """See the module.

    Args:
        evidence: what ``fit`` was fitted from.
        chosen: (place in the history, customer as the engine left them), one for each resident; the same one twice
            counts as two people who are alike.
        offset: the number of the first resident; residents of different markets draw apart.

    Attributes:
        seen: what has reached residents so far.
        opens_after, clicks_after: quantiles of the delays of opens, and of clicks after them; microseconds.
    """

    def __init__(self, evidence: Evidence, fit: Fit, chosen: Sequence[tuple[int, Customer]], offset: int = 0) -> None:
        self.providers: Mapping[str, Provider] = {}
        self.evidence, self.fit, self.seen = evidence, fit, Seen()
        self.tells = dict(zip(evidence.history.channels, tells_of(evidence), strict=True))
        self._chosen, self._offset = chosen, offset
        events, contacts, history = evidence.history.events, evidence.history.contacts, evidence.history
        self._events_of = _slices(events.customer, len(history.customers))
        self._contacts_of = _slices(contacts.customer, len(history.customers))
        opened, clicked = contacts.opened_at < history.until, contacts.clicked_at < history.until
        self.opens_after = _delays(contacts.opened_at - contacts.at, opened)
        self.clicks_after = _delays(contacts.clicked_at - np.where(opened, contacts.opened_at, contacts.at), clicked)
        self.pools = [self._pool(kind) for kind in range(len(history.kinds))]
        self.day_profile = np.cumsum(np.tile(fit.profile, 2), axis=1)
        self.answer_delay = {kind: np.cumsum(each, axis=1) for kind, each in fit.answer_delay.items()}
        self.chain_delay = np.cumsum(fit.chain_delay, axis=2)

    def resident(self, number: int, dice: Dice, begin: Instant) -> FittedResident:
        """Return customer ``number`` as the log left them."""
        place, customer = self._chosen[number - self._offset]
        # Policies draw by the customer's name: in another market, and where somebody counts as two, chance is another.
        customer = structs.replace(customer, customer_id=CustomerId(f"{customer.customer_id}~{number}"))
        return FittedResident(self, place, customer, self._past(place), dice, begin)

    def describe(self) -> Description:
        """Return what the market rests on."""
        history = self.evidence.history
        causes = [("habit", name) for name in history.kinds]
        causes += [("contact", history.kinds[kind]) for kind in self.evidence.answers]
        causes += [("contact", "opening"), ("opening", "clicking"), ("contact", "opting out"), ("contact", "fatigue")]
        return Description(
            name="fitted",
            summary=f"Fitted from {len(history.customers):,} customers and {len(history.contacts.at):,} contacts.",
            causes=tuple(causes),
            assumptions=(),
        )

    def _past(self, place: int) -> Past:
        history = self.evidence.history
        events, contacts = history.events, history.contacts
        mine, sent = self._events_of[place], self._contacts_of[place]
        own: dict[int, list[list[Body]]] = {}
        for event in mine[::-1].tolist():
            kept = own.setdefault(int(events.kind[event]), [])
            if len(kept) < _OWN:
                kept.append(sampled(events.bodies, event))
        ending = self.evidence.ending
        return Past(
            own=own,
            is_gone=bool(ending >= 0 and (events.kind[mine] == ending).any()),
            contacts=sent,
            at=contacts.at[sent],
        )

    def _pool(self, kind: int) -> list[list[Body]]:
        """Return what events of a kind look like, without anybody's traits; evenly over the log."""
        events = self.evidence.history.events
        rows = np.flatnonzero(events.kind == kind)
        chosen = rows[np.linspace(0, len(rows) - 1, min(len(rows), _POOL)).astype(np.int64)]
        return [[(properties, {}) for properties, _ in sampled(events.bodies, int(row))] for row in chosen]


def choose(known: Iterable[tuple[int, Customer]], count: int | None, seed: int) -> list[tuple[int, Customer]]:
    """Return the residents: all that are ``known``, or ``count`` of them drawn, some more than once if need be."""
    everybody = list(known)
    if count is None or not everybody:
        return everybody
    rng = np.random.default_rng((seed, 7))
    rounds, rest = divmod(count, len(everybody))
    more = sorted(rng.choice(len(everybody), size=rest, replace=False).tolist())
    return [*everybody * rounds, *(everybody[place] for place in more)]


def _slices(whose: np.ndarray[Any, np.dtype[np.int64]], count: int) -> list[np.ndarray[Any, np.dtype[np.int64]]]:
    """Return the rows of each customer, by time."""
    order = np.argsort(whose, kind="stable")
    return np.split(order, np.searchsorted(whose[order], np.arange(1, count)))


def _delays(delays: np.ndarray[Any, np.dtype[np.int64]], happened: np.ndarray[Any, np.dtype[np.bool_]]) -> list[int]:
    """Return quantiles of the delays of what happened; none where nothing has."""
    if not happened.any():
        return []
    return [int(each) for each in np.quantile(np.maximum(delays[happened], 0), _QUANTILES)]
