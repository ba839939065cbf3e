"""Which inputs made a model believe what it believed of a candidate, in one decision.

Linear estimators and the bandit's blocks are sums over inputs: an input's part is exact, and the parts add up to the
estimate (less its base). Through a logit link the parts share the effect as they share the log-odds; what the bandit's
uncertainty does to a probability is a part of its own. Trees are no such sum: an input's part is what the estimate
loses when the input is set to 0, which in a context means "nothing known"; such parts do not add up.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from segue.core.decisioning.context import Context
from segue.core.decisioning.explanation import SUM, UNCERTAINTY, WITHOUT, Attribution, Contribution
from segue.core.decisioning.models.beliefs import Factored, expit
from segue.core.decisioning.models.estimators import evaluate_many
from segue.core.decisioning.models.shape import Arm
from segue.model.decisions import Decision
from segue.model.snapshots import Estimator, Linear, PropensityModel, UpliftModel
from segue.model.workspace import Workspace

Floats = NDArray[np.float64]

_FLAT = 1e-9


def attribute_estimate(of: str, estimator: Estimator, context: Context) -> Attribution:
    """Return what drove a trained estimator."""
    names = context.names
    values = np.array(context.values, dtype=np.float64)
    estimate = float(evaluate_many(estimator, names, values[None, :])[0])
    if isinstance(estimator, Linear):
        place = {name: index for index, name in enumerate(names)}
        terms = {
            name: weight * (values[place[name]] - mean) / scale
            for name, weight, mean, scale in zip(
                estimator.inputs, estimator.weights, estimator.means, estimator.scales, strict=True
            )
            if name in place
        }
        base = float(evaluate_many(_bare(estimator), names, values[None, :])[0])
        is_line = estimator.link == "identity" and not estimator.calibration.raw
        amounts, method = (terms if is_line else _shared_out(terms, estimate - base)), SUM
    else:
        amounts, method = _left_out(estimator, names, values, estimate), WITHOUT
    return Attribution(of=of, estimate=estimate, method=method, parts=_parts(amounts, names, values))


def attribute_effect(
    model: Factored, arm: Arm, context: Context, weights: Mapping[str, float]
) -> tuple[Attribution, ...]:
    """Return what drove each objective's part in what the arm adds to doing nothing, in the unit of the weighed sum."""
    x = np.array(context.values[: len(model.shape.inputs)], dtype=np.float64)
    wanted = [weights.get(head.name, 1.0) for head in model.shape.heads]
    effects = model.believe(x, [arm]).hopes(wanted)[0]
    found: list[Attribution] = []
    for head, shape in enumerate(model.shape.heads):
        weight = weights.get(shape.name, 1.0)
        terms = np.zeros(len(x))
        by_block: dict[str, float] = {}
        for block, scale in arm:
            row = model.rows.get(block)
            if row is not None:
                mine = scale * model.means[row, head] * x
                terms += mine
                by_block[block] = float(mine.sum())
        worth = float(effects[head]) * weight
        names = model.shape.inputs
        slope = weight * (_slope(float(model.means[0, head] @ x), float(terms.sum())) if shape.link == "logit" else 1.0)
        by_input = dict(zip(names, (slope * terms).tolist(), strict=True))
        blocks = {name: slope * amount for name, amount in by_block.items()}
        if abs(rest := worth - slope * float(terms.sum())) > _FLAT:
            by_input[UNCERTAINTY] = blocks[UNCERTAINTY] = rest
        amounts = by_input
        found.append(
            Attribution(of=shape.name, estimate=worth, method=SUM, parts=_parts(amounts, names, x), blocks=blocks)
        )
    return tuple(found)


def attribute(
    decision: Decision, context: Context, workspace: Workspace, arms: Mapping[str, Arm], weights: Mapping[str, float]
) -> dict[str, tuple[Attribution, ...]]:
    """Return what drove what was believed of each scored candidate of ``decision``, by key.

    Empty for policies without a model.

    Args:
        context: what the decision saw, with its names, and the online model that it used.
        arms: of the candidates, by key.
        weights: of the objectives.
    """
    policy = decision.policy.partition("@")[0]
    scored = [each for each in decision.considered if each.key in arms and each.scores]
    if policy == "bandit" and context.learned is not None:
        learned = context.learned
        return {each.key: attribute_effect(learned, arms[each.key], context, weights) for each in scored}
    snapshot = workspace.models.get(policy)
    if snapshot is None or not isinstance(snapshot.body, PropensityModel | UpliftModel):
        return {}
    of = "propensity" if isinstance(snapshot.body, PropensityModel) else "effect"
    known = snapshot.body.by_action
    return {each.key: (attribute_estimate(of, known[each.action], context),) for each in scored if each.action in known}


def _bare(estimator: Linear) -> Linear:
    return Linear((), estimator.intercept, (), (), (), estimator.link, estimator.calibration)


def _shared_out(terms: Mapping[str, float], total: float) -> dict[str, float]:
    """Return ``total`` shared out as ``terms`` share their sum; where that sum is nothing there is nothing to share."""
    whole = sum(terms.values())
    if abs(whole) < _FLAT:
        return dict.fromkeys(terms, 0.0)
    return {name: total * term / whole for name, term in terms.items()}


def _slope(base: float, step: float) -> float:
    """Return by how much a probability grows with its log-odds, on the way from ``base`` to ``base + step``."""
    if abs(step) < _FLAT:
        chance = expit(np.array(base))
        return float(chance * (1.0 - chance))
    return float(expit(np.array(base + step)) - expit(np.array(base))) / step


def _left_out(estimator: Estimator, names: Sequence[str], values: Floats, estimate: float) -> dict[str, float]:
    place = {name: index for index, name in enumerate(names)}
    inputs = [name for name in estimator.inputs if name in place]
    without = np.tile(values, (len(inputs), 1))
    for row, name in enumerate(inputs):
        without[row, place[name]] = 0.0
    found = evaluate_many(estimator, tuple(names), without) if inputs else np.zeros(0)
    return {name: estimate - float(other) for name, other in zip(inputs, found, strict=True)}


def _parts(amounts: Mapping[str, float], names: Sequence[str], values: Floats) -> tuple[Contribution, ...]:
    known = dict(zip(names, values.tolist(), strict=False))
    parts = [
        Contribution(input=name, value=known.get(name, 0.0), amount=amount)
        for name, amount in amounts.items()
        if amount
    ]
    return tuple(sorted(parts, key=lambda part: (-abs(part.amount), part.input)))
