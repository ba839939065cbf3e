"""Evaluates a long-term model: what contacts bring now, and what they leave of what later ones will bring.

How tired of contacts a customer is (the dose) is counted, not learnt, so what a contact does to it is known: it adds
its own dose, and everything halves in so many days. Learnt are the response, the hazard that the customer withdraws,
and, from both, the table of what all later decisions are worth. So the future costs one look into a table a candidate.

Everything takes rows of customers; one customer is one row.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from segue.model.snapshots import Linear, LongTermModel

Floats: TypeAlias = NDArray[np.float64]
Places: TypeAlias = NDArray[np.intp]

SILENCE, ANY = "", "*"
_LARGEST = 500.0


def arm_key(action: str, channel: str) -> str:
    """Return the key of an action's variant among a model's curves; "" for silence."""
    return f"{action}/{channel}" if action else SILENCE


def split_key(key: str) -> tuple[str, str]:
    """Return the action and the channel of a key."""
    action, _, channel = key.rpartition("/")
    return action, channel


class Weighed(Struct, frozen=True):
    """What is believed of each candidate, over doing nothing; all of shape (n, K), in currency but for the hazard.

    Attributes:
        gain: reward until the next decision.
        later: what all later decisions bring more, mostly less than 0.
        hazard: probability that the customer withdraws.
    """

    gain: Floats
    later: Floats
    hazard: Floats


class LongTerm:
    """A long-term model, unpacked.

    Raises:
        ValueError, KeyError, IndexError: its parts do not fit together.
    """

    def __init__(self, model: LongTermModel) -> None:
        self.model = model
        self.responses = Responses(model)
        later = np.frombuffer(model.later, dtype="<f8").astype(np.float64)
        self._later = later.reshape(len(model.centers), -1)
        if self._later.shape[1] < 2 or not np.isfinite(self._later).all() or not model.step > 0.0:
            raise ValueError("The table of a long-term model has two doses at least, and finite numbers.")
        self._centers = np.array(model.centers, dtype=np.float64)
        self._index = Index(model, self.responses)

    def weigh(self, x: Floats, dose: Floats, arms: Sequence[tuple[str, str]]) -> Weighed:
        """Return what is believed of ``arms``, each (action, channel).

        Args:
            x: the model's inputs, shape (n, d).
            dose: how tired of contacts each customer is, shape (n,).
        """
        reward, hazard = self.responses.now(x, dose, self.responses.places([(SILENCE, SILENCE), *arms]))
        doses = np.array([0.0, *[self.dose_of(channel) for _, channel in arms]])
        later = self._later_at(self._place(x), dose[:, None] + doses)
        kept = later - hazard * np.maximum(later, self.model.loss)
        return Weighed(reward[:, 1:] - reward[:, :1], kept[:, 1:] - kept[:, :1], hazard[:, 1:])

    def dose_of(self, channel: str) -> float:
        """Return what a contact on ``channel`` adds to the dose."""
        return self.model.doses.get(channel, 1.0)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the names of all values of the context that the model needs."""
        model = self.model
        return (*model.inputs, model.count, *model.counts.values())

    def read(self, values: Floats) -> tuple[Floats, Floats]:
        """Return inputs (n, d) and dose (n,) from what the model `reads`, shape (n, d + 1 + counted channels)."""
        size = len(self.model.inputs)
        doses = [self.dose_of(channel) for channel in self.model.counts]
        return values[:, :size], weighted_dose(values[:, size], np.expm1(values[:, size + 1 :]), np.array(doses))

    def later(self, x: Floats, dose: Floats) -> Floats:
        """Return what all later decisions are worth to customers whose dose just after this one is ``dose`` (n, K)."""
        return self._later_at(self._place(x), dose)

    def _place(self, x: Floats) -> Floats:
        """Return where customers are among the segments: shape (n,)."""
        return np.interp(self._index.of(x), self._centers, np.arange(len(self._centers), dtype=np.float64))

    def _later_at(self, place: Floats, dose: Floats) -> Floats:
        rows, columns = self._later.shape
        row = np.minimum(place.astype(np.intp), max(rows - 2, 0))[:, None]
        point = np.minimum(np.maximum(dose / self.model.step, 0.0), columns - 1.0)
        column = np.minimum(point.astype(np.intp), columns - 2)
        share = point - column
        low = self._at(row, column, share)
        return low + (place[:, None] - row) * (self._at(np.minimum(row + 1, rows - 1), column, share) - low)

    def _at(self, row: Places, column: Places, share: Floats) -> Floats:
        first = self._later[row, column]
        return first + share * (self._later[row, column + 1] - first)


