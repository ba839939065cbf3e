"""Translate a mapping to one SQL query that maps, tests and sorts all rows; pure text, no data.

The query's columns: the row's number, its instant in microseconds, its fault ("" for none), the event's name, then
identifiers, the parts of its id, properties and traits, in the order of the mapping.
"""

from segue.sources.files.mapping import (
    Moment,
    SourceMapping,
    Test,
    TypedColumn,
    stated_comparisons,
    template_parts,
    typed_columns,
)
from segue.sources.files.scanning import quote_name, quote_text

LATEST = 253_402_300_799_999_999
"""The last microsecond of the year 9999, beyond which no instant can be written as a date."""
EARLIEST = -62_135_596_800_000_000

_HAS_OFFSET = r"\d\s*([Zz]|[+-]\d{2}(:?\d{2})?)$"


def columns_of(mapping: SourceMapping) -> tuple[str, ...]:
    """Return the columns of the file that ``mapping`` reads."""
    texts = [
        *mapping.identifiers.values(),
        mapping.at.column,
        *mapping.event_id.columns,
        *(column.column for column in typed_columns(mapping).values()),
        *(test.column for test in mapping.only),
        *(test.column for case in mapping.event for test in case.when),
    ]
    return tuple(dict.fromkeys(part for text in texts for part, is_column in template_parts(text) if is_column))


def query(mapping: SourceMapping, relation: str) -> str:
    """Return the query over ``relation`` (see `scanning.scan`); events in the order of time, then of rows."""
    columns = typed_columns(mapping)
    values = {key: _value(column) for key, column in columns.items()}
    identifiers = [f"nullif(trim({text_of(text)}), '')" for text in mapping.identifiers.values()]
    moment = _instant(text_of(mapping.at.column), mapping.at)
    inner = [
        '"the row" AS row_number',
        f"{moment} AS moment",
        f"{_name(mapping)} AS name",
        *(f"{sql} AS i{index}" for index, sql in enumerate(identifiers)),
        *(f"{text_of(text)} AS k{index}" for index, text in enumerate(mapping.event_id.columns)),
        *(f"{sql} AS v{index}" for index, sql in enumerate(values.values())),
        f"{_early_fault(mapping)} AS early",
        f"{_bad_value(columns, values)} AS bad_value",
        f"{text_of(mapping.at.column)} IS NULL AS has_no_time",
    ]
    has_nobody = " AND ".join(f"i{index} IS NULL" for index in range(len(identifiers)))
    fault = (
        "CASE WHEN early <> '' THEN early"
        f" WHEN {has_nobody} THEN 'no_identifier'"
        " WHEN moment IS NULL THEN CASE WHEN has_no_time THEN 'bad_time:empty' ELSE 'bad_time:not a time' END"
        " WHEN name IS NULL THEN 'no_event'"
        " WHEN bad_value <> '' THEN 'bad_value:' || bad_value ELSE '' END"
    )
    outer = [
        "row_number",
        "moment",
        f"{fault} AS fault",
        "name",
        *(f"i{index}" for index in range(len(identifiers))),
        *(f"k{index}" for index in range(len(mapping.event_id.columns))),
        *(f"v{index}" for index in range(len(values))),
    ]
    return (
        f"SELECT {', '.join(outer)} FROM (SELECT {', '.join(inner)} FROM ({relation}))"
        " ORDER BY moment NULLS LAST, row_number"
    )


def text_of(text: str) -> str:
    """Return SQL of a column's text, or of a template: null as soon as one of its columns is."""
    parts = [quote_name(part) if is_column else quote_text(part) for part, is_column in template_parts(text)]
    return parts[0] if len(parts) == 1 else f"({' || '.join(parts)})"


