"""Slices: a stretch of the log's decisions as numpy columns, by DuckDB."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from segue.core.decisioning.rewards import USUAL_WINDOW, channel_window
from segue.learning.tables import Columns, query_columns
from segue.model.decisions import SILENCE
from segue.model.time import Instant
from segue.model.workspace import Workspace

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_INPUTS_AT_ONCE = 8

# What could be chosen, as `core.decisioning.rewards.options_of` says it: what did not pass the gate has no scores.
_SLICE = """\
CREATE OR REPLACE TEMP TABLE frame_slice AS
WITH parsed AS (
  SELECT seq, decision_id, decisions.customer_id AS known_as, epoch_us("at") AS "at", slot, "group", policy, chosen,
    probability, is_exploration, is_ghost, context, layout,
    list_filter(
      from_json(considered, '[{{"key": "VARCHAR", "action": "VARCHAR", "channel": "VARCHAR",
        "scores": "MAP(VARCHAR, DOUBLE)", "probability": "DOUBLE"}}]'),
      lambda each: each.probability > 0 OR cardinality(each.scores) > 0 OR each.key = '{silence}') AS options
  FROM decisions JOIN frame_layouts ON frame_layouts.revision IN (decisions.revision, '')
  WHERE seq BETWEEN {first} AND {last} AND epoch_us("at") BETWEEN {since} AND {now}
    AND policy NOT LIKE 'obligation%' AND len(context) = frame_layouts.size
)
SELECT row_number() OVER (ORDER BY seq, decision_id) - 1 AS row,
  coalesce(survivor, known_as) AS customer_id,
  "at" + coalesce(list_max([map_extract_value({windows}, each.channel) FOR each IN options]), {usual}) AS closes_at,
  list_position([each.key FOR each IN options], chosen) - 1 AS place,
  parsed.* EXCLUDE (known_as)
FROM parsed LEFT JOIN frame_survivors ON absorbed_id = known_as
WHERE len(options) >= 2
"""

_ROWS = """\
SELECT decision_id, customer_id, "at", closes_at, slot, "group", policy, place AS chosen, is_ghost, is_exploration,
  if(is_ghost, '', options[place + 1].action) AS action,
  if(is_ghost, '', options[place + 1].channel) AS channel,
  if(is_ghost, 1.0, probability) AS probability,
  if(is_ghost, 0.0, coalesce(map_extract_value(options[place + 1].scores, 'cost'), 0.0)) AS cost
FROM frame_slice ORDER BY row
"""

_OPTIONS = """\
CREATE OR REPLACE TEMP TABLE frame_options AS
SELECT row, generate_subscripts(options, 1) AS place, unnest(options) AS each FROM frame_slice
"""


class Slice(Struct, frozen=True, eq=False):
    """Decisions of a stretch of the log.

    Attributes:
        rows: their columns.
        x: their contexts, shape (n, d).
        options: what they could choose, one after the other, with the number of its ``row``.
        scores: of the options, by name.
    """

    rows: Columns
    x: NDArray[np.float64]
    options: Columns
    scores: dict[str, NDArray[np.float64]]

    def __len__(self) -> int:
        return len(self.x)

    @property
    def size(self) -> int:
        """How many options there are in all."""
        return len(self.options["row"])


class Layouts(Struct, frozen=True):
    """Where the inputs stand in the contexts of which revision.

    Attributes:
        names: of the inputs.
        places: for each layout, the place of each input in the context, from 1; 0 where it has none.
    """

    names: tuple[str, ...]
    places: tuple[tuple[int, ...], ...]


def create_layouts(
    duck: "DuckDBPyConnection", names: tuple[str, ...], inputs: Mapping[str, tuple[str, ...]] | None
) -> Layouts:
    """Tell ``duck`` which revisions' contexts can be read; return how."""
    known = {"": names} if inputs is None else dict(inputs)
    duck.execute("CREATE OR REPLACE TEMP TABLE frame_layouts (revision VARCHAR, layout INTEGER, size INTEGER)")
    for number, (revision, layout) in enumerate(known.items()):
        duck.execute("INSERT INTO frame_layouts VALUES (?, ?, ?)", [revision, number, len(layout)])
    places = [tuple(layout.index(name) + 1 if name in layout else 0 for name in names) for layout in known.values()]
    return Layouts(names, tuple(places))


