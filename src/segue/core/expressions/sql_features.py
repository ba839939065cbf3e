"""SQL of a feature: an aggregate over the events of the current row's customer, recounted from history."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from segue.core.expressions.nodes import Node, Reference, Scalar
from segue.core.expressions.parsing import parse
from segue.core.expressions.runtime import as_instant
from segue.core.expressions.scope import Scope
from segue.core.expressions.sql_values import (
    EVENT,
    instant_sql,
    is_scalar_sql,
    literal,
    property_sql,
    scalar_key_sql,
    statement_sql,
)
from segue.core.expressions.states import LARGEST_AMOUNT, MOST_DISTINCT, default_of
from segue.model.catalogue import EventSpec, FeatureSpec
from segue.model.time import parse_duration

_AT = f'{EVENT}."at"'


def _quoted_column(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class History(Struct, frozen=True, kw_only=True):
    """Where SQL finds what expressions refer to.

    Attributes:
        features, declared: the workspace's features and events.
        column: gives the SQL of a trait.
        events: a table, view or parenthesised query of all events, with the columns ``customer_id`` VARCHAR, ``name``
            VARCHAR, ``"at"`` BIGINT (microseconds) and ``properties`` JSON.
        customer: the current row's customer id.
        now: the moment as of which all is read, BIGINT microseconds; later events are not seen.
    """

    features: Mapping[str, FeatureSpec] = {}
    declared: Mapping[str, EventSpec] = {}
    column: Callable[[str], str] = _quoted_column
    events: str = "events"
    customer: str = "customer_id"
    now: str = "$now"


def feature_sql(reference: Reference, history: History, where: Callable[[Node], str]) -> str:
    """Return the SQL of the feature that ``reference`` names; ``where`` writes a condition on its event."""
    spec = history.features[reference.name]
    value = f"(SELECT {_aggregate(spec, reference, history.now)} FROM {_source(spec, history, where)})"
    default = _fitting_default(spec, reference)
    return value if default is None else f"coalesce({value}, {literal(default, reference.type)})"


def _source(spec: FeatureSpec, history: History, where: Callable[[Node], str]) -> str:
    conditions = [
        f"{EVENT}.customer_id = {history.customer}",
        f"{EVENT}.name = {literal(spec.event, 'text')}",
        f"{_AT} <= {history.now}",
    ]
    if spec.window:
        conditions.append(f"{_AT} > {history.now} - {parse_duration(spec.window)}")
    if spec.where:
        event = history.declared.get(spec.event, EventSpec())
        conditions.append(where(parse(spec.where, Scope(event=event.properties, has_event=True), "boolean")))
    if spec.of and spec.kind == "sum":
        conditions.append(f"abs({property_sql(spec.of, 'number')}) <= {LARGEST_AMOUNT!r}")
    elif spec.of:
        conditions.append(is_scalar_sql(spec.of))
    return f"{history.events} AS {EVENT} WHERE {' AND '.join(conditions)}"


def _aggregate(spec: FeatureSpec, reference: Reference, now: str) -> str:
    """Return the aggregate; null where no event counts."""
    amount = property_sql(spec.of, "number") if spec.of and spec.kind == "sum" else "1.0"
    match spec.kind:
        case "count" | "sum" if spec.half_life:
            return f"fsum({amount} * pow(2.0, CAST({_AT} - {now} AS DOUBLE) / {parse_duration(spec.half_life)}))"
        case "count":
            return "CAST(nullif(count(*), 0) AS DOUBLE)"
        case "sum":
            return f"fsum({amount})"
        case "distinct":
            distinct = f"count(DISTINCT {scalar_key_sql(spec.of or '')})"
            return f"CAST(nullif(least({distinct}, {MOST_DISTINCT}), 0) AS DOUBLE)"
        case "recency":
            return f"{now} - max({_AT})"
        case "last" | "first":
            extreme = "max" if spec.kind == "last" else "min"
            return _remembered(spec.of, extreme, reference) if spec.of else f"{extreme}({_AT})"


def _remembered(of: str, extreme: str, reference: Reference) -> str:
    """Return the remembered property as a value of the reference's type; null where it is of another type."""
    statement = f"{extreme}({statement_sql(of, _AT)})"
    rank, number, text, instant = (f"struct_extract({statement}, '{f}')" for f in ("rank", "number", "text", "instant"))
    match reference.type:
        case "number":
            return f"CASE WHEN {rank} = 1 THEN {number} END"
        case "boolean":
            return f"CASE WHEN {rank} = 0 THEN {number} = 1 END"
        case "text":
            return f"CASE WHEN {rank} = 2 THEN {text} END"
        case "instant":
            return f"CASE {rank} WHEN 1 THEN {instant} WHEN 2 THEN {instant_sql(text)} END"
        case _:
            return rank  # only asked whether it is null


def _fitting_default(spec: FeatureSpec, reference: Reference) -> Scalar:
    """Return the default as the reference's type; None where there is none, or it is of another type."""
    default = default_of(spec)
    if not (spec.of and spec.kind in ("last", "first")):
        return default
    if reference.type == "instant":
        return as_instant(default)
    if reference.type == "any":
        return None if default is None else 1  # only asked whether it is null
    fitting = {"number": (int, float), "text": (str,), "boolean": (bool,)}[reference.type]
    is_fitting = isinstance(default, fitting) and (reference.type != "number" or not isinstance(default, bool))
    return default if is_fitting else None