def holds(test: Test) -> str:
    """Return SQL that is true where ``test`` holds, false everywhere else."""
    text = text_of(test.column)
    (comparison, operand) = stated_comparisons(test)[0]
    match comparison:
        case "is_missing":
            return f"({text} IS NULL) = {'true' if operand else 'false'}"
        case "equals":
            condition = f"{text} = {quote_text(operand)}"
        case "one_of":
            condition = f"list_contains([{', '.join(map(quote_text, operand))}]::VARCHAR[], {text})"
        case "starts_with":
            condition = f"starts_with({text}, {quote_text(operand)})"
        case "ends_with":
            condition = f"suffix({text}, {quote_text(operand)})"
        case "contains":
            condition = f"contains({text}, {quote_text(operand)})"
        case "above":
            condition = f"{_number(text)} > {float(operand)!r}"
        case "below":
            condition = f"{_number(text)} < {float(operand)!r}"
        case _:
            raise AssertionError(comparison)
    return f"coalesce({condition}, false)"


def _name(mapping: SourceMapping) -> str:
    if not mapping.event:
        return "''"
    whens = "".join(
        f" WHEN {' AND '.join(map(holds, case.when)) or 'true'} THEN {quote_text(case.name)}" for case in mapping.event
    )
    return f"CASE{whens} END"


def _early_fault(mapping: SourceMapping) -> str:
    keeps = " AND ".join(map(holds, mapping.only)) or "true"
    return (
        f"CASE WHEN NOT \"is readable\" THEN 'bad_row:not a JSON object' WHEN NOT ({keeps}) THEN 'filtered' ELSE '' END"
    )


def _bad_value(columns: dict[tuple[str, str], TypedColumn], values: dict[tuple[str, str], str]) -> str:
    """Return SQL of the first property or trait whose text is there but not of its type; "" for none."""
    whens = "".join(
        f" WHEN {text_of(column.column)} IS NOT NULL AND {values[kind, name]} IS NULL THEN {quote_text(name)}"
        for (kind, name), column in columns.items()
        if column.type != "text"
    )
    return f"CASE{whens} ELSE '' END" if whens else "''"


def _value(column: TypedColumn) -> str:
    text = text_of(column.column)
    match column.type:
        case "text":
            return text
        case "number":
            return _number(text)
        case "boolean":
            return f"TRY_CAST({text} AS BOOLEAN)"
        case "instant":
            return _instant(text, Moment(column="-", zone=column.zone))


def _number(text: str) -> str:
    """Return SQL of a finite number; null for anything else."""
    number = f"TRY_CAST({text} AS DOUBLE)"
    return f"CASE WHEN isfinite({number}) THEN {number} END"


def _instant(text: str, moment: Moment) -> str:
    """Return SQL of an instant in microseconds; null where the text is not a time of the years 1 to 9999."""
    zone = quote_text(moment.zone)
    if moment.format in ("unix_s", "unix_ms"):
        unit = 1_000_000.0 if moment.format == "unix_s" else 1_000.0
        instant = f"CAST(round(CASE WHEN abs({_number(text)}) < 1e14 THEN {_number(text)} END * {unit}) AS BIGINT)"
    elif moment.format is not None:
        naive = f"try_strptime({text}, {quote_text(moment.format)})"
        instant = _micros(naive, f"timezone({zone}, {naive})")
    else:
        naive, aware = f"TRY_CAST({text} AS TIMESTAMP)", f"TRY_CAST({text} AS TIMESTAMPTZ)"
        has_offset = f"regexp_matches({text}, {quote_text(_HAS_OFFSET)}) AND contains({text}, ':')"
        in_zone = _micros(naive, f"timezone({zone}, {naive})")
        instant = f"CASE WHEN {has_offset} THEN {_micros(aware, aware)} ELSE {in_zone} END"
    return f"CASE WHEN {instant} BETWEEN {EARLIEST} AND {LATEST} THEN {instant} END"


def _micros(moment: str, in_zone: str) -> str:
    return f"CASE WHEN isfinite({moment}) THEN epoch_us({in_zone}) END"
