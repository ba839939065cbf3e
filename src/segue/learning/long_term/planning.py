"""Plans ahead: what all later decisions are worth, by kind of customer and by how tired of contacts they are.

The table is of the worth just after a decision (the post-decision state of Powell, "Approximate Dynamic Programming",
2011). With ``G`` the reward over doing nothing until the next decision, ``h`` the hazard and ``D`` the least loss:

    V_s(f) = E[ max_a  G_a(x, f) - cost_a + C_s(f + dose_a) - h_a(x, f) max(C_s(f + dose_a), D) ]
    C_s(g) = E[ gamma^dt  V_s'(g 2^(-dt / half-life)) ]

over the inputs and open arms of logged decisions of segment s, the days dt between decisions, and the segment s' of the
customer's next one. It is solved by Howard's policy iteration: a handful of linear systems, however patient gamma is.
"""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from segue.core.decisioning.models.long_term import SILENCE, Places, Responses
from segue.learning.long_term.blocks import Floats
from segue.learning.long_term.curves import Seen
from segue.learning.long_term.log import DecisionLog, LongTermSettings, following

_POINTS = 33
_ROWS = 64
"""So many decisions of a segment stand for all of it."""

_LEAST_IN_SEGMENT = 150
_GAPS = (0.1, 0.3, 0.5, 0.7, 0.9)
_LEAST_GAP_DAYS, _MOST_GAP_DAYS = 1.0 / 1440.0, 60.0
_ROUNDS = 100
_TOLERANCE = 1e-7


class Segments(Struct, frozen=True):
    """Kinds of customers.

    Attributes:
        centers: mean indices, ascending (S,).
        place: of each decision, shape (n,).
        index: of each decision, shape (n,).
        moves: probability that the customer's next decision is in another segment, shape (S, S).
    """

    centers: tuple[float, ...]
    place: NDArray[np.intp]
    index: Floats
    moves: Floats


class Plan(Struct, frozen=True):
    """What later decisions are worth: ``later`` (S, points) by segment and dose; the doses are ``step`` apart.

    Attributes:
        scale: standard deviation of what contacts are worth beside silence, in the segments' decisions.
        rounds: of policy iteration.
    """

    later: Floats
    step: float
    scale: float
    rounds: int

    @property
    def dose_price(self) -> float:
        """Return what the first dose takes of later decisions, on average."""
        return float(np.mean([row[0] - np.interp(1.0 / self.step, np.arange(len(row)), row) for row in self.later]))


def usual_self(log: DecisionLog, seen: Seen) -> Floats:
    """Return what of the inputs lasts: the matrix from (1, inputs) to them, shape (1 + d, d).

    It predicts the mean of the customer's other decisions: traits stay as they are, passing moods go to the average.
    """
    _, codes, counts = np.unique(log.customer, return_inverse=True, return_counts=True)
    standard = seen.standard[:, 1:]
    several = counts[codes] > 1
    if not (several.any() and seen.inputs):
        return np.vstack([np.zeros(len(seen.inputs)), np.eye(len(seen.inputs))])
    totals = np.stack([np.bincount(codes, weights=column) for column in standard.T], axis=1)
    others = (totals[codes] - standard)[several] / (counts[codes][several] - 1)[:, None]
    known = seen.standard[several]
    lasting = np.linalg.solve(known.T @ known + np.eye(known.shape[1]), known.T @ others) * seen.scales
    slopes = lasting[1:] / seen.scales[:, None]
    return np.vstack([lasting[0] + seen.means - seen.means @ slopes, slopes])


