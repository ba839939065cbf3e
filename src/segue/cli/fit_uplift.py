"""segue fit uplift: what an action adds, for whom, and whether that can be told."""

import numpy as np
from msgspec import UNSET, Struct, UnsetType

from segue.cli.fit_report import uplift_lines
from segue.cli.fit_tables import Drop, Other, Out, Table, TrainedOnTable, column, snapshot_of, tell_fitted, write_model
from segue.cli.options import Json
from segue.learning.encoding import Encoding, make_encoding, numbers, truths
from segue.learning.tables import Columns, read_table
from segue.learning.uplift.fitting import UpliftReport, fit_uplift
from segue.learning.uplift.holding import Held, hold
from segue.learning.uplift.learners import Trial
from segue.model.errors import SegueError
from segue.model.snapshots import UpliftModel


class FittedUplift(Struct, kw_only=True, omit_defaults=True):
    """What ``--json`` prints."""

    kind: str
    table: str
    verdict: str
    is_usable: bool
    version: str
    report: UpliftReport
    test: Held | UnsetType = UNSET


class _Roles(Struct, frozen=True):
    """Which column says what."""

    treatment: str
    outcome: str
    treated: str | None
    control: str | None
    probability: str | None


def uplift(
    table: Table,
    /,
    *,
    treatment: str,
    outcome: str,
    treated: str | None = None,
    control: str | None = None,
    probability: str | None = None,
    drop: Drop = (),
    value: float = 1.0,
    cost: float = 0.0,
    test: Other = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """Learn what an action adds, for whom, and whether that can be told at all.

    Needs customers who got the action and others who did not, best by chance. Leave out (--drop) other outcomes.

    Parameters
    ----------
    treatment
        The column that says who got the action.
    outcome
        The column of what counts: 0 and 1, or an amount.
    treated
        The value of `treatment` for those who got it, where it is not yes or no.
    control
        Its value for those who got nothing; rows with any other are left out.
    probability
        The column of the probabilities with which rows were treated, where they were logged.
    value
        Of an outcome of 1, in currency.
    cost
        Of treating a customer once; whose uplift is worth less is not to be treated.
    """
    if value <= 0.0:
        raise SegueError(f"--value is {value:g}.", "Give what an outcome of 1 is worth; it has to be above 0.")
    roles = _Roles(treatment, outcome, treated, control, probability)
    columns = _compared(read_table(table), roles)
    left_out = (treatment, outcome, *drop, *([probability] if probability else []))
    encoding = make_encoding(columns, left_out)
    trial = _trial(columns, encoding, roles)
    logged = trial.probability if probability else None
    came = trial.outcome
    model, report = fit_uplift(trial.x, trial.inputs, trial.treated, came, probability=logged, value=value, cost=cost)
    metrics = {"qini": report.ranking.qini.value, "effect": report.effect.value, "gain": report.selection.gain.value}
    snapshot = snapshot_of("uplift", UpliftModel({treated or treatment: model}), report.rows, metrics)
    write_model(out, TrainedOnTable(snapshot, encoding))
    result = FittedUplift(
        kind="uplift",
        table=str(table),
        verdict=report.ranking.verdict,
        is_usable=report.ranking.is_usable,
        version=snapshot.version,
        report=report,
    )
    if test is not None:
        result.test = hold(model, trial, _trial(_compared(read_table(test), roles), encoding, roles), value, cost)
    tell_fitted(result, uplift_lines(result.verdict, report, result.test or None), json)


def _trial(columns: Columns, encoding: Encoding, roles: _Roles) -> Trial:
    took = truths(columns, roles.treatment, roles.treated)
    is_amount = column(columns, roles.outcome).dtype.kind in "iuf"
    came = numbers(columns, roles.outcome) if is_amount else truths(columns, roles.outcome)
    share = np.full(len(took), float(took.mean()))
    likely = share if roles.probability is None else numbers(columns, roles.probability)
    return Trial(encoding.encode(columns), encoding.inputs, took, came, likely)


def _compared(columns: Columns, roles: _Roles) -> Columns:
    """Return the rows that were treated and those of the control; all where it is not named."""
    if roles.control is None:
        return columns
    if roles.treated is None:
        raise SegueError("--control needs --treated beside it.", "Name the value of those who got the action.")
    kept = (truths(columns, roles.treatment, roles.treated) + truths(columns, roles.treatment, roles.control)) > 0.0
    return {name: values[kept] for name, values in columns.items()}
