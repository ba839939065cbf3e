"""Units: everybody who was assigned, once, with the arm of the first assignment and all that the metrics ask for.

Whoever was assigned to two arms stays in the first one and is counted as mixed: to leave such units out would be to
choose by what came after the lot. Outcomes before the assignment never count; who has none has 0.
"""

from typing import TYPE_CHECKING

from msgspec import Struct

from segue.core.expressions.sql_values import quoted as quoted_text
from segue.measurement.experiments.columns import column_types, is_number, name_sql, require_columns
from segue.measurement.experiments.description import Experiment, Metric
from segue.measurement.experiments.instants import microseconds_sql
from segue.model.errors import SegueError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

GROUPS_MAX, STRATA_MAX = 50, 500
_DAY = 86_400_000_000


class MetricColumns(Struct, frozen=True):
    """Where a metric lies in the table ``units``: its ``value``, what that is ``per`` ("" for one unit), the value
    ``before`` the assignment, in at least as many days ("" where nobody knows), and all ``covariates`` that are
    numbers.
    """

    value: str
    per: str = ""
    before: str = ""
    covariates: tuple[str, ...] = ()


class Intake(Struct, frozen=True, kw_only=True):
    """What was read into ``units``, and what was odd about it.

    ``rows`` were read of ``units`` with an arm; ``repeated`` rows were of a unit already seen; ``copies`` add up,
    although another row is the same; ``mixed`` units had two arms; ``unassigned`` rows had no arm or no unit;
    ``missing`` outcomes by column were taken as 0, those of ``unsure`` columns although others say 0; ``early`` events
    came before the assignment, ``strangers`` from nobody assigned, and the windows of ``open_windows`` units are not
    over. ``names`` are those that covariates had in the file.
    """

    rows: int
    units: int
    mixed: int = 0
    repeated: int = 0
    unassigned: int = 0
    missing: dict[str, int] = {}
    unsure: tuple[str, ...] = ()
    copies: int = 0
    early: int = 0
    strangers: int = 0
    open_windows: int = 0
    columns: dict[str, MetricColumns] = {}
    names: dict[str, str] = {}
    strata: tuple[str, ...] = ()


class EventColumns(Struct, frozen=True):
    """The columns of the two files: of assignments ``assigned_at``; of events the others."""

    unit: str
    at: str
    name: str
    amount: str = ""
    assigned_at: str = "at"


def units_from_table(duck: "DuckDBPyConnection", table: str, experiment: Experiment) -> Intake:
    """Make the table ``units`` of a table with the outcomes in columns; rows of one unit are added up.

    Raises:
        SegueError: a column is missing, or an outcome is no number.
    """
    types = column_types(duck, table)
    outcomes = {name for metric in experiment.metrics for name in (metric.column or metric.metric, metric.per) if name}
    numbers = [name for name in experiment.covariates if is_number(types.get(name, ""))]
    strata = tuple(name for name in experiment.covariates if name not in numbers)
    wanted = (experiment.unit, experiment.arm, experiment.by, *sorted(outcomes), *experiment.covariates)
    require_columns(wanted, types, "The table")
    for name in sorted(outcomes):
        if not is_number(types[name]):
            raise SegueError(f"The outcome {name!r} is no number but {types[name]}.", "Name another column.")
    place = {name: f"v{index}" for index, name in enumerate((*sorted(outcomes), *numbers))}
    rates = {metric.column or metric.metric for metric in experiment.metrics if metric.kind == "rate"}
    values = []
    for name in sorted(outcomes):
        fold = "max" if name in rates else "sum"
        values.append((_finite(name_sql(name)), fold, place[name]))
    for name in numbers:
        values.append((_finite(name_sql(name), _middle_sql(name, table)), "any_value", place[name]))
    rows, units = _fold(duck, table, experiment, values, strata)
    missing, unsure = _missing(duck, table, experiment, sorted(outcomes))
    beside = tuple(place[name] for name in numbers)
    columns = {
        metric.metric: MetricColumns(place[metric.column or metric.metric], place.get(metric.per, ""), "", beside)
        for metric in experiment.metrics
    }
    return Intake(
        rows=rows,
        units=units,
        mixed=_scalar(duck, "SELECT count(*) FROM units WHERE arms > 1"),
        repeated=_scalar(duck, f"SELECT count(*) FROM {table} WHERE {_assigned(experiment)}") - units,
        unassigned=rows - _scalar(duck, f"SELECT count(*) FROM {table} WHERE {_assigned(experiment)}"),
        missing=missing,
        unsure=unsure,
        copies=_copies(duck, table, units, rates >= outcomes),
        columns=columns,
        names={place[name]: name for name in numbers},
        strata=strata,
    )


def _copies(duck: "DuckDBPyConnection", table: str, units: int, are_rates: bool) -> int:
    """Return how many rows are the same as another one, where that adds up."""
    count = _scalar(duck, f"SELECT count(*) FROM {table}")
    if are_rates or count == units:
        return 0
    return count - _scalar(duck, f"SELECT count(*) FROM (SELECT DISTINCT * EXCLUDE (row_number__) FROM {table})")