def segment(log: DecisionLog, index: Floats, count: int) -> Segments:
    """Return ``count`` segments at most, of equally many decisions, by customers' indices (n,)."""
    count = max(min(count, len(index) // _LEAST_IN_SEGMENT), 1)
    edges = np.unique(np.quantile(index, np.arange(1, count) / count))
    places, place = np.unique(np.searchsorted(edges, index, side="right"), return_inverse=True)
    centers = tuple(float(index[place == each].mean()) for each in range(len(places)))
    return Segments(centers, place, index, _moves(log, place, len(places)))


def plan(log: DecisionLog, seen: Seen, segments: Segments, responses: Responses, settings: LongTermSettings) -> Plan:
    """Return what later decisions are worth where every decision is the best one for the long term."""
    dose = np.array([0.0, *(seen.doses.get(channel, 1.0) for _, channel in log.arms)])
    doses = np.linspace(0.0, _highest(seen, dose), _POINTS)
    sampled = [_sample(segments.index, segments.place == each) for each in range(len(segments.centers))]
    choices = [_Choices(log, seen.x[rows], log.open_arms[rows], doses, responses, settings.loss) for rows in sampled]
    after = [_interpolation(doses, doses + each) for each in dose]
    ahead = _ahead(log, doses, settings)
    size, points = len(choices), len(doses)
    later = np.zeros((size, points))
    carry: Floats = np.asarray(np.kron(segments.moves, ahead), dtype=np.float64)
    rounds = 0
    while rounds < _ROUNDS:
        rounds += 1
        bests = [choice.best(each, after) for choice, each in zip(choices, later, strict=True)]
        value = np.linalg.solve(_system([kept for _, kept in bests], carry), np.concatenate([r for r, _ in bests]))
        updated = (carry @ value).reshape(size, points)
        change, later = float(np.abs(updated - later).max()), updated
        if change <= _TOLERANCE * (1.0 + float(np.abs(later).max())):
            break
    spread = [choice.spread(each, after) for choice, each in zip(choices, later, strict=True)]
    return Plan(later, float(doses[1]), float(np.mean(spread)) or 1.0, rounds)


class _Choices:
    """What the arms bring to the decisions that stand for a segment, at each dose: arrays (rows, points, 1 + A)."""

    def __init__(
        self, log: DecisionLog, x: Floats, is_open: NDArray[np.bool_], doses: Floats, responses: Responses, loss: float
    ) -> None:
        rows, points = len(x), len(doses)
        gain, hazard = _gains(
            log, np.repeat(x, points, axis=0), np.tile(doses, rows), np.repeat(is_open, points, axis=0), responses
        )
        self._gain = gain.reshape(rows, points, -1)
        self._hazard = hazard.reshape(rows, points, -1)
        self._loss = loss

    def worth(self, later: Floats, after: list[Floats]) -> Floats:
        """Return what each arm brings now and later, given what is worth ``later`` (points,)."""
        kept = np.stack([each @ later for each in after], axis=1)
        return np.asarray(self._gain + kept - self._hazard * np.maximum(kept, self._loss))

    def best(self, later: Floats, after: list[Floats]) -> tuple[Floats, Floats]:
        """Return what the best arms bring now (points,), and what they keep of ``later`` (points, points)."""
        chosen = self.worth(later, after).argmax(axis=2)[:, :, None]
        gain = np.take_along_axis(self._gain, chosen, axis=2)[:, :, 0]
        hazard = np.take_along_axis(self._hazard, chosen, axis=2)[:, :, 0]
        reward, kept = np.zeros(len(later)), np.zeros((len(later), len(later)))
        for arm, each in enumerate(after):
            mine = chosen[:, :, 0] == arm
            loses_all = (each @ later) >= self._loss
            share = (mine * (1.0 - hazard * loses_all)).mean(axis=0)
            reward += (mine * (gain - hazard * ~loses_all * self._loss)).mean(axis=0)
            kept += share[:, None] * each
        return reward, kept

    def spread(self, later: Floats, after: list[Floats]) -> float:
        """Return the standard deviation of what contacts are worth beside silence."""
        worth = self.worth(later, after)
        beside = (worth[:, :, 1:] - worth[:, :, :1])[np.isfinite(worth[:, :, 1:])]
        return float(beside.std()) if beside.size else 0.0


def _gains(
    log: DecisionLog, x: Floats, dose: Floats, is_open: NDArray[np.bool_], responses: Responses
) -> tuple[Floats, Floats]:
    """Return reward over doing nothing to somebody who is not tired, and hazard: (n, 1 + A), silence first.

    Where those who were contacted lately bring more without another contact, that is what contacts brought late; it
    is not counted again.
    """
    places: Places = responses.places([(SILENCE, SILENCE), *log.arms])
    reward, hazard = responses.now(x, dose, places)
    rested, _ = responses.now(x, None, places[:1])
    gain = reward - np.maximum(reward[:, :1], rested) - np.append(0.0, log.arm_costs)
    gain[:, 1:][~is_open] = -np.inf
    return gain, hazard


def _system(kept: list[Floats], carry: Floats) -> Floats:
    """Return the matrix of V = reward + kept C, C = carry V, solved for V."""
    points = len(kept[0])
    system = np.eye(len(carry))
    for place, each in enumerate(kept):
        rows = slice(place * points, (place + 1) * points)
        system[rows] -= each @ carry[rows]
    return system


def _ahead(log: DecisionLog, doses: Floats, settings: LongTermSettings) -> Floats:
    """Return how worth at the doses of the next decision makes worth just after this one: (points, points)."""
    _, _, days = following(log)
    gaps = np.quantile(np.clip(days, _LEAST_GAP_DAYS, _MOST_GAP_DAYS), _GAPS) if len(days) else np.ones(1)
    ahead = [
        settings.gamma**gap * _interpolation(doses, doses * 0.5 ** (gap / settings.half_life_days)) for gap in gaps
    ]
    return np.asarray(np.mean(ahead, axis=0))


def _interpolation(grid: Floats, points: Floats) -> Floats:
    """Return the matrix that reads a function on ``grid`` at ``points``; beyond its end it is constant."""
    place = np.clip(points / grid[1], 0.0, len(grid) - 1.0)
    low = np.minimum(place.astype(np.intp), len(grid) - 2)
    matrix = np.zeros((len(points), len(grid)))
    rows = np.arange(len(points))
    matrix[rows, low], matrix[rows, low + 1] = 1.0 - (place - low), place - low
    return matrix


def _highest(seen: Seen, dose: Floats) -> float:
    return float(max(1.25 * seen.dose.max(), 4.0 * dose.max(), 1.0))


def _sample(index: Floats, mine: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return decisions of a segment, evenly from its lowest to its highest index."""
    rows = np.flatnonzero(mine)
    rows = rows[np.argsort(index[rows], kind="stable")]
    places = ((np.arange(min(_ROWS, len(rows))) + 0.5) * len(rows) / min(_ROWS, len(rows))).astype(np.intp)
    return np.asarray(rows[places])


def _moves(log: DecisionLog, place: NDArray[np.intp], count: int) -> Floats:
    """Return how likely a customer of each segment is in each one at the next decision; unseen moves weigh 1 in all."""
    first, second, _ = following(log)
    moves = np.zeros((count, count))
    np.add.at(moves, (place[first], place[second]), 1.0)
    moves += np.bincount(place, minlength=count) / len(place)
    return np.asarray(moves / moves.sum(axis=1, keepdims=True))
