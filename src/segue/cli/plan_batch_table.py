"""A table of scores for `segue plan-batch`, with customers and options as numbers: DuckDB does the numbering."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from segue.learning.tables import Columns, query_columns
from segue.model.errors import SegueError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COLUMNS = ("customer", "action", "channel", "value")
KINDS = (".parquet", ".csv")


class Numbered(Struct, frozen=True, eq=False):
    """A table of scores.

    Attributes:
        customers: sorted.
        options: (action, channel), sorted.
        columns: of each row ``row`` and ``option`` (numbers of the above), ``value`` and ``cost``.
    """

    customers: list[str]
    options: tuple[tuple[str, str], ...]
    columns: Columns
    has_costs: bool


def read_numbered(table: Path, actions: Sequence[str] = ()) -> Numbered:
    """Return the rows of ``table``, or those of ``actions``.

    Raises:
        SegueError: the file cannot be read, a column is missing, a value or a cost is no finite number, a customer,
            action and channel stand twice, or no row is left.
    """
    import duckdb

    if table.suffix not in KINDS or not table.is_file():
        raise SegueError(f"There is no table {table}.", f"Name a file that ends in {' or '.join(KINDS)}.")
    with duckdb.connect(config={"threads": 2}) as duck:
        try:
            has_costs = _load(duck, table, actions)
            _check(duck, table, has_costs)
            return _number(duck, has_costs)
        except duckdb.Error as error:
            reason = f"{table} cannot be read: {str(error).strip().splitlines()[0]}"
            raise SegueError(reason, "Give numbers as value and cost, and write the file again.") from error


def _load(duck: "DuckDBPyConnection", table: Path, actions: Sequence[str]) -> bool:
    reader = duck.read_parquet if table.suffix == ".parquet" else duck.read_csv
    source = reader(str(table))
    if missing := [name for name in COLUMNS if name not in source.columns]:
        reason = f"{table} has no column {', '.join(map(repr, missing))}; it has {', '.join(source.columns)}."
        raise SegueError(reason, f"A table of scores has {', '.join(COLUMNS)}, and cost where it is counted.")
    has_costs = "cost" in source.columns
    cost = "cost::DOUBLE" if has_costs else "0.0"
    names = "customer::VARCHAR AS customer, action::VARCHAR AS action, channel::VARCHAR AS channel"
    source.project(f"{names}, value::DOUBLE AS value, {cost} AS cost").create("given")
    wanted = "WHERE list_contains($1, action)" if actions else ""
    duck.execute(f"CREATE TABLE scores AS FROM given {wanted}", [list(actions)] if actions else [])
    return has_costs


def _check(duck: "DuckDBPyConnection", table: Path, has_costs: bool) -> None:
    rows = _one(duck, "SELECT count(*) FROM scores")
    if not rows:
        raise SegueError(f"{table} has no rows to plan from.", "Give a row for each customer and what they could get.")
    if unnamed := _one(duck, "SELECT count(*) FROM scores WHERE customer IS NULL OR action IS NULL OR channel IS NULL"):
        reason = f"{unnamed:,} rows of {table} name no customer, action or channel."
        raise SegueError(reason, "Name all three in each row.")
    if bad := _one(duck, "SELECT count(*) FROM scores WHERE value IS NULL OR NOT isfinite(value)"):
        reason = f"{bad:,} values in {table} are missing, NaN or infinite."
        raise SegueError(reason, "Give a number in each row, and leave rows out that are not eligible.")
    if bad := _one(duck, "SELECT count(*) FROM scores WHERE cost IS NULL OR NOT isfinite(cost) OR cost < 0"):
        reason = f"{bad:,} costs in {table} are missing, NaN, infinite or below 0."
        raise SegueError(reason, "Give a number of 0 or more in each row.")
    pairs = _one(duck, "SELECT count(*) FROM (SELECT DISTINCT customer, action, channel FROM scores)")
    if pairs < rows:
        reason = f"{rows - pairs:,} rows of {table} name a customer, action and channel once more."
        raise SegueError(reason, "Keep one row of each.")


def _number(duck: "DuckDBPyConnection", has_costs: bool) -> Numbered:
    duck.execute(
        "CREATE TABLE customers AS SELECT customer, row_number() OVER (ORDER BY customer) - 1 AS row"
        " FROM (SELECT DISTINCT customer FROM scores)"
    )
    duck.execute(
        "CREATE TABLE options AS SELECT action, channel, row_number() OVER (ORDER BY action, channel) - 1"
        " AS option FROM (SELECT DISTINCT action, channel FROM scores)"
    )
    customers = [name for (name,) in duck.execute("SELECT customer FROM customers ORDER BY row").fetchall()]
    options = [(a, c) for a, c in duck.execute("SELECT action, channel FROM options ORDER BY option").fetchall()]
    joined = "scores JOIN customers USING (customer) JOIN options USING (action, channel)"
    columns = query_columns(duck, f"SELECT row, option, value, cost FROM {joined}")
    return Numbered(customers, tuple(options), columns, has_costs)


def _one(duck: "DuckDBPyConnection", sql: str) -> int:
    found = duck.execute(sql).fetchone()
    assert found is not None
    return int(found[0])
