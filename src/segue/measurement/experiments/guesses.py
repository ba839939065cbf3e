"""Guesses: what a file's columns are, where nobody said it. Each guess is told; where two are as good, none is made."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from segue.measurement.experiments.columns import is_number, name_sql
from segue.measurement.experiments.description import Kind, Metric
from segue.measurement.experiments.vocabulary import (
    ARM,
    ARM_TOO,
    BEFORE,
    CONTROL,
    COUNT,
    LESS,
    MOMENT,
    PERSON,
    RATE,
    REVENUE,
    TIME,
    UNIT,
)
from segue.model.errors import SegueError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ARMS_MAX = 10
_ONE_ARM = 0.95
"""The share of a unit's values that are in one arm only, at least: some are always assigned twice."""

_UNITS_MIN = 20


def guess_arm(duck: "DuckDBPyConnection", table: str, types: Mapping[str, str]) -> str:
    """Return the column of the arm: one that is named so and has 2 to 10 values.

    Raises:
        SegueError: none is, or several are as likely.
    """
    likely = {name: rank for name in types if (rank := _arm_rank(name))}
    values = {name: _few_values(duck, table, name) for name in likely}
    known = {name: likely[name] + 3 * bool(_controls(values[name])) for name in likely if values[name]}
    if not known:
        known = {
            name: 1 for name, kind in types.items() if not is_number(kind) and _controls(_few_values(duck, table, name))
        }
    best = [name for name in known if known[name] == max(known.values())]
    _require_rows(best, types)
    if not best:
        _require_arms(duck, table, likely)
    return _only(best, "arm", types, {name: _few_values(duck, table, name) for name in best})


def guess_control(arms: Sequence[str]) -> str:
    """Return the arm that is named like a control.

    Raises:
        SegueError: none is, or several are.
    """
    return _only(_controls(arms), "control", arms)


def guess_unit(duck: "DuckDBPyConnection", table: str, types: Mapping[str, str], arm: str = "") -> str:
    """Return the column that says whose row it is: one named like an id, a person's before all others, that is another
    in most rows, or has many values with one arm each; "" where there is none, so that each row is a unit.

    Args:
        arm: the column of the arm, "" for not known.

    Raises:
        SegueError: several are as likely.
    """
    text = [name for name, kind in types.items() if kind in ("VARCHAR", "UUID") or "INT" in kind]
    named = [name for name in text if set(_words(name)) & set(UNIT) or _words(name)[-1:] == ["id"]]
    named += [name for name in text if name not in named and name.lower().endswith("id")]
    people = [name for name in named if set(_words(name)) & set(PERSON)]
    for some in (people, [name for name in named if name not in people]):
        found = _units_among(duck, table, some, arm)
        if found:
            return _only(found, "unit", types)
    return ""


def guess_metrics(
    duck: "DuckDBPyConnection", table: str, types: Mapping[str, str], taken: Iterable[str], rows: str = "true"
) -> list[Metric]:
    """Return a metric for each number that is named like an outcome; for the only number where none is.

    Args:
        taken: the columns that are something else.
        rows: SQL of the rows that count.

    Raises:
        SegueError: there are several numbers and none is named like an outcome.
    """
    left = [name for name, kind in types.items() if is_number(kind) and name not in set(taken)]
    outcomes = [name for name in left if is_outcome(name)]
    chosen = outcomes or [_only(left, "metric", types)]
    return [metric_of(duck, table, name, rows) for name in chosen]


def metric_of(duck: "DuckDBPyConnection", table: str, column: str, rows: str = "true") -> Metric:
    """Return the metric of a column: a rate where all is 0 or 1 in the ``rows`` that count (SQL), revenue where its
    name says so, else a mean.
    """
    quoted = name_sql(column)
    sql = f"SELECT coalesce(bool_and({quoted}::DOUBLE IN (0, 1)), false) FROM {table} WHERE {rows}"
    words = set(_words(column))
    kind: Kind = "mean"
    if duck.execute(sql).fetchall()[0][0]:
        kind = "rate"
    elif words & set(REVENUE) and not words & set(TIME):
        kind = "revenue"
    return Metric(metric=column, column=column, kind=kind, is_less_better=is_less_better(column))


def is_less_better(name: str) -> bool:
    """Return whether a metric's name says that less of it is better."""
    return bool(set(_words(name)) & set(LESS))


def is_count(name: str) -> bool:
    """Return whether a column is named like a count."""
    return bool(set(_words(name)) & set(COUNT))


def is_outcome(name: str) -> bool:
    """Return whether a column is named like something that comes of the arms."""
    words = _words(name)
    return bool(set(words) & {*RATE, *REVENUE, *COUNT}) and not set(words) & {*BEFORE, *MOMENT}


def one_of(names: Sequence[str], types: Iterable[str], what: str) -> str:
    """Return the column that has one of ``names``, the first of them first.

    Raises:
        SegueError: none has.
    """
    by_name = {name.lower(): name for name in types}
    for name in names:
        if name in by_name:
            return by_name[name]
    reason = f"The file has no column of the {what}."
    raise SegueError(reason, f"Name it {' or '.join(names[:3])}; it has {', '.join(by_name.values())}.")


