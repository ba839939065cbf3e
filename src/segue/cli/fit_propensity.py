"""segue fit propensity: how probable an outcome is."""

import numpy as np
import numpy.typing as npt
from msgspec import UNSET, Struct, UnsetType

from segue.cli.fit_report import propensity_lines
from segue.cli.fit_tables import Drop, Other, Out, Table, TrainedOnTable, column, snapshot_of, tell_fitted, write_model
from segue.cli.options import Flag, Json
from segue.learning.encoding import make_encoding, truths
from segue.learning.propensity import Forward, PropensityReport, fit_propensity, judge
from segue.learning.tables import Columns, read_table
from segue.model.snapshots import PropensityModel


class FittedPropensity(Struct, kw_only=True, omit_defaults=True):
    """What ``--json`` prints."""

    kind: str
    table: str
    verdict: str
    is_calibrated: bool
    version: str
    report: PropensityReport
    test: Forward | UnsetType = UNSET


def propensity(
    table: Table,
    /,
    *,
    outcome: str,
    yes: str | None = None,
    drop: Drop = (),
    at: str | None = None,
    in_order: Flag = False,
    test: Other = None,
    most_error: float = 0.05,
    out: Out = None,
    json: Json = False,
) -> None:
    """Learn how probable an outcome is: a conversion, or leaving.

    Leave out (--drop) what is known only afterwards, such as how long the call took: the report would be splendid and
    the model useless.

    Parameters
    ----------
    outcome
        The column of 0 and 1, true and false, or yes and no.
    yes
        The value of `outcome` that counts as 1, where it has others.
    at
        A column of times or numbers that tells the rows' order in time; the model is also judged forward in time.
    in_order
        The rows are in the order of time.
    most_error
        The model is called calibrated up to this expected calibration error.
    """
    columns = read_table(table)
    encoding = make_encoding(columns, (outcome, *drop, *([at] if at else [])))
    order = _order(columns, at)
    x, outcomes = encoding.encode(columns)[order], truths(columns, outcome, yes)[order]
    times = np.arange(len(order), dtype=np.float64) if at or in_order else None
    model, report = fit_propensity(x, encoding.inputs, outcomes, at=times)
    scores = report.scores
    metrics = {"auc": scores.auc.value, "brier": scores.brier.value, "calibration_error": scores.calibration_error}
    snapshot = snapshot_of("propensity", PropensityModel({"": model}), report.rows, metrics)
    write_model(out, TrainedOnTable(snapshot, encoding))
    is_calibrated = report.is_calibrated(most_error)
    result = FittedPropensity(
        kind="propensity",
        table=str(table),
        verdict=f"{'Calibrated' if is_calibrated else 'Not calibrated'} out of fold.",
        is_calibrated=is_calibrated,
        version=snapshot.version,
        report=report,
    )
    if test is not None:
        other = read_table(test)
        later = _order(other, at)
        result.test = judge(model, encoding.inputs, encoding.encode(other)[later], truths(other, outcome, yes)[later])
    tell_fitted(result, propensity_lines(result.verdict, report, result.test or None), json)


def _order(columns: Columns, at: str | None) -> npt.NDArray[np.intp]:
    """Return the rows in the order of time; as they are where no column tells it."""
    if at is not None:
        return np.argsort(column(columns, at), kind="stable")
    return np.arange(len(next(iter(columns.values()))))