def _missing(
    duck: "DuckDBPyConnection", table: str, experiment: Experiment, outcomes: list[str]
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return how many outcomes are missing by column, and the columns that say 0 of others."""
    numbers = [f"{name_sql(name)}::DOUBLE" for name in outcomes]
    asked = ", ".join(f"count(*) - count_if(isfinite({each})), count_if({each} = 0)" for each in numbers)
    counted = duck.execute(f"SELECT {asked} FROM {table} WHERE {_assigned(experiment)}").fetchall()[0]
    missing = {name: count for name, count in zip(outcomes, counted[::2], strict=True) if count}
    zeros = dict(zip(outcomes, counted[1::2], strict=True))
    return missing, tuple(name for name in missing if zeros[name])


def units_from_events(
    duck: "DuckDBPyConnection", assignments: str, events: str, experiment: Experiment, names: EventColumns
) -> Intake:
    """Make the table ``units`` of a table of assignments and one of events: what each metric takes of them within its
    days after the first assignment, and within ``before_days`` before it.

    Raises:
        SegueError: a column is missing.
    """
    types, event_types = column_types(duck, assignments), column_types(duck, events)
    wanted = (experiment.unit, experiment.arm, names.assigned_at, experiment.by, *experiment.covariates)
    require_columns(wanted, types, "The file of assignments")
    require_columns((names.unit, names.at, names.name, names.amount), event_types, "The file of events")
    numbers = [name for name in experiment.covariates if is_number(types[name])]
    strata = tuple(name for name in experiment.covariates if name not in numbers)
    given = [(f"coalesce({name_sql(name)}::DOUBLE, 0)", "any_value", f"g{index}") for index, name in enumerate(numbers)]
    at = microseconds_sql(name_sql(names.assigned_at), types[names.assigned_at])
    rows, units = _fold(duck, assignments, experiment, given, strata, at=at, table_name="assigned")
    event_at = microseconds_sql(name_sql(names.at), event_types[names.at])
    amount = _finite(name_sql(names.amount)) if names.amount else "0.0"
    duck.execute(
        f"CREATE OR REPLACE TEMP VIEW happened AS SELECT {name_sql(names.unit)}::VARCHAR AS unit,"
        f" {event_at} AS happened_at, {name_sql(names.name)}::VARCHAR AS name, {amount} AS amount FROM {events}"
    )
    _require_events(duck, experiment)
    columns, selected = _event_columns(experiment, tuple(place for _, _, place in given))
    duck.execute(
        "CREATE OR REPLACE TABLE units AS WITH sums AS ("
        f"SELECT assigned.unit AS who{selected} FROM assigned JOIN happened USING (unit) GROUP BY assigned.unit) "
        "SELECT assigned.*, " + ", ".join(f"coalesce({place}, 0) AS {place}" for place in _places(columns, given)) + " "
        "FROM assigned LEFT JOIN sums ON sums.who = assigned.unit"
    )
    valid = _scalar(duck, f"SELECT count(*) FROM {assignments} WHERE {_assigned(experiment)}")
    days = max(metric.days for metric in experiment.metrics)
    ends = f"(SELECT max(happened_at) FROM happened) - {int(days * _DAY)}"
    return Intake(
        rows=rows,
        units=units,
        mixed=_scalar(duck, "SELECT count(*) FROM units WHERE arms > 1"),
        repeated=valid - units,
        unassigned=rows - valid,
        early=_scalar(duck, "SELECT count(*) FROM happened JOIN assigned USING (unit) WHERE happened_at < assigned_at"),
        strangers=_scalar(duck, "SELECT count(*) FROM happened ANTI JOIN assigned USING (unit)"),
        open_windows=_scalar(duck, f"SELECT count(*) FROM assigned WHERE assigned_at > {ends}") if days else 0,
        columns=columns,
        names={f"g{index}": name for index, name in enumerate(numbers)},
        strata=strata,
    )


def _fold(
    duck: "DuckDBPyConnection",
    table: str,
    experiment: Experiment,
    values: list[tuple[str, str, str]],
    strata: tuple[str, ...],
    at: str = "row_number__",
    table_name: str = "units",
) -> tuple[int, int]:
    """Make a table with one row for each unit; return the rows read and the units. ``values``: (SQL, fold, name)."""
    unit = f"{name_sql(experiment.unit)}::VARCHAR" if experiment.unit else "row_number__::VARCHAR"
    by = f"{name_sql(experiment.by)}::VARCHAR" if experiment.by else "''"
    stratum = " || '|' || ".join(f"coalesce({name_sql(name)}::VARCHAR, '')" for name in strata) or "''"
    inner = "".join(f", {sql} AS {name}" for sql, _, name in values)
    rows = (
        f"SELECT {unit} AS unit, {name_sql(experiment.arm)}::VARCHAR AS arm, coalesce({by}, '') AS grp,"
        f" {stratum} AS stratum, {at} AS assigned_at, row_number__ AS place{inner}"
        f" FROM {table} WHERE {_assigned(experiment)}"
    )
    count = _scalar(duck, f"SELECT count(*) FROM {table}")
    is_unique = _scalar(duck, f"SELECT (count(DISTINCT unit) = count(*))::INT FROM ({rows})") if experiment.unit else 1
    if is_unique:
        duck.execute(f"CREATE OR REPLACE TABLE {table_name} AS SELECT *, 1 AS arms FROM ({rows})")
    else:
        first = "(assigned_at, place)"
        folded = "".join(f", {fold}({name}) AS {name}" for _, fold, name in values)
        duck.execute(
            f"CREATE OR REPLACE TABLE {table_name} AS SELECT unit, arg_min(arm, {first}) AS arm,"
            f" arg_min(grp, {first}) AS grp, arg_min(stratum, {first}) AS stratum, min(assigned_at) AS assigned_at,"
            f" min(place) AS place{folded}, count(DISTINCT arm) AS arms FROM ({rows}) GROUP BY unit"
        )
    _require_few(duck, table_name, experiment, strata)
    return count, _scalar(duck, f"SELECT count(*) FROM {table_name}")


def _require_few(duck: "DuckDBPyConnection", table: str, experiment: Experiment, strata: tuple[str, ...]) -> None:
    """Check that groups and strata are few enough to have customers of every arm."""
    for column, name, most in (("grp", experiment.by, GROUPS_MAX), ("stratum", ", ".join(strata), STRATA_MAX)):
        count = _scalar(duck, f"SELECT count(DISTINCT {column}) FROM {table}")
        if count > most:
            reason = f"{name!r} has {count:,} values, more than {most}."
            raise SegueError(reason, "Take a column with fewer, or make one of ranges.")


def _event_columns(experiment: Experiment, given: tuple[str, ...]) -> tuple[dict[str, MetricColumns], str]:
    """Return where each metric lies, and the SQL of its sums over a unit's events."""
    columns, selected = {}, ""
    for index, metric in enumerate(experiment.metrics):
        until = f" AND happened_at < assigned_at + {int(metric.days * _DAY)}" if metric.days else ""
        after = f"happened_at >= assigned_at{until}"
        start = int(experiment.before_days * _DAY)
        before = f"happened_at < assigned_at AND happened_at >= assigned_at - {start}"
        value, per = f"v{index}", f"d{index}" if metric.take == "average" else ""
        comparable = f"b{index}" if 0.0 < metric.days <= experiment.before_days else ""
        selected += _take(metric, metric.take, after, value)
        if per:
            selected += _take(metric, "count", after, per)
        beside = given
        if experiment.before_days:
            earlier = f"b{index}"
            selected += _take(metric, metric.take, before, earlier)
            beside = (earlier, *given)
            if per:
                selected += _take(metric, "count", before, f"e{index}")
                beside = (earlier, f"e{index}", *given)
        columns[metric.metric] = MetricColumns(value, per, comparable, beside)
    return columns, selected


def _take(metric: Metric, take: str, when: str, name: str) -> str:
    which = f"FILTER (WHERE happened.name = {quoted_text(metric.event)} AND {when})"
    if take == "count":
        return f", (count(*) {which})::DOUBLE AS {name}"
    if take == "any":
        return f", (count(*) {which} > 0)::DOUBLE AS {name}"
    return f", coalesce(sum(amount) {which}, 0) AS {name}"


def _finite(column: str, instead: str = "0") -> str:
    """Return a column as numbers, with ``instead`` where one is missing or none."""
    return f"if(isfinite({column}::DOUBLE), {column}::DOUBLE, {instead})"


def _middle_sql(name: str, table: str) -> str:
    column = f"{name_sql(name)}::DOUBLE"
    return f"(SELECT coalesce(avg({column}) FILTER (isfinite({column})), 0) FROM {table})"


def _require_events(duck: "DuckDBPyConnection", experiment: Experiment) -> None:
    """Check that every event that a metric takes happened at least once: a slip in its name would look like nothing."""
    sql = "SELECT name FROM happened WHERE name IS NOT NULL GROUP BY name ORDER BY count(*) DESC, name"
    known = [str(row[0]) for row in duck.execute(sql).fetchall()]
    missing = [metric.event for metric in experiment.metrics if metric.event not in known]
    if missing or not experiment.metrics:
        reason = f"No event is named {missing[0]!r}." if missing else "No metric is named."
        raise SegueError(reason, f"Name one with --metric; the events are {', '.join(known[:20])}.")


def _places(columns: dict[str, MetricColumns], given: list[tuple[str, str, str]]) -> list[str]:
    known = {place for _, _, place in given}
    every = [place for each in columns.values() for place in (each.value, each.per, *each.covariates)]
    return [place for place in dict.fromkeys(every) if place and place not in known]


def _assigned(experiment: Experiment) -> str:
    unit = f" AND {name_sql(experiment.unit)} IS NOT NULL" if experiment.unit else ""
    return f"{name_sql(experiment.arm)} IS NOT NULL{unit}"


def _scalar(duck: "DuckDBPyConnection", sql: str) -> int:
    return int(duck.execute(sql).fetchall()[0][0])
