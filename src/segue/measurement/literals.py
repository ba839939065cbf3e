"""SQL literals of what reports ask for: moments and lists of names."""

from collections.abc import Iterable
from datetime import datetime

from segue.core.expressions.sql_values import quoted


def timestamp(moment: datetime) -> str:
    """Return a moment in UTC, with its zone or without, as a TIMESTAMP.

    >>> timestamp(datetime(2026, 3, 2, 12))
    "TIMESTAMP '2026-03-02 12:00:00'"
    """
    return f"TIMESTAMP '{moment.replace(tzinfo=None).isoformat(sep=' ')}'"


def listed(values: Iterable[str]) -> str:
    """Return texts as a list.

    >>> listed(["a", "it's"])
    "['a', 'it''s']"
    """
    return "[" + ", ".join(map(quoted, values)) + "]"
