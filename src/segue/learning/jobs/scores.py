"""Score jobs: one number a customer. Churn from what was known of them at past moments, value from their orders."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from segue.core.decisioning.models.estimators import evaluate_many
from segue.learning.frames import Happened
from segue.learning.jobs.drivers import shares_of
from segue.learning.jobs.propensity import gates_of, metrics_of
from segue.learning.jobs.training import Gate, Training, snapshot_of
from segue.learning.lifetime.buying import Buying
from segue.learning.lifetime.fitting import LifetimeModel, fit_lifetime, judge_lifetime
from segue.learning.lifetime.orders import sum_up
from segue.learning.lifetime.spending import Spending
from segue.learning.propensity import LEAST_OUTCOMES, fit_propensity
from segue.learning.scoring import score
from segue.model.errors import SegueError
from segue.model.learning import Churn, Lifetime
from segue.model.snapshots import ModelSnapshot, PurchaseModel, ScoreModel
from segue.model.time import Instant, parse_duration
from segue.model.workspace import Workspace

Floats = NDArray[np.float64]

CHURN, LIFETIME = "churn", "lifetime"
MOMENTS = 3
"""At so many past moments customers are looked at; the last of them judges."""

MOST_TOTAL_ERROR, LEAST_CORRELATION = 0.25, 0.1
"""Of a lifetime model, by purchases after a cut: how far off their number may be, how well it tells customers apart."""

_MICROSECONDS_PER_DAY = 86_400_000_000


class Known(Struct, frozen=True, eq=False):
    """What was known of customers at one moment.

    Attributes:
        inputs: names of the columns of ``x``.
        customer_id: strings, shape (n,).
        x: shape (n, d).
    """

    at: Instant
    inputs: tuple[str, ...]
    customer_id: NDArray[Any]
    x: Floats


def churn_moments(churn: Churn, now: Instant) -> tuple[Instant, ...]:
    """Return the moments at which customers have to be looked at: whether they left is known since."""
    within = parse_duration(churn.within)
    return tuple(Instant(now - within * back) for back in range(MOMENTS, 0, -1))


def train_churn(
    known: Sequence[Known], happened: Happened, churn: Churn, workspace: Workspace, now: Instant
) -> Training:
    """Return a model of who leaves in time; judged at the last moment of ``known``.

    Args:
        known: at `churn_moments`, in the order of time.
        happened: every such event.

    Raises:
        SegueError: too few customers left or stayed.
    """
    parts = [_labelled(each, happened, churn) for each in known]
    (earlier_x, earlier_y), (later_x, later_y) = _together(parts[:-1]), parts[-1]
    inputs = known[-1].inputs
    least = min(_fewer(earlier_y), _fewer(later_y))
    if least < LEAST_OUTCOMES:
        reason = f"Of the customers at one of the past moments only {least} left, or only so many stayed."
        raise SegueError(reason, f"Wait until {LEAST_OUTCOMES} of both are known, or give churn a shorter `within`.")
    first, _ = fit_propensity(earlier_x, inputs, earlier_y)
    scores = score(evaluate_many(first, inputs, later_x), later_y)
    whole_x, whole_y = _together(parts)
    final, _ = fit_propensity(whole_x, inputs, whole_y)
    previous = workspace.models.get(CHURN)
    return Training(
        snapshot=snapshot_of(
            *(CHURN, ScoreModel(churn.trait, final)),
            since=known[0].at - parse_duration(churn.among),
            until=now,
            rows=len(whole_y),
            metrics=metrics_of(scores),
        ),
        gates=gates_of(scores, workspace),
        before_version=previous.version if previous is not None else "",
        before=_judged_before(previous, inputs, later_x, later_y),
        drivers={"": shares_of(final, inputs, later_x[:2000])},
        details={"reliability": [[row.rows, row.predicted, row.observed] for row in scores.reliability]},
    )


def train_lifetime(happened: Happened, lifetime: Lifetime, workspace: Workspace, now: Instant) -> Training:
    """Return a model of what customers will bring; judged by orders of the last quarter of the time.

    Raises:
        SegueError: too few customers bought again.
    """
    days = _days(happened.at)
    report = judge_lifetime(happened.customer_id.astype(str), days)
    model = fit_lifetime(sum_up(happened.customer_id.astype(str), days, happened.amount, until=_day(now)))
    assert model.spending is not None, "orders have amounts"
    body = PurchaseModel(
        trait=lifetime.trait,
        event=lifetime.event,
        of=lifetime.of,
        horizon_days=parse_duration(lifetime.horizon) / _MICROSECONDS_PER_DAY,
        buying=(model.buying.r, model.buying.alpha, model.buying.a, model.buying.b),
        spending=(model.spending.p, model.spending.q, model.spending.v),
    )
    metrics = {
        "customers": float(report.customers),
        "weeks": report.weeks,
        "predicted": report.predicted,
        "observed": report.observed,
        "mae": report.mae,
        "plain_mae": report.plain_mae,
        "correlation": report.correlation,
    }
    previous = workspace.models.get(LIFETIME)
    return Training(
        snapshot=snapshot_of(
            LIFETIME, body, since=happened.at.min(), until=now, rows=len(happened.at), metrics=metrics
        ),
        gates=(
            Gate("total_error", abs(report.predicted / max(report.observed, 1.0) - 1.0), MOST_TOTAL_ERROR),
            Gate("correlation", report.correlation, LEAST_CORRELATION, is_least=True),
        ),
        before_version=previous.version if previous is not None else "",
        before=previous.metrics if previous is not None else {},
        details={"by_frequency": [list(row) for row in report.by_frequency]},
    )


def churn_scores(model: ScoreModel, known: Known, happened: Happened, churn: Churn) -> dict[str, float]:
    """Return the risk of every customer who could leave now, by id."""
    there = _could_leave(known, happened, churn)
    if not there.any():
        return {}
    risks = evaluate_many(model.estimator, known.inputs, known.x[there])
    return dict(zip(known.customer_id[there].tolist(), np.round(risks, 4).tolist(), strict=True))


def lifetime_scores(model: PurchaseModel, happened: Happened, now: Instant) -> dict[str, float]:
    """Return the value of every customer with an order, by id."""
    if not len(happened.at):
        return {}
    days = _days(happened.at)
    purchases = sum_up(happened.customer_id.astype(str), days, happened.amount, until=_day(now))
    spending = Spending(*model.spending)
    value = LifetimeModel(Buying(*model.buying), spending).value(purchases, horizon=model.horizon_days / 7.0)
    return dict(zip(purchases.customers.tolist(), np.round(value, 2).tolist(), strict=True))


def _labelled(known: Known, happened: Happened, churn: Churn) -> tuple[Floats, Floats]:
    """Return what was known of the customers who could leave, and whether they did: 1 for those who did."""
    there = _could_leave(known, happened, churn)
    after = happened.between(known.at, known.at + parse_duration(churn.within))
    did = np.array([name in after for name in known.customer_id.tolist()], dtype=np.float64)
    left = did if churn.means == "leaving" else 1.0 - did
    return known.x[there], left[there]


def _could_leave(known: Known, happened: Happened, churn: Churn) -> NDArray[np.bool_]:
    """Return who of the known customers has not left yet: shape (n,)."""
    before = happened.between(known.at - parse_duration(churn.among), known.at)
    did = np.array([name in before for name in known.customer_id.tolist()], dtype=bool)
    return ~did if churn.means == "leaving" else did


def _together(parts: Sequence[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    return np.concatenate([x for x, _ in parts]), np.concatenate([y for _, y in parts])


def _judged_before(snapshot: ModelSnapshot | None, inputs: tuple[str, ...], x: Floats, y: Floats) -> dict[str, float]:
    if snapshot is None or not isinstance(snapshot.body, ScoreModel):
        return {}
    if not set(snapshot.body.estimator.inputs) <= set(inputs):
        return {}
    return metrics_of(score(evaluate_many(snapshot.body.estimator, inputs, x), y))


def _fewer(y: Floats) -> int:
    ones = int(y.sum())
    return min(ones, len(y) - ones)


def _days(at: NDArray[np.int64]) -> NDArray[np.datetime64]:
    return at.astype("datetime64[us]")


def _day(now: Instant) -> np.datetime64:
    return np.datetime64(int(now), "us")
