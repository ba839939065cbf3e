"""segue fit lifetime: how often customers will buy again, and what they are worth."""

import numpy as np
import numpy.typing as npt
from msgspec import UNSET, Struct, UnsetType

from segue.cli.fit_report import lifetime_lines
from segue.cli.fit_tables import Out, Table, column, tell_fitted, write_model
from segue.cli.options import Json
from segue.learning.encoding import numbers
from segue.learning.lifetime.fitting import LifetimeModel, LifetimeReport, fit_lifetime, judge_lifetime
from segue.learning.lifetime.orders import Purchases, sum_up
from segue.learning.tables import Columns, read_table
from segue.model.errors import SegueError


class FittedLifetime(Struct, kw_only=True, omit_defaults=True):
    """What ``--json`` prints.

    Attributes:
        worth: of a customer within the horizon: mean and percentiles.
    """

    kind: str
    table: str
    customers: int
    model: LifetimeModel
    worth: dict[str, float]
    report: LifetimeReport | UnsetType = UNSET


def lifetime(
    table: Table,
    /,
    *,
    customer: str | None = None,
    at: str | None = None,
    amount: str | None = None,
    frequency: str | None = None,
    recency: str | None = None,
    age: str | None = None,
    weeks: float = 52.0,
    discount: float = 0.1,
    out: Out = None,
    json: Json = False,
) -> None:
    """Learn how often customers will buy again, and what they are worth.

    From orders (--customer, --at, --amount), or from their sums (--frequency, --recency, --age, in weeks, and --amount
    for the mean of the repeat orders).

    Parameters
    ----------
    customer
        The column that says whose order it is.
    at
        The column of its date.
    amount
        The column of its amount, in currency.
    frequency
        The column of repeat purchases: without the first.
    recency
        The column of the time from the first purchase to the last.
    age
        The column of the time from the first purchase to the end.
    weeks
        How far to look ahead.
    discount
        By so much a year.
    """
    columns = read_table(table)
    report: LifetimeReport | UnsetType = UNSET
    if customer is not None and at is not None:
        owners, dates = column(columns, customer), _dates(columns, at)
        purchases = sum_up(owners, dates, None if amount is None else numbers(columns, amount))
        report = judge_lifetime(owners, dates)
    elif frequency is not None and recency is not None and age is not None:
        parts = [numbers(columns, name) for name in (frequency, recency, age)]
        worth = None if amount is None else numbers(columns, amount)
        purchases = Purchases(np.arange(len(parts[0])), parts[0], parts[1], parts[2], worth)
    else:
        reason = "It takes either --customer and --at, or --frequency, --recency and --age."
        raise SegueError(reason, f"The table has {', '.join(columns)}.")
    model = fit_lifetime(purchases)
    values = model.value(purchases, horizon=weeks, discount=discount)
    worth_by = {"mean": float(values.mean()), **{f"p{p}": float(np.percentile(values, p)) for p in (50, 90, 99)}}
    result = FittedLifetime(
        kind="lifetime",
        table=str(table),
        customers=len(purchases.frequency),
        model=model,
        worth=worth_by,
        report=report,
    )
    write_model(out, model)
    tell_fitted(result, lifetime_lines(model, worth_by, weeks, report or None), json)


def _dates(columns: Columns, name: str) -> npt.NDArray[np.datetime64]:
    values = column(columns, name)
    if values.dtype.kind != "M":
        raise SegueError(f"The column {name!r} has to be of dates.", "Write them as 2026-01-31.")
    return values
