"""Design: what the response to a contact may depend on, as columns of a regression, for many contacts or for one."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct

from segue.model.catalogue import Action
from segue.model.time import DAY, HOUR
from segue.simulation.fitted.history import Floats, History
from segue.simulation.fitted.regression import Prior

HEALS = 3.0
"""Days in which what a contact tires halves."""
HOURS = ("night", "morning", "afternoon", "evening")
SPREADS = {
    "action": 1.0,
    "channel": 1.0,
    "kind": 0.7,
    "pair": 0.5,
    "trait": 0.5,
    "tired": 0.5,
    "hour": 0.3,
    "answer": 2.0,
}
"""Standard deviation of the coefficients of each group, as it is believed beforehand; on the log scale."""
SEEN = 20
"""An action with fewer contacts than this answers by traits as all do."""
_LEVELS, _TRAITS = 6, 12

Column = tuple[str, ...]


class Traits(Struct, frozen=True, eq=False):
    """What is known of N customers, in numbers.

    Attributes:
        names: t of them; a text trait of few values has one for each but the first.
        values: (N, t) standardised; 0 where it is not known.
    """

    names: tuple[str, ...]
    values: Floats


class Nature(Struct, frozen=True):
    """What is declared of an action."""

    category: str = ""
    theme: str = ""


class Design(Struct, frozen=True, eq=False):
    """The columns, in order.

    Attributes:
        columns: (group, key...) of each.
        place: of each column.
        natures: of actions.
        traits: their names.
    """

    columns: tuple[Column, ...]
    place: dict[Column, int]
    natures: dict[str, Nature]
    traits: tuple[str, ...]

    def prior(self, base: float, spread: float = 2.0) -> Prior:
        """Return what is believed beforehand, where ``base`` is believed of the intercept."""
        groups = sorted({column[0] for column in self.columns} - {"all"})
        numbers = [groups.index(column[0]) if column[0] != "all" else -1 for column in self.columns]
        means = np.array([base if column[0] == "all" else 0.0 for column in self.columns])
        spreads = np.array([SPREADS.get(column[0], spread) for column in self.columns])
        return Prior(means, spreads, np.array(numbers, dtype=np.int64))

    def matrix(self, history: History, traits: Traits, tired: Floats) -> Floats:
        """Return (m, p) for all contacts of ``history``."""
        contacts = history.contacts
        x = np.zeros((len(contacts.at), len(self.columns)))
        known: dict[tuple[int, int], list[Column]] = {}
        pairs = contacts.action * max(len(history.channels), 1) + contacts.channel
        for pair in np.unique(pairs):
            rows = np.flatnonzero(pairs == pair)
            action, channel = history.actions[contacts.action[rows[0]]], history.channels[contacts.channel[rows[0]]]
            key = (int(contacts.action[rows[0]]), int(contacts.channel[rows[0]]))
            known[key] = self._fixed(action, channel)
            for column in known[key]:
                x[rows, self.place[column]] = 1.0
            for number, trait in enumerate(self.traits):
                for column in (("trait", trait), ("trait", trait, action), ("trait", trait, "", channel)):
                    if column in self.place:
                        x[rows, self.place[column]] = traits.values[contacts.customer[rows], number]
        x[:, self.place["tired",]] = tired
        parts = (contacts.at % DAY) // (6 * HOUR)
        for part, name in enumerate(HOURS):
            x[parts == part, self.place["hour", name]] = 1.0
        return x

    def linear(self, weights: Sequence[float], action: str, channel: str, traits: Sequence[float]) -> float:
        """Return the linear predictor of one contact, but for how tired the customer is and for the hour."""
        total = sum(weights[self.place[column]] for column in self._fixed(action, channel))
        for trait, value in zip(self.traits, traits, strict=True):
            for column in (("trait", trait), ("trait", trait, action), ("trait", trait, "", channel)):
                if column in self.place:
                    total += weights[self.place[column]] * value
        return total

    def moment(self, weights: Sequence[float], tired: float, at: int) -> float:
        """Return what fatigue and the hour add to a contact's linear predictor."""
        hour = HOURS[(at % DAY) // (6 * HOUR)]
        return weights[self.place["tired",]] * tired + weights[self.place["hour", hour]]

    def _fixed(self, action: str, channel: str) -> list[Column]:
        nature = self.natures.get(action, Nature())
        wanted: list[Column] = [
            ("all",),
            ("action", action),
            ("channel", channel),
            ("kind", "category", nature.category),
            ("kind", "theme", nature.theme),
            ("pair", action, channel),
        ]
        return [column for column in wanted if column in self.place]


def make_design(history: History, actions: Sequence[Action], channels: Sequence[str], traits: Traits) -> Design:
    """Return the design for the contacts of ``history``, and for those to come: of ``actions`` on ``channels``."""
    natures = {each.action: Nature(each.category, each.theme or "") for each in actions}
    names = sorted({*history.actions, *natures})
    ways = sorted({*history.channels, *channels})
    columns: list[Column] = [("all",)]
    columns += [("action", name) for name in names]
    columns += [("channel", name) for name in ways]
    for number, kind in enumerate(("category", "theme")):
        levels = sorted({(each.category, each.theme)[number] for each in natures.values()} - {""})
        columns += [("kind", kind, level) for level in levels if len(levels) > 1]
    counts = np.bincount(history.contacts.action, minlength=len(history.actions))
    seen = [name for name, count in zip(history.actions, counts, strict=True) if count >= SEEN]
    columns += [("pair", name, way) for name in names for way in ways]
    columns += [("trait", trait) for trait in traits.names]
    columns += [("trait", trait, name) for trait in traits.names for name in seen]
    columns += [("trait", trait, "", way) for trait in traits.names for way in history.channels]
    columns += [("tired",), *(("hour", name) for name in HOURS)]
    place = {column: number for number, column in enumerate(columns)}
    return Design(tuple(columns), place, natures, traits.names)


def read_traits(known: Sequence[Mapping[str, Any]]) -> Traits:
    """Return the traits of N customers that can be told in numbers: booleans, numbers, texts of few values."""
    names: list[str] = []
    columns: list[Floats] = []
    for trait in sorted({name for each in known for name in each}):
        for name, column in _coded(trait, [each.get(trait) for each in known]):
            spread = float(np.nanstd(column)) if np.isfinite(column).any() else 0.0
            if spread > 1e-9 and len(names) < _TRAITS:
                names.append(name)
                columns.append(np.nan_to_num((column - np.nanmean(column)) / spread))
    return Traits(tuple(names), np.column_stack(columns) if columns else np.zeros((len(known), 0)))


def tiredness(history: History) -> Floats:
    """Return how tired of contacts each contact's customer was (m,): earlier ones, each halving in `HEALS` days."""
    tired = np.zeros(len(history.contacts.at))
    state: dict[int, tuple[float, int]] = {}
    rows = zip(history.contacts.customer.tolist(), history.contacts.at.tolist(), strict=True)
    for row, (customer, at) in enumerate(rows):
        dose, then = state.get(customer, (0.0, at))
        tired[row] = dose = healed(dose, at - then)
        state[customer] = (dose + 1.0, at)
    return tired


def healed(dose: float, after: int) -> float:
    """Return what is left of a dose after some microseconds.

    >>> healed(1.0, 3 * 86_400_000_000)
    0.5
    """
    return float(dose * 0.5 ** (after / DAY / HEALS))


def _coded(trait: str, values: list[Any]) -> list[tuple[str, Floats]]:
    given = [value for value in values if value is not None]
    if all(isinstance(value, bool | int | float) for value in given):
        return [(trait, np.array([np.nan if value is None else float(value) for value in values]))]
    levels = sorted({value for value in given if isinstance(value, str)})
    if not 2 <= len(levels) <= _LEVELS:
        return []
    return [(f"{trait}={level}", np.array([float(value == level) for value in values])) for level in levels[1:]]
