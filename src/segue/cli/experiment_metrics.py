"""From the words of `--metric` to metrics: of a table its columns, of events what is taken of them."""

from typing import TYPE_CHECKING, get_args

from msgspec.structs import replace

from segue.measurement.experiments.arms import spelt
from segue.measurement.experiments.columns import name_sql, require_columns
from segue.measurement.experiments.description import Kind, Metric, Take
from segue.measurement.experiments.guesses import is_count, is_less_better, metric_of
from segue.model.errors import SegueError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def event_metric(text: str) -> Metric:
    """Return the metric that ``NAME:count|any|sum|average[:DAYS][:less]`` says.

    Raises:
        SegueError: it says none.
    """
    name, *rest = text.split(":")
    less = "less" in rest
    rest = [part for part in rest if part != "less"]
    take = rest[0] if rest else "any"
    try:
        days = float(rest[1].removesuffix("d")) if len(rest) > 1 else 0.0
    except ValueError:
        days = -1.0
    if take not in get_args(Take) or len(rest) > 2 or days < 0.0 or not name:
        raise SegueError(f"{text!r} is no metric of events.", "Write NAME:count, :any, :sum or :average, then :DAYS.")
    kinds: dict[str, Kind] = {"count": "mean", "any": "rate", "sum": "revenue", "average": "ratio"}
    return Metric(
        metric=text,
        kind=kinds[take],
        event=name,
        take=take,  # type: ignore[arg-type]
        days=days,
        is_less_better=less or is_less_better(name),
    )


def table_metric(
    duck: "DuckDBPyConnection", types: dict[str, str], text: str, unread: dict[str, str], rows: str
) -> Metric:
    """Return the metric that ``COLUMN[:mean|rate|revenue][:less]`` or ``COLUMN/COLUMN:ratio`` says.

    Args:
        unread: why columns of words are no numbers.
        rows: SQL of the rows that count.

    Raises:
        SegueError: it says none, or of a column that has no such numbers.
    """
    name, *rest = [text] if text in types else text.split(":")
    kinds = [part for part in rest if part != "less"]
    if len(kinds) > 1 or not set(kinds) <= set(get_args(Kind)):
        raise SegueError(f"{text!r} is no metric.", f"Write COLUMN:KIND; kinds are {', '.join(get_args(Kind))}.")
    name = spelt(name, types)
    over, slash, under = ("", "", "") if name in types else name.partition("/")
    if slash:
        over, under = spelt(over, types), spelt(under, types)
        _require_numbers((over, under), types, unread)
        return Metric(metric=name, column=over, per=under, kind="ratio", is_less_better="less" in rest)
    _require_numbers((name,), types, unread)
    metric = metric_of(duck, "given", name, rows)
    kind: Kind = kinds[0] if kinds else metric.kind  # type: ignore[assignment]
    if kind == "rate" != metric.kind:
        raise SegueError(f"{name!r} is no rate: it holds other numbers than 0 and 1.", "Take :mean or :revenue.")
    if kind == "ratio":
        raise SegueError(f"{text!r} is a ratio of what?", "Write COLUMN/COLUMN:ratio.")
    return replace(metric, kind=kind, is_less_better=metric.is_less_better or "less" in rest)


def counted(duck: "DuckDBPyConnection", metric: Metric, unit: str) -> Metric:
    """Return a metric that is named like a count as a mean, where customers have several rows that add up to one."""
    if metric.kind != "rate" or not unit or not is_count(metric.column):
        return metric
    sql = f"SELECT count(DISTINCT {name_sql(unit)}) < count({name_sql(unit)}) FROM given"
    return replace(metric, kind="mean") if duck.execute(sql).fetchall()[0][0] else metric


def told(metric: Metric) -> str:
    """Return a metric in the words of `--metric`."""
    return f"{metric.metric}:{metric.kind}" + (":less" if metric.is_less_better else "")


def _require_numbers(names: tuple[str, ...], types: dict[str, str], unread: dict[str, str]) -> None:
    require_columns(names, types, "The file")
    for name in names:
        if name in unread:
            raise SegueError(f"{name!r} cannot be read as a number: {unread[name]}.", "Mend the file, or take another.")
