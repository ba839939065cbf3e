"""Small models, trained here and now on what a random policy would have logged, for tests of policies with models.

Customers have two inputs. Who has many orders answers to ``large``, who has few to ``small``; ``costly`` works on
nobody, and harms those that are tired.
"""

from collections.abc import Mapping
from functools import cache

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression

from segue.core.decisioning.context import Context
from segue.core.decisioning.models.factored import Factored, FactoredLearner
from segue.core.decisioning.models.shape import Arm, Head, Shape
from segue.learning.long_term.fit import fit_long_term
from segue.learning.long_term.log import DecisionLog, LongTermSettings
from segue.model.snapshots import (
    Estimator,
    Linear,
    LongTermModel,
    ModelBody,
    ModelSnapshot,
    PropensityModel,
    Trees,
    UpliftModel,
)
from segue.model.time import DAY, Instant
from segue.testing.conformance.policy import CONTEXT

ACTIONS = ("small", "large", "costly", "only", "tie", "huge", "offer_3")
INPUTS = CONTEXT.names[1:]
ROWS = 3_000
UNASKED = 0.12
"""P(success) of those who are left alone."""
YESTERDAY = Instant(CONTEXT.at - DAY)


def chance_of(action: str, orders: np.ndarray, dose: np.ndarray) -> np.ndarray:
    """P(success), as the world has it."""
    slope = {"small": -2.0, "large": 2.0}.get(action, 0.0)
    harm = 1.5 * dose if action == "costly" else 0.0
    return np.asarray(1.0 / (1.0 + np.exp(1.0 - slope * (orders - 0.5) + harm)))


@cache
def propensity_model() -> PropensityModel:
    """One logistic regression for each action."""
    rng = np.random.default_rng(1)
    known: dict[str, Estimator] = {}
    for action in ACTIONS:
        x = rng.uniform(0.0, 1.5, (ROWS, 2))
        y = rng.random(ROWS) < chance_of(action, x[:, 0], x[:, 1])
        fitted = LogisticRegression().fit(x, y)
        weights = tuple(fitted.coef_[0].tolist())
        known[action] = Linear(INPUTS, float(fitted.intercept_[0]), weights, (0.0, 0.0), (1.0, 1.0), "logit")
    return PropensityModel(known)


@cache
def uplift_model() -> UpliftModel:
    """Boosted trees on the difference that acting made (transformed outcome), worth 10 a success."""
    rng = np.random.default_rng(2)
    known: dict[str, Estimator] = {}
    for action in ACTIONS:
        x = rng.uniform(0.0, 1.5, (4 * ROWS, 2))
        is_treated = rng.random(4 * ROWS) < 0.5
        chance = np.where(is_treated, chance_of(action, x[:, 0], x[:, 1]), UNASKED)
        outcome = (rng.random(4 * ROWS) < chance) * 10.0
        transformed = (outcome - outcome.mean()) * np.where(is_treated, 2.0, -2.0)
        boosted = HistGradientBoostingRegressor(max_iter=20, max_leaf_nodes=6, random_state=0).fit(x, transformed)
        known[action] = flattened(boosted, INPUTS)
    return UpliftModel(known)


@cache
def learned() -> Factored:
    """The factored model after a thousand random decisions; the plain dose is not among its inputs."""
    rng = np.random.default_rng(3)
    learner = FactoredLearner(Shape(CONTEXT.names[:-1], (Head("success", "logit"), Head("margin"))))
    for _ in range(1_000):
        orders, action = float(rng.uniform(0.0, 1.5)), ACTIONS[int(rng.integers(3))]
        success = float(rng.random() < chance_of(action, np.array(orders), np.array(0.0)))
        learner.observe(np.array([1.0, orders]), arm_of(action), np.array([success, 10.0 * success]))
    return learner.publish()


@cache
def long_term_model() -> LongTermModel:
    """What two hundred customers would be worth over ten decisions each; the tired ones withdraw at times."""
    rng = np.random.default_rng(4)
    rows = 2_000
    orders, dose = rng.uniform(0.0, 1.5, rows), rng.uniform(0.0, 3.0, rows)
    arm = rng.integers(-1, 3, rows)
    chance = np.select([arm == place for place in range(3)], [chance_of(each, orders, dose) for each in ACTIONS[:3]])
    log = DecisionLog(
        customer=np.repeat(np.arange(rows // 10), 10),
        at=np.tile(np.arange(10), rows // 10) * DAY,
        inputs=CONTEXT.names,
        x=np.column_stack([np.ones(rows), orders, dose]),
        arms=tuple((each, "email") for each in ACTIONS[:3]),
        arm=arm,
        probability=np.full(rows, 0.25),
        reward=(rng.random(rows) < chance) * 10.0,
        opted_out=(arm >= 0) & (rng.random(rows) < 0.02 * dose),
    )
    return fit_long_term(log, LongTermSettings(segments=3))[0]


def arm_of(action: str) -> Arm:
    return (("channel:email", 1.0), (f"action:{action}", 1.0), (f"own:{action}/email", 1.0))


def snapshot(kind: str, body: ModelBody, trained_to: Instant = YESTERDAY) -> ModelSnapshot:
    return ModelSnapshot(
        kind=kind, version="v1", trained_from=Instant(0), trained_to=trained_to, rows=ROWS, metrics={}, body=body
    )


def snapshots() -> Mapping[str, ModelSnapshot]:
    bodies: dict[str, ModelBody] = {
        "propensity": propensity_model(),
        "uplift": uplift_model(),
        "long_term": long_term_model(),
    }
    return {kind: snapshot(kind, body) for kind, body in bodies.items()}


def context_with(**values: float) -> Context:
    """The kit's context with other values, with what the online learner has learnt."""
    known = dict(zip(CONTEXT.names, CONTEXT.values, strict=True)) | values
    return Context(tuple(known.values()), CONTEXT.names, CONTEXT.slot, CONTEXT.at, learned())


def flattened(boosted: HistGradientBoostingRegressor, inputs: tuple[str, ...]) -> Trees:
    """The trees of a fitted model as a value."""
    nodes = [trees[0].nodes for trees in boosted._predictors]
    roots = np.cumsum([0, *[len(each) for each in nodes[:-1]]])
    columns: dict[str, list[float]] = {
        name: [] for name in ("feature", "threshold", "left", "right", "missing", "value")
    }
    for root, each in zip(roots, nodes, strict=True):
        is_leaf = each["is_leaf"].astype(bool)
        columns["feature"] += np.where(is_leaf, 0, each["feature_idx"]).tolist()
        columns["threshold"] += np.where(is_leaf, 0.0, each["num_threshold"]).tolist()
        columns["left"] += np.where(is_leaf, -1, each["left"].astype(int) + root).tolist()
        columns["right"] += np.where(is_leaf, -1, each["right"].astype(int) + root).tolist()
        columns["missing"] += each["missing_go_to_left"].astype(int).tolist()
        columns["value"] += each["value"].tolist()
    return Trees(
        inputs,
        roots.astype("<i4").tobytes(),
        np.array(columns["feature"], "<i4").tobytes(),
        np.array(columns["threshold"], "<f8").tobytes(),
        np.array(columns["left"], "<i4").tobytes(),
        np.array(columns["right"], "<i4").tobytes(),
        np.array(columns["missing"], "u1").tobytes(),
        np.array(columns["value"], "<f8").tobytes(),
        base=float(boosted._baseline_prediction.ravel()[0]),
        link="identity",
    )
