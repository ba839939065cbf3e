"""Amounts: numbers as people write them, with a decimal point or comma, thousands apart, a currency or per cent.

A column is read one way only, and only where that way reads every cell. Where two ways would do and give other
numbers, nothing is read: the difference is a factor of a thousand.
"""

import re
from collections.abc import Container, Iterable
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from segue.core.expressions.sql_values import quoted as quoted_text
from segue.measurement.experiments.columns import column_types, name_sql, replace_columns, words_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Decimal: TypeAlias = Literal["", "point", "comma"]

MISSING = ("", "null", "(null)", "na", "n/a", "#n/a", "nan", "none", "-", "\u2013", "\\n")
"""Words for nothing, beside amounts."""

_SIGNS = "\u20ac$\u00a3\u00a5\u20b9\u20bd\u20ba\u20a9\u20aa\u20b4"
_CODES = (
    "EUR|USD|GBP|CHF|JPY|CNY|INR|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|TRY|RUB|UAH|ILS|AUD|CAD|NZD|SGD|HKD|KRW|BRL|MXN|ZAR"
)
_CURRENCY = f"(?:[{_SIGNS}]|(?i:{_CODES}|Fr\\.|kr|z\u0142)|[A-Z]{{1,2}}\\$)"
_GAP = "[ '\u2019\u00a0\u202f\u2009]"
_MINUS = "[-\u2212]"
_AT_THE_END = f"{_MINUS}$|^[(]"
_PLAIN = re.compile(r"-?\d+(\.\d+)?")
_NEARLY = 0.5
"""A column is meant to hold amounts where at least so many of its cells are."""

_LOOK = 1000
_SHOWN = 3


class Read(Struct, frozen=True):
    """What was made of columns of words, by column: ``told`` says how, ``unread`` why one stayed words."""

    told: dict[str, str] = {}
    unread: dict[str, str] = {}


class _Seen(Struct, frozen=True):
    """What the cells of a column can be: how many there are at all, numbers with a point or a comma, and such that are
    other numbers by each; how many are per cent, and the currencies.
    """

    cells: int
    point: int
    comma: int
    unlike: int
    shares: int
    currencies: tuple[str, ...]


def read_amounts(
    duck: "DuckDBPyConnection", table: str, keep: Container[str], decimal: Decimal = "", likely: Decimal = ""
) -> Read:
    """Make numbers of the columns of words that hold amounts, except those in ``keep``.

    Args:
        decimal: how they are written; where it is not known, the columns themselves tell.
        likely: how a column is taken that could be either, where no other one tells.
    """
    seen = {name: _look(duck, table, name) for name in words_of(duck, table, keep)}
    meant = {name: each for name, each in seen.items() if max(each.point, each.comma) >= _NEARLY * max(each.cells, 1)}
    common = _common(duck, table, [_way(each, decimal) for each in meant.values()], likely)
    told, unread, read = {}, {}, {}
    for name, each in seen.items():
        if name not in meant or not each.cells:
            unread[name] = _words(duck, table, name)
            continue
        way = _way(each, decimal) or common
        if why := _unread(duck, table, name, each, way):
            unread[name] = why
        else:
            if words := _example(duck, table, name, way or "point"):
                told[name] = words
            read[name] = _value(f"({_cell(name)})", way or "point")
    replace_columns(duck, table, read)
    return Read(told, unread)


def _common(duck: "DuckDBPyConnection", table: str, ways: Iterable[Decimal], likely: Decimal) -> Decimal:
    """Return how the other columns are written, where they tell and agree."""
    known = {*ways, *(["point"] if "DOUBLE" in column_types(duck, table).values() else [])} - {""}
    if not known:
        return likely
    return known.pop() if len(known) == 1 else ""  # type: ignore[return-value]


def _look(duck: "DuckDBPyConnection", table: str, name: str) -> _Seen:
    found = _count(duck, f"(FROM {table} LIMIT {_LOOK})", name)
    return found if max(found.point, found.comma) < _NEARLY * found.cells else _count(duck, table, name)


def _count(duck: "DuckDBPyConnection", source: str, name: str) -> _Seen:
    cell = _cell(name)
    point, comma = (f"regexp_full_match(cell, {quoted_text(_pattern(way))})" for way in ("point", "comma"))
    unlike = f"{point} AND {comma} AND {_value('cell', 'point')} <> {_value('cell', 'comma')}"
    sums = ", ".join(f"sum(times) FILTER ({test})" for test in ("true", point, comma, unlike, "contains(cell, '%')"))
    row = duck.execute(
        f"SELECT {sums}, list(DISTINCT upper(regexp_extract(cell, {quoted_text(_CURRENCY)})))"
        f" FROM (SELECT {cell} AS cell, count(*) AS times FROM {source} GROUP BY 1) WHERE cell IS NOT NULL"
    ).fetchall()[0]
    cells, pointed, commas, differ, shares = (int(count or 0) for count in row[:5])
    return _Seen(cells, pointed, commas, differ, shares, tuple(sorted(filter(None, row[5] or ()))))


def _way(seen: _Seen, decimal: Decimal) -> Decimal:
    """Return how a column's amounts are written, "" where both ways read them or neither does."""
    if decimal:
        return decimal
    if seen.unlike == 0 and seen.point == seen.comma == seen.cells:
        return ""
    if (seen.point == seen.cells) != (seen.comma == seen.cells):
        return "point" if seen.point == seen.cells else "comma"
    return ""


