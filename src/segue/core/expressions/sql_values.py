"""SQL of single values: literals, and properties of an event, which are JSON and may be of any type."""

from segue.core.expressions.nodes import ExprType, Scalar
from segue.core.expressions.runtime import DATE_PATTERN, OFFSET_PATTERN, TIME_PATTERN
from segue.model.errors import ExpressionError

EVENT = "_event"
"""The alias under which the event of a feature is known."""

_COLUMN_TYPES = {"number": "DOUBLE", "text": "VARCHAR", "boolean": "BOOLEAN", "instant": "BIGINT", "duration": "BIGINT"}
_WHOLE = "'UBIGINT', 'BIGINT'"
_NUMBERS = f"{_WHOLE}, 'DOUBLE', 'HUGEINT', 'UHUGEINT'"


def literal(value: Scalar, kind: ExprType) -> str:
    """Return ``value`` as a literal of ``kind``; numbers are doubles, never decimals."""
    if value is None:
        return f"CAST(NULL AS {_COLUMN_TYPES.get(kind, 'VARCHAR')})"
    match kind:
        case "text":
            return quoted(str(value))
        case "boolean":
            return "TRUE" if value else "FALSE"
        case "number":
            return f"CAST('{float(value)!r}' AS DOUBLE)"
        case _:
            return f"CAST({int(value)} AS BIGINT)"


def quoted(text: str) -> str:
    """Return ``text`` as a string literal."""
    return "'" + text.replace("'", "''") + "'"


def property_sql(name: str, kind: ExprType) -> str:
    """Return a property of the event as a value of ``kind``; null where it is of another type.

    As ``any`` it is only good for being asked whether it is null.
    """
    pointer = quoted("/" + name.replace("~", "~0").replace("/", "~1"))
    json_type, text = (f"{f}({EVENT}.properties, {pointer})" for f in ("json_type", "json_extract_string"))
    match kind:
        case "number":
            return f"(CASE WHEN {json_type} IN ({_NUMBERS}) THEN TRY_CAST({text} AS DOUBLE) END)"
        case "text":
            return f"(CASE WHEN {json_type} = 'VARCHAR' THEN {text} END)"
        case "boolean":
            return f"(CASE WHEN {json_type} = 'BOOLEAN' THEN {text} = 'true' END)"
        case "instant":
            whole = f"WHEN {json_type} IN ({_WHOLE}) THEN TRY_CAST({text} AS BIGINT)"
            return f"(CASE {whole} WHEN {json_type} = 'VARCHAR' THEN {instant_sql(text)} END)"
        case "duration":
            raise ExpressionError(f"event.{name} as a duration has no SQL.", "Keep it as a number: hours(event.NAME).")
        case _:
            return f"nullif({json_type}, 'NULL')"


def instant_sql(text: str) -> str:
    """Return the microseconds of a time that ``text`` holds as text; null where it holds none."""
    date, moment = DATE_PATTERN, f"{DATE_PATTERN}{TIME_PATTERN}"
    forms = ((f"{moment}{OFFSET_PATTERN}", ""), (moment, "Z"), (date, " 00:00Z"))
    cases = [
        f"WHEN regexp_full_match({text}, {quoted(form)}) THEN epoch_us(TRY_CAST({text} || '{rest}' AS TIMESTAMPTZ))"
        for form, rest in forms
    ]
    return f"(CASE {' '.join(cases)} END)"


def statement_sql(name: str, at: str) -> str:
    """Return a property as a struct that compares like `core.profiles.states.order_of`: moment, rank, value."""
    number, text, boolean = (property_sql(name, kind) for kind in ("number", "text", "boolean"))
    rank = f"CASE WHEN {boolean} IS NOT NULL THEN 0 WHEN {number} IS NOT NULL THEN 1 ELSE 2 END"
    amount = f"coalesce({number}, CAST({boolean} AS DOUBLE), 0.0)"
    instant = property_sql(name, "instant")
    return f"{{'at': {at}, 'rank': {rank}, 'number': {amount}, 'text': coalesce({text}, ''), 'instant': {instant}}}"


def is_scalar_sql(name: str) -> str:
    """Return SQL that tells whether a property is text, a number or a boolean."""
    return f"({' OR '.join(f'{property_sql(name, kind)} IS NOT NULL' for kind in _SCALAR_TYPES)})"


def scalar_key_sql(name: str) -> str:
    """Return text that is equal for equal scalars: 1 and 1.0 are, 1 and "1" are not."""
    number, text, boolean = (property_sql(name, kind) for kind in ("number", "text", "boolean"))
    return f"coalesce('t' || {text}, 'n' || CAST({number} + 0.0 AS VARCHAR), 'b' || CAST({boolean} AS VARCHAR))"


_SCALAR_TYPES: tuple[ExprType, ...] = ("text", "number", "boolean")
