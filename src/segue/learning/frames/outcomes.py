"""Outcomes: what happened in the windows of a frame's decisions, by DuckDB.

`create_windows` first; its table holds every decision's window, and when the customer's next decision was.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segue.core.decisioning.rewards import objectives_of
from segue.learning.tables import query_columns
from segue.model.time import NEVER, Instant
from segue.model.workspace import Workspace

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Who turned out to be whom. A chain of merges ends with the one who was never absorbed.
_SURVIVORS = """\
CREATE OR REPLACE TEMP TABLE frame_survivors AS
WITH RECURSIVE absorptions AS (
  SELECT json_extract_string(body, '/absorbed_id') AS absorbed_id, customer_id AS survivor
  FROM events WHERE kind = 'merged'
), chains AS (
  SELECT * FROM absorptions
  UNION ALL
  SELECT chains.absorbed_id, absorptions.survivor
  FROM chains JOIN absorptions ON absorptions.absorbed_id = chains.survivor
)
SELECT DISTINCT * FROM chains WHERE survivor NOT IN (SELECT absorbed_id FROM absorptions)
"""

_FOLLOWED = """\
CREATE OR REPLACE TEMP TABLE frame_steps AS
SELECT *, coalesce(lead(decided_at) OVER (PARTITION BY customer_id, slot ORDER BY decided_at, row), {never}) AS next_at
FROM frame_windows
"""

_REWARDS = """\
SELECT row, objective, sum(amount) AS amount,
  coalesce(sum(amount) FILTER (WHERE happened_at <= next_at), 0.0) AS step
FROM frame_steps JOIN (
  SELECT coalesce(survivor, customer_id) AS customer_id, epoch_us("at") AS happened_at, objective, amount
  FROM rewards LEFT JOIN frame_survivors ON absorbed_id = customer_id
  WHERE epoch_us("at") <= {now}
) USING (customer_id)
WHERE happened_at > decided_at AND happened_at <= closes_at
GROUP BY ALL ORDER BY ALL
"""

_EVENTS = """\
SELECT row, name, min(happened_at) AS first_at
FROM frame_steps JOIN (
  SELECT coalesce(survivor, customer_id) AS customer_id, epoch_us("at") AS happened_at,
    CASE kind
      WHEN 'tracked' THEN name
      WHEN 'delivery_reported' THEN 'message_' || json_extract_string(body, '/status')
      ELSE kind
    END AS name
  FROM events LEFT JOIN frame_survivors ON absorbed_id = customer_id
  WHERE epoch_us("at") <= {now} AND ({which})
) USING (customer_id)
WHERE happened_at > decided_at AND happened_at <= closes_at
GROUP BY ALL ORDER BY ALL
"""


def create_survivors(duck: "DuckDBPyConnection") -> None:
    """Tell ``duck`` who turned out to be whom: table ``frame_survivors``."""
    duck.execute(_SURVIVORS)


def create_windows(duck: "DuckDBPyConnection") -> None:
    """Make the empty table of windows, ``frame_windows``."""
    columns = "row BIGINT, customer_id VARCHAR, slot VARCHAR, decided_at BIGINT, closes_at BIGINT"
    duck.execute(f"CREATE OR REPLACE TEMP TABLE frame_windows ({columns})")


def follow_windows(duck: "DuckDBPyConnection") -> None:
    """Find each decision's next one of the same customer and slot, once all windows are there."""
    duck.execute(_FOLLOWED.format(never=NEVER))


def read_rewards(
    duck: "DuckDBPyConnection", count: int, workspace: Workspace, now: Instant
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what each of ``count`` decisions led to in its window, and that of it before the next decision: (n, H)."""
    objectives = objectives_of(workspace)
    found = query_columns(duck, _REWARDS.format(now=now))
    rewards, steps = np.zeros((count, len(objectives))), np.zeros((count, len(objectives)))
    for place, (name, objective) in enumerate(objectives.items()):
        mine = found["objective"] == name
        # That something happens is so once, however often it does.
        most = np.inf if objective.of is not None else 1.0
        rewards[found["row"][mine], place] = np.minimum(found["amount"][mine], most)
        steps[found["row"][mine], place] = np.minimum(found["step"][mine], most)
    return rewards, steps


def read_successes(
    duck: "DuckDBPyConnection", count: int, names: Sequence[str], now: Instant
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return whether each of the events ``names`` happened in each window (n, E), and when consent was withdrawn (n,).

    `NEVER` where it was not.
    """
    listed = ", ".join("'" + name.replace("'", "''") + "'" for name in names) or "NULL"
    told = [f"kind = 'tracked' AND name IN ({listed})"]
    told += ["kind = 'delivery_reported'"] if any(name.startswith("message_") for name in names) else []
    told += [f"kind IN ({listed})", "kind = 'consent_changed' AND json_extract(body, '/granted') = false"]
    found = query_columns(duck, _EVENTS.format(now=now, which=" OR ".join(f"({each})" for each in told)))
    happened = np.zeros((count, len(names)), dtype=bool)
    for place, name in enumerate(names):
        happened[found["row"][found["name"] == name], place] = True
    withdrew_at = np.full(count, NEVER, dtype=np.int64)
    withdrawn = found["name"] == "consent_changed"
    withdrew_at[found["row"][withdrawn]] = found["first_at"][withdrawn]
    return happened, withdrew_at


def read_next(duck: "DuckDBPyConnection", count: int) -> NDArray[np.int64]:
    """Return when the customer's next decision of the same slot was, `NEVER` for none: (n,)."""
    found = query_columns(duck, "SELECT next_at FROM frame_steps ORDER BY row")
    return np.asarray(found["next_at"], dtype=np.int64) if count else np.zeros(0, dtype=np.int64)
