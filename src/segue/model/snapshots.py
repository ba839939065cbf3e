"""Models as values: what was trained, frozen, so that the core can use it and a revision of the World can hold it.

Arrays are packed little-endian (float64 as ``<f8``, int32 as ``<i4``): a snapshot is immutable and compares by bytes.
"""

from typing import TypeAlias

from msgspec import Struct

from segue.model.time import Instant


class Calibration(Struct, frozen=True, array_like=True):
    """A monotone map from raw to calibrated probabilities: straight lines between knots, flat outside."""

    raw: tuple[float, ...] = ()
    calibrated: tuple[float, ...] = ()


class Linear(Struct, frozen=True, tag="linear"):
    """``link(intercept + weights . (inputs - means) / scales)``; ``link`` is ``identity`` or ``logit``.

    Attributes:
        inputs: names of the context's values, in the order of the weights.
    """

    inputs: tuple[str, ...]
    intercept: float
    weights: tuple[float, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    link: str = "identity"
    calibration: Calibration = Calibration()


class Trees(Struct, frozen=True, tag="trees"):
    """Gradient boosted trees, flattened: node i goes to ``left[i]`` where its feature is not above its threshold (or is
    missing and ``missing_left[i]``), else to ``right[i]``; a leaf has ``left[i] == -1`` and a value.

    Attributes:
        inputs: names of the context's values; ``feature`` counts in them.
        roots: the first node of each tree (int32).
        feature, left, right: int32 per node; threshold, value: float64 per node; missing_left: one byte per node.
        base: what the trees add to.
    """

    inputs: tuple[str, ...]
    roots: bytes
    feature: bytes
    threshold: bytes
    left: bytes
    right: bytes
    missing_left: bytes
    value: bytes
    base: float = 0.0
    link: str = "logit"
    calibration: Calibration = Calibration()


Estimator: TypeAlias = Linear | Trees


class PropensityModel(Struct, frozen=True, tag="propensity"):
    """P(success within the window | customer, action), by action; ``""`` is for doing nothing, where it is known."""

    by_action: dict[str, Estimator]


class UpliftModel(Struct, frozen=True, tag="uplift"):
    """What an action adds to the expected reward over doing nothing, by action, in the workspace's currency."""

    by_action: dict[str, Estimator]


class ScoreModel(Struct, frozen=True, tag="score"):
    """One number for each customer, written to a trait: churn risk, lifetime value."""

    trait: str
    estimator: Estimator


class LongTermModel(Struct, frozen=True, tag="long_term"):
    """What a customer is worth from here on, by how tired of contacts they are.

    Attributes:
        inputs: names of the context's values that response and hazard see.
        channels: whose contacts tire; by channel how much one of it does (``doses``).
        decay: the share of fatigue left after a day.
        gamma: what a day later is worth.
        grid: fatigue levels, ascending (float64).
        value: expected value at each level of the grid, one row per segment (float64, C order).
        segment_weights, segment_edges: which row a customer is in: the score's place among the edges.
        response, hazard: expected reward of a contact, probability to opt out at it: logit or identity weights over
            inputs, an own intercept for each action or channel, and the fatigue's weight. The policy knows the form.
    """

    inputs: tuple[str, ...]
    channels: tuple[str, ...]
    doses: tuple[float, ...]
    decay: float
    gamma: float
    grid: bytes
    value: bytes
    segment_weights: tuple[float, ...]
    segment_edges: tuple[float, ...]
    response: dict[str, Linear]
    hazard: dict[str, Linear]
    reward: dict[str, float] = {}


ModelBody: TypeAlias = PropensityModel | UpliftModel | ScoreModel | LongTermModel


class ModelSnapshot(Struct, frozen=True, kw_only=True):
    """A trained model with where it comes from. Immutable: another training is another snapshot.

    Attributes:
        version: a digest of the body.
        trained_from, trained_to: the range of the data.
        rows: how many decisions or customers it was trained on.
        metrics: on data that it was not trained on.
    """

    kind: str
    version: str
    trained_from: Instant
    trained_to: Instant
    rows: int
    metrics: dict[str, float] = {}
    body: ModelBody