class Index:
    """What kind of customer somebody is, in one number that lasts: see `LongTermModel.centers`."""

    def __init__(self, model: LongTermModel, responses: "Responses") -> None:
        arms = [split_key(key) for key in model.evidence]
        self._responses = responses
        self._places = responses.places([(SILENCE, SILENCE), *arms])
        size = len(model.inputs)
        self._usual = np.frombuffer(model.usual, dtype="<f8").astype(np.float64).reshape(size + 1, size)
        doses = np.array([model.doses.get(channel, 1.0) for _, channel in arms])
        self._charges = np.array([model.costs.get(key, 0.0) for key in model.evidence]) + model.dose_price * doses
        self._hazard_price = model.hazard_price

    def of(self, x: Floats) -> Floats:
        """Return the indices of customers, shape (n,)."""
        usual = x @ self._usual[1:] + self._usual[0]
        reward, hazard = self._responses.now(usual, None, self._places)
        worth = reward[:, 1:] - self._charges - self._hazard_price * hazard[:, 1:]
        return np.asarray(worth.max(axis=1) - reward[:, 0])


class Responses:
    """What decisions bring until the next one, and how likely the customer withdraws at them: all curves at once."""

    def __init__(self, model: LongTermModel) -> None:
        self._keys = {key: place for place, key in enumerate(model.chances)}
        curves = [each[key] for each in (model.chances, model.hazards, model.amounts) for key in self._keys]
        folded = [_folded(curve.line) for curve in curves]
        self._weights = np.array([weights for weights, _ in folded]).T
        self._bases = np.array([base for _, base in folded])
        self._slopes = np.array([(curve.by_log, curve.by_dose) for curve in curves], dtype=np.float64).T
        self._least, self._most = model.least_amount, model.most_amount

    def places(self, arms: Sequence[tuple[str, str]]) -> Places:
        """Return where the curves of ``arms`` are: their own, else their channel's, else those of any contact."""
        keys = self._keys
        found = [
            place
            if (place := keys.get(arm_key(action, channel))) is not None
            else keys.get(arm_key(ANY, channel), keys[ANY])
            for action, channel in arms
        ]
        return np.array(found, dtype=np.intp)

    def now(self, x: Floats, dose: Floats | None, places: Places) -> tuple[Floats, Floats]:
        """Return reward until the next decision, and hazard, of the curves at ``places``: each (n, K).

        Args:
            dose: shape (n,); None for customers who are not tired.
        """
        count = len(self._keys)
        lines = x @ self._weights + self._bases
        if dose is not None:
            lines += bends_of(dose) @ self._slopes
        chances = _logistic(lines[:, : 2 * count])
        amounts = np.minimum(np.maximum(lines[:, 2 * count :], self._least), self._most)
        return (chances[:, :count] * amounts)[:, places], chances[:, count:][:, places]


def bends_of(dose: Floats) -> Floats:
    """Return what curves bend by at ``dose`` (n,): (n, 2)."""
    bends = np.empty((len(dose), 2))
    bends[:, 0], bends[:, 1] = np.log1p(dose), dose
    return bends


def weighted_dose(count: Floats, counts: Floats, doses: Floats) -> Floats:
    """Return how tired customers are, shape (n,).

    Args:
        count: of all contacts, each halving in so many days; shape (n,).
        counts: the same by channel, shape (n, C).
        doses: what a contact on each of those channels tires beside one on any other, shape (C,).
    """
    return np.asarray(np.maximum(count + counts @ (doses - 1.0), 0.0))


def _folded(line: Linear) -> tuple[Floats, float]:
    weights = np.array(line.weights, dtype=np.float64) / np.array(line.scales, dtype=np.float64)
    return weights, float(line.intercept - weights @ np.array(line.means, dtype=np.float64))


def _logistic(values: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(np.minimum(np.maximum(-values, -_LARGEST), _LARGEST))))
