"""Histories: what customers did, and who they are, from the log; customers who turned out to be one are one."""

from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from segue.learning.frames.outcomes import create_survivors
from segue.learning.tables import query_columns
from segue.model.time import Instant

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_EVENTS = """\
SELECT coalesce(survivor, customer_id) AS customer_id, epoch_us("at") AS "at",
  coalesce(TRY_CAST(json_extract_string(body, '/properties/' || $of) AS DOUBLE), 0.0) AS amount
FROM events LEFT JOIN frame_survivors ON absorbed_id = customer_id
WHERE kind = 'tracked' AND name = $name AND epoch_us("at") <= $until
ORDER BY "at", seq
"""

_TRAITS = """\
SELECT coalesce(survivor, customer_id) AS customer_id,
  arg_max(json_extract_string(body, '/traits/' || $name), ("at", seq)) AS value
FROM events LEFT JOIN frame_survivors ON absorbed_id = customer_id
WHERE kind IN ('tracked', 'identified') AND json_type(body, '/traits/' || $name) IS NOT NULL
  AND epoch_us("at") <= $until
GROUP BY ALL
"""


class Happened(Struct, frozen=True, eq=False):
    """One event, each time: whose and when (microseconds), and the amount; in the order of time, each of shape (n,)."""

    customer_id: NDArray[Any]
    at: NDArray[np.int64]
    amount: NDArray[np.float64]

    def between(self, after: int, until: int) -> frozenset[str]:
        """Return who did it after one moment and not after the other."""
        inside = (self.at > after) & (self.at <= until)
        return frozenset(self.customer_id[inside].tolist())


def read_happened(duck: "DuckDBPyConnection", name: str, *, of: str = "", until: Instant) -> Happened:
    """Return every event ``name`` up to ``until``, with the property ``of`` as its amount (0 where it has none)."""
    create_survivors(duck)
    found = query_columns(duck, _filled(_EVENTS, name=name, of=of, until=until))
    return Happened(found["customer_id"], found["at"].astype(np.int64), found["amount"].astype(np.float64))


def read_trait(duck: "DuckDBPyConnection", name: str, until: Instant) -> dict[str, str]:
    """Return what was said last of a trait, as text, by customer; without those of whom nothing was said."""
    create_survivors(duck)
    found = query_columns(duck, _filled(_TRAITS, name=name, until=until))
    known = zip(found["customer_id"].tolist(), found["value"].tolist(), strict=True)
    return {customer: value for customer, value in known if value is not None}


def _filled(sql: str, **values: str | int) -> str:
    for name, value in values.items():
        sql = sql.replace(f"${name}", str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'")
    return sql