def values_of(duck: "DuckDBPyConnection", table: str, column: str) -> list[str]:
    """Return the values of a column as text, in order, without what is missing."""
    name = name_sql(column)
    sql = f"SELECT DISTINCT {name}::VARCHAR FROM {table} WHERE {name} IS NOT NULL ORDER BY 1"
    return [str(row[0]) for row in duck.execute(sql).fetchall()]


def _units_among(duck: "DuckDBPyConnection", table: str, names: Sequence[str], arm: str) -> list[str]:
    """Return which of the columns ``names`` are likely units: of every row, of most, or each of one arm."""
    if not names:
        return []
    counts = ", ".join(f"count(DISTINCT {name_sql(name)})" for name in names)
    row = duck.execute(f"SELECT count(*), {counts} FROM {table}").fetchall()[0]
    unique = [name for name, count in zip(names, row[1:], strict=True) if count == row[0]]
    most = [name for name, count in zip(names, row[1:], strict=True) if 2 * count > row[0]]
    if unique or most or not arm:
        return unique or most
    many = [name for name, count in zip(names, row[1:], strict=True) if count >= _UNITS_MIN]
    return [name for name in many if _share_in_one_arm(duck, table, name, arm) >= _ONE_ARM]


def _share_in_one_arm(duck: "DuckDBPyConnection", table: str, column: str, arm: str) -> float:
    name = name_sql(column)
    each = f"SELECT count(DISTINCT {name_sql(arm)}) AS arms FROM {table} WHERE {name} IS NOT NULL GROUP BY {name}"
    return float(duck.execute(f"SELECT coalesce(avg((arms = 1)::INT), 0) FROM ({each})").fetchall()[0][0])


def _few_values(duck: "DuckDBPyConnection", table: str, column: str) -> list[str]:
    """Return the values of a column that has 2 to 10 of them, else none."""
    name = name_sql(column)
    sql = f"SELECT DISTINCT {name}::VARCHAR FROM {table} WHERE {name} IS NOT NULL LIMIT {ARMS_MAX + 1}"
    values = [str(row[0]) for row in duck.execute(sql).fetchall()]
    return values if 2 <= len(values) <= ARMS_MAX else []


def _controls(arms: Iterable[str]) -> list[str]:
    """Return the arms named like a control; one that is nothing but such a name comes before the others. Of arms that
    are called A, B and so on it is A.
    """
    arms = list(arms)
    if sorted(arm.strip().lower() for arm in arms) == list("abcdefghij"[: len(arms)]) and len(arms) > 1:
        return [min(arms, key=lambda arm: arm.strip().lower())]
    likely = [arm for arm in arms if set(_words(arm)) & set(CONTROL)]
    exact = [arm for arm in likely if arm.strip().lower().removesuffix(".0") in CONTROL]
    return exact or likely


def _arm_rank(name: str) -> int:
    words = _words(name)
    if not words or set(words) & {*RATE, *REVENUE, *COUNT}:
        return 0
    for rank, known in ((3, ARM), (1, ARM_TOO)):
        if set(words) <= {*known, *ARM} and set(words) & set(known):
            return rank + 1
        if set(words) & set(known):
            return rank
    return 0


def _words(name: str) -> list[str]:
    """Return the words of a name in any case, without numbers behind them."""
    spaced = re.sub(r"([a-z])([A-Z])", r"\1 \2", name)
    return [word for word in re.split(r"[\W_]+", spaced.lower()) if word]


def _require_arms(duck: "DuckDBPyConnection", table: str, likely: Iterable[str]) -> None:
    """Check that no column is named like the arm's and has one value, or too many to be taken for arms unasked."""
    for name in likely:
        values = values_of(duck, table, name)
        if len(values) == 1:
            reason = f"There is one arm only: {name!r} is {values[0]!r} in all rows."
            raise SegueError(reason, "An experiment compares two or more: add the others, or name the arm with --arm.")
        if values:
            raise SegueError(f"{name!r} has {len(values):,} values.", f"If they are arms, say --arm {name}.")


def _require_rows(arms: Sequence[str], names: Iterable[str]) -> None:
    """Check that there is not one column for each arm instead of one that names it."""
    controls = [name for name in names if name.strip().lower() in CONTROL and name not in arms]
    if arms and controls:
        reason = f"{arms[0]!r} and {controls[0]!r} look like a column for each arm."
        raise SegueError(
            reason, "Write a row for each customer, with the name of the arm in one column; or name --arm."
        )


def _only(
    found: Sequence[str], what: str, among: Iterable[str], values: Mapping[str, Sequence[str]] | None = None
) -> str:
    if len(found) == 1:
        return found[0]
    if found:
        shown = [repr(name) + (f" ({', '.join(sorted(values[name]))})" if values else "") for name in found]
        reason = f"The {what} could be any of {', '.join(shown)}."
    else:
        reason = f"Nothing tells which is the {what}: there are {', '.join(map(repr, among))}."
    raise SegueError(reason, f"Name it with --{what}.")