def _unread(duck: "DuckDBPyConnection", table: str, name: str, seen: _Seen, way: str) -> str:
    """Return why a column of amounts cannot be read so, "" where it can."""
    if not way and seen.unlike and seen.point == seen.comma == seen.cells:
        return _either(duck, table, name)
    if len(seen.currencies) > 1:
        return f"it holds {' and '.join(seen.currencies)}: convert them to one currency"
    if 0 < seen.shares < seen.cells:
        return f"{seen.shares:,} of {seen.cells:,} cells are per cent: write all alike"
    way = way or ("point" if seen.point >= seen.comma else "comma")
    good = seen.point if way == "point" else seen.comma
    return _strangers(duck, table, name, way, seen.cells - good) if good < seen.cells else ""


def _either(duck: "DuckDBPyConnection", table: str, name: str) -> str:
    point, comma = _value("cell", "point"), _value("cell", "comma")
    cell, one, other = duck.execute(
        f"SELECT cell, {point} AS p, {comma} AS c FROM (SELECT {_cell(name)} AS cell FROM {table}) WHERE p <> c LIMIT 1"
    ).fetchall()[0]
    return f"{_shown(cell)} could be {one:,.12g} or {other:,.12g}: say --decimal point or --decimal comma"


def _strangers(duck: "DuckDBPyConnection", table: str, name: str, way: str, count: int) -> str:
    place, cell = duck.execute(
        f"SELECT min(row_number__), arg_min(cell, row_number__) FROM (SELECT {_cell(name)} AS cell, row_number__"
        f" FROM {table}) WHERE NOT regexp_full_match(cell, {quoted_text(_pattern(way))})"
    ).fetchall()[0]
    cells = "1 cell is" if count == 1 else f"{count:,} cells are"
    return f"{cells} no number, the first in row {place:,}: {cell!r}"


def _words(duck: "DuckDBPyConnection", table: str, name: str) -> str:
    cells = duck.execute(f"SELECT DISTINCT {_cell(name)} AS c FROM {table} WHERE c IS NOT NULL LIMIT {_SHOWN}")
    words = ", ".join(repr(row[0]) for row in cells.fetchall())
    return f"it holds words ({words})" if words else "it is empty"


def _example(duck: "DuckDBPyConnection", table: str, name: str, way: str) -> str:
    """Return how the cell that has the most to be understood was understood, and which words were taken for nothing;
    "" where the cells are numbers as they stand.
    """
    cell, value = duck.execute(
        f"SELECT cell, {_value('cell', way)}"
        f" FROM (SELECT DISTINCT {_cell(name)} AS cell FROM {table}) WHERE cell IS NOT NULL"
        f" ORDER BY regexp_matches(cell, {quoted_text(_AT_THE_END)}) DESC,"
        f" {_value('cell', way)} = 0, length(regexp_replace(cell, '[0-9]', '', 'g')) DESC, length(cell) DESC, cell"
        " LIMIT 1"
    ).fetchall()[0]
    column = name_sql(name)
    sql = f"SELECT DISTINCT {column} FROM {table} WHERE trim({column}) <> '' AND {_cell(name)} IS NULL ORDER BY 1"
    nothing = [f"'{row[0]}'" for row in duck.execute(sql).fetchall()]
    told = [] if _PLAIN.fullmatch(cell) else [f"{_shown(cell)} is {value:.12g}"]
    told += [f"{', '.join(nothing)} {'is' if len(nothing) == 1 else 'are'} nothing"] if nothing else []
    return f"in {name} {', '.join(told)}" if told else ""


def _shown(cell: str) -> str:
    return "'" + re.sub(_GAP, lambda found: found[0] if found[0] == "'" else " ", cell) + "'"


def _cell(name: str) -> str:
    column = f"trim({name_sql(name)})"
    missing = ", ".join(map(quoted_text, MISSING))
    return f"CASE WHEN lower({column}) IN ({missing}) THEN NULL ELSE {column} END"


def _pattern(way: str) -> str:
    """Return the pattern of a cell that is an amount; Indian groups have two digits before the last one."""
    point, group = ("\\.", ",") if way == "point" else (",", "\\.")
    groups = f"\\d{{1,3}}(?:{group}\\d{{2,3}})*{group}\\d{{3}}|\\d{{1,3}}(?:{_GAP}\\d{{3}})+"
    number = f"(?:(?:\\d+|{groups})(?:{point}\\d*)?|{point}\\d+)(?:[eE][-+]?\\d{{1,2}})?"
    before, behind = f"(?:{_CURRENCY}{_GAP}?)?", f"(?:{_GAP}?(?:{_CURRENCY}|%))?"
    plain = f"[-+\u2212]?{before}[-+\u2212]?{number}{behind}{_GAP}?{_MINUS}?"
    return f"{plain}|\\({before}{number}{behind}\\)"


def _value(cell: str, way: str) -> str:
    """Return the SQL of a cell's number, NULL where it is none."""
    group = "," if way == "point" else "."
    bare = f"replace(regexp_replace({cell}, {quoted_text(f'{_CURRENCY}|{_GAP}|[%()]')}, '', 'g'), '{group}', '')"
    pointed = bare if way == "point" else f"replace({bare}, ',', '.')"
    unsigned = f"try_cast(ltrim(rtrim({pointed}, '-\u2212'), '-+\u2212') AS DOUBLE)"
    is_negative = f"regexp_matches({cell}, {quoted_text(f'^(?:{_CURRENCY}|{_GAP})*{_MINUS}|{_MINUS}$|^[(]')})"
    share = f"CASE WHEN contains({cell}, '%') THEN 0.01 ELSE 1.0 END"
    return f"(CASE WHEN {is_negative} THEN -1.0 ELSE 1.0 END * {share} * {unsigned})"