def read_slice(
    duck: "DuckDBPyConnection",
    layouts: Layouts,
    workspace: Workspace,
    bounds: tuple[int, int],
    since: int,
    now: Instant,
) -> Slice:
    """Return the decisions of the entries ``bounds`` (first and last); they stay in ``frame_slice`` meanwhile."""
    sql = _SLICE.format(
        first=bounds[0],
        last=bounds[1],
        since=since,
        now=now,
        silence=SILENCE,
        usual=USUAL_WINDOW,
        windows=_windows_sql(workspace),
    )
    duck.execute(sql)
    rows = query_columns(duck, _ROWS)
    for name in ("slot", "group", "policy", "action", "channel"):
        rows[name] = _shared_strings(rows[name])
    return Slice(rows, _contexts(duck, len(rows["at"]), layouts), *_options(duck))


def _windows_sql(workspace: Workspace) -> str:
    windows = {channel.name: channel_window(channel, workspace) for channel in workspace.channels}
    keys = ", ".join("'" + name.replace("'", "''") + "'" for name in windows)
    return f"map([{keys}]::VARCHAR[], {list(windows.values())}::BIGINT[])"


def _contexts(duck: "DuckDBPyConnection", count: int, layouts: Layouts) -> NDArray[np.float64]:
    x = np.zeros((count, len(layouts.names)))
    for first in range(0, len(layouts.names), _INPUTS_AT_ONCE):
        columns = range(first, min(first + _INPUTS_AT_ONCE, len(layouts.names)))
        selected = ", ".join(f"{_value_sql(layouts, column)} AS x{column}" for column in columns)
        found = query_columns(duck, f"SELECT {selected} FROM frame_slice ORDER BY row")
        for column in columns:
            x[:, column] = found[f"x{column}"]
    return x


def _value_sql(layouts: Layouts, column: int) -> str:
    """Return the SQL of an input, whichever layout a context has; 0 where it is not there."""
    places = list(dict.fromkeys(places[column] for places in layouts.places))
    if len(places) == 1:
        return f"coalesce(context[{places[0]}], 0.0)"
    cases = " ".join(f"WHEN {number} THEN context[{each[column]}]" for number, each in enumerate(layouts.places))
    return f"coalesce(CASE layout {cases} END, 0.0)"


def _options(duck: "DuckDBPyConnection") -> tuple[Columns, dict[str, NDArray[np.float64]]]:
    duck.execute(_OPTIONS)
    found = duck.sql(
        "SELECT DISTINCT unnest(map_keys(each.scores)) AS name FROM frame_options ORDER BY name"
    ).fetchall()
    names = [row[0] for row in found]
    quoted = ["'" + name.replace("'", "''") + "'" for name in names]
    selected = [f"map_extract_value(each.scores, {name}) AS s{number}" for number, name in enumerate(quoted)]
    fields = ["row", "each.action AS action", "each.channel AS channel", "each.probability AS probability", *selected]
    options = query_columns(duck, f"SELECT {', '.join(fields)} FROM frame_options ORDER BY row, place")
    for name in ("action", "channel"):
        options[name] = _shared_strings(options[name])
    scores = {name: np.asarray(options.pop(f"s{number}"), dtype=np.float64) for number, name in enumerate(names)}
    return options, scores


def _shared_strings(column: NDArray[Any]) -> NDArray[Any]:
    """Return the strings with equal ones being one object: there are few, and a frame has millions of rows."""
    known: dict[str, str] = {}
    return np.array([known.setdefault(each, each) for each in column.tolist()], dtype=object)
