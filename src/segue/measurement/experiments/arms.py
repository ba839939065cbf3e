"""Arms: spellings of one name that differ in case or blanks are one arm; words for nothing are none."""

from collections.abc import Container, Iterable
from typing import TYPE_CHECKING

from segue.core.expressions.sql_values import quoted as quoted_text
from segue.measurement.experiments.columns import column_types, name_sql, replace_columns

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SPELLINGS_MAX = 200
NOTHING = ("", "null", "(null)", "nan", "na", "n/a", "#n/a", "undefined")


def folded(name: str) -> str:
    """Return what all spellings of a name have in common.

    >>> folded(" Control  Group ")
    'control group'
    """
    return " ".join(name.casefold().split())


def fold_arms(
    duck: "DuckDBPyConnection", table: str, arm: str, nothing: Container[str] = NOTHING, what: str = "arm"
) -> list[str]:
    """Write each arm (or other ``what``) as most rows do, and NULL where a word for ``nothing`` stands.

    Returns:
        Which spellings were made one.
    """
    if column_types(duck, table).get(arm) != "VARCHAR":
        return []
    column = name_sql(arm)
    sql = f"SELECT {column}, count(*) FROM {table} WHERE {column} IS NOT NULL GROUP BY 1 LIMIT {SPELLINGS_MAX + 1}"
    counts = {str(spelling): int(count) for spelling, count in duck.execute(sql).fetchall()}
    if len(counts) > SPELLINGS_MAX:
        return []
    groups: dict[str, list[str]] = {}
    for spelling in sorted(counts, key=lambda each: (-counts[each], each)):
        groups.setdefault(folded(spelling), []).append(spelling)
    names = {each: spellings[0].strip() for group, spellings in groups.items() for each in spellings}
    names = {each: name for each, name in names.items() if folded(name) in nothing or name != each}
    if names:
        cases = " ".join(
            f"WHEN {quoted_text(each)} THEN {'NULL' if folded(name) in nothing else quoted_text(name)}"
            for each, name in names.items()
        )
        replace_columns(duck, table, {arm: f"CASE {column} {cases} ELSE {column} END"})
    return [
        f"{', '.join(map(repr, sorted(spellings)))} are one {what}, {spellings[0].strip()}"
        for group, spellings in groups.items()
        if len(spellings) > 1 and group not in nothing
    ]


def spelt(name: str, names: Iterable[str]) -> str:
    """Return the one of ``names`` that differs from ``name`` in case or blanks only; ``name`` where none does."""
    names = list(names)
    return name if name in names else next((each for each in names if folded(each) == folded(name)), name)
