"""Models as values: what was trained, frozen, so that the core can use it and a revision of the World can hold it.

Arrays are packed little-endian (float64 as ``<f8``, int32 as ``<i4``): a snapshot is immutable and compares by bytes.
"""

from typing import TypeAlias

from msgspec import Struct, msgpack

from segue.model.ids import derive
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


class Curve(Struct, frozen=True, array_like=True):
    """What something is to customers who are more or less tired of contacts: ``line + by_log log(1 + f) + by_dose f``
    before its link, where f is the dose.
    """

    line: Linear
    by_log: float = 0.0
    by_dose: float = 0.0


class LongTermModel(Struct, frozen=True, tag="long_term"):
    """What a customer who may still be contacted is worth from here on, by how tired of contacts they are.

    Keys of `chances`, `amounts` and `hazards` are ``ACTION/CHANNEL``, else ``*/CHANNEL`` (any action there), else ``*``
    (any contact); ``""`` is doing nothing.

    Attributes:
        inputs: names of the context's values that the curves see.
        count: name of the context's value that is the sum of contacts, each halving in ``half_life_days``.
        counts: names of those that are log(1 + the same) of one channel.
        doses: what one contact on a channel tires, 1 where none is given. How tired the customer is, the dose, is the
            count, each contact at its channel's dose.
        gamma: what a day later is worth.
        chances: probability that a decision brings a reward at all.
        amounts: the reward where there is one, in the workspace's currency; within ``least_amount``, ``most_amount``.
        hazards: probability that the customer withdraws before the next decision.
        loss: what a withdrawal costs at least; where later contacts are worth more, it costs what they are worth.
        objectives: what one unit of each counted in the rewards (value times weight): other weights, another model.
        usual: from (1, inputs) to what of the inputs lasts, shape (1 + inputs, inputs), float64 in C order.
        costs: what a contact costs, by ``ACTION/CHANNEL``.
        dose_price, hazard_price: what a dose and a withdrawal take of later contacts, on average.
        centers: indices of the segments, ascending; between two, ``later`` is interpolated. A customer's index is what
            the best contact would bring to their usual self if they were not tired, less cost, dose and hazard at
            these prices.
        later: worth of all later decisions by segment and dose just after this one (float64, C order).
        step: between the doses of two columns of ``later``; the first is for 0.
        scale: standard deviation of what contacts bring net, for the draw.
        effective_rows: of decisions, what their unequal weights leave.
        evidence: how many contacts each ``ACTION/CHANNEL`` was learnt from.
    """

    inputs: tuple[str, ...]
    count: str
    counts: dict[str, str]
    half_life_days: float
    doses: dict[str, float]
    gamma: float
    chances: dict[str, Curve]
    amounts: dict[str, Curve]
    hazards: dict[str, Curve]
    least_amount: float
    most_amount: float
    loss: float
    objectives: dict[str, float]
    usual: bytes
    costs: dict[str, float]
    dose_price: float
    hazard_price: float
    centers: tuple[float, ...]
    later: bytes
    step: float
    scale: float
    effective_rows: float
    evidence: dict[str, float] = {}


class PurchaseModel(Struct, frozen=True, tag="purchases"):
    """How customers buy and what they spend, for their lifetime value; times in weeks, days with orders counted.

    Attributes:
        trait: to which the value is written.
        event, of: what an order is, and its amount.
        horizon_days: how far the value looks ahead.
        buying: r, alpha, a, b of the beta-geometric model.
        spending: p, q, v of the gamma-gamma model.
    """

    trait: str
    event: str
    of: str
    horizon_days: float
    buying: tuple[float, float, float, float]
    spending: tuple[float, float, float]


ModelBody: TypeAlias = PropensityModel | UpliftModel | ScoreModel | LongTermModel | PurchaseModel


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


def version_of(body: ModelBody) -> str:
    """Return the version of a model: a digest of all that decides what it says."""
    return derive("model", msgpack.encode(body, order="deterministic").hex(), size=6)
