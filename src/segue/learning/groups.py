"""What the standing groups brought: agent, rules, random and holdout side by side, as the lot put customers into them.

The comparison that needs no model and no weights: groups differ by chance alone, so what they bring differs by what was
decided for them. Customers are what was drawn, so each is one observation, however many decisions were made for them.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from segue.core.decisioning.rewards import USUAL_WINDOW, channel_window, objectives_of
from segue.learning.frames.outcomes import create_survivors, create_windows, follow_windows, read_rewards
from segue.learning.off_policy.intervals import Interval, interval
from segue.learning.tables import query_columns
from segue.model.assignments import AGENT, HOLDOUT, RANDOM, RULES
from segue.model.decisions import SILENCE
from segue.model.time import Instant
from segue.model.workspace import Workspace

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ORDER = (AGENT, RULES, RANDOM, HOLDOUT)
BASELINES = (HOLDOUT, RULES, RANDOM)
"""What the others are compared with: the first that has customers."""

_Z = 1.959963984540054

Floats = NDArray[np.float64]

# Unlike a frame: with decisions that no chance made, such as those of the rules. What passed the gate has scores.
_DECISIONS = """\
CREATE OR REPLACE TEMP TABLE group_decisions AS
WITH parsed AS (
  SELECT seq, decision_id, coalesce(survivor, customer_id) AS customer_id, epoch_us("at") AS "at", slot, "group",
    chosen = '{silence}' OR is_ghost AS silent,
    list_filter(
      from_json(considered, '[{{"key": "VARCHAR", "channel": "VARCHAR", "scores": "MAP(VARCHAR, DOUBLE)"}}]'),
      lambda each: cardinality(each.scores) > 0 AND each.key <> '{silence}') AS options,
    chosen
  FROM decisions LEFT JOIN frame_survivors ON absorbed_id = customer_id
  WHERE epoch_us("at") BETWEEN {since} AND {now} AND policy NOT LIKE 'obligation%' AND slot NOT LIKE 'choose:%'
)
SELECT row_number() OVER (ORDER BY seq, decision_id) - 1 AS row, customer_id, "group", slot, silent, "at" AS decided_at,
  "at" + coalesce(list_max([map_extract_value({windows}, each.channel) FOR each IN options]), {usual}) AS closes_at,
  if(silent, 0.0, coalesce(list_sum(
    [map_extract_value(each.scores, 'cost') FOR each IN options IF each.key = chosen]), 0.0)) AS cost
FROM parsed WHERE len(options) >= 1
"""

_CUSTOMERS = """\
SELECT customer_id, any_value("group") AS "group", sum(cost) AS cost,
  coalesce(any_value(earned.worth), 0.0) AS worth
FROM group_decisions LEFT JOIN (
  SELECT customer_id, sum(amount * weight) AS worth
  FROM (
    SELECT coalesce(survivor, customer_id) AS customer_id, epoch_us("at") AS happened_at, objective, amount
    FROM rewards LEFT JOIN frame_survivors ON absorbed_id = customer_id
  )
  JOIN (SELECT customer_id, min(decided_at) AS first_at FROM group_decisions GROUP BY ALL) USING (customer_id)
  JOIN group_weights USING (objective)
  WHERE happened_at > first_at AND happened_at <= {now}
  GROUP BY ALL
) AS earned USING (customer_id)
GROUP BY customer_id ORDER BY customer_id
"""


class GroupValue(Struct, frozen=True, kw_only=True):
    """What one group brought, in currency, less what contacts cost; with 95 % intervals.

    Attributes:
        customers: with at least one decision that had a choice.
        decisions: those of them whose windows are over.
        silent: share of these in which nothing was done; 1 for the held out.
        per_decision: what each led to in its own window; windows of one customer may share events.
        per_customer: all that happened after their first decision, every event once.
        ahead: how much more a customer brought than one of the baseline; None for the baseline.
    """

    group: str
    customers: int
    decisions: int
    silent: float
    per_decision: Interval
    per_customer: Interval
    ahead: Interval | None = None


def compare_groups(
    duck: "DuckDBPyConnection",
    workspace: Workspace,
    *,
    now: Instant,
    since: Instant = Instant(0),  # noqa: B008
    objective: str = "",
) -> tuple[GroupValue, ...]:
    """Return what each standing group brought; those without a decision whose window is over are left out.

    Args:
        duck: a connection with the views of `frames.TABLES`.
        objective: count only this one, by its value and weight, and no cost.
    """
    counted = {
        name: each.value * each.weight for name, each in objectives_of(workspace).items() if objective in ("", name)
    }
    _read(duck, workspace, counted, since, now)
    decided = query_columns(
        duck, 'SELECT customer_id, "group", silent, cost, closes_at FROM group_decisions ORDER BY row'
    )
    whole = query_columns(duck, _CUSTOMERS.format(now=now))
    weights = np.array([counted.get(name, 0.0) for name in objectives_of(workspace)])
    rewards, _ = read_rewards(duck, len(decided["cost"]), workspace, now)
    charge = 0.0 if objective else 1.0
    decided["reward"] = rewards @ weights - charge * decided["cost"]
    whole["reward"] = whole["worth"] - charge * whole["cost"]
    is_over = decided["closes_at"] <= now
    return _compared({name: column[is_over] for name, column in decided.items()}, whole)


def _read(
    duck: "DuckDBPyConnection", workspace: Workspace, weights: dict[str, float], since: Instant, now: Instant
) -> None:
    """Make ``group_decisions`` and ``group_weights``, and the windows that `read_rewards` looks into."""
    create_survivors(duck)
    windows = {channel.name: channel_window(channel, workspace) for channel in workspace.channels}
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in windows)
    as_map = f"map([{names}]::VARCHAR[], {list(windows.values())}::BIGINT[])"
    duck.execute(_DECISIONS.format(silence=SILENCE, since=since, now=now, windows=as_map, usual=USUAL_WINDOW))
    duck.execute("CREATE OR REPLACE TEMP TABLE group_weights (objective VARCHAR, weight DOUBLE)")
    for objective, weight in weights.items():
        duck.execute("INSERT INTO group_weights VALUES (?, ?)", [objective, weight])
    create_windows(duck)
    duck.execute("INSERT INTO frame_windows SELECT row, customer_id, slot, decided_at, closes_at FROM group_decisions")
    follow_windows(duck)


def _compared(decided: dict[str, NDArray[Any]], whole: dict[str, NDArray[Any]]) -> tuple[GroupValue, ...]:
    there = [group for group in ORDER if (decided["group"] == group).any()]
    found = [_value(group, decided, whole) for group in there]
    baseline = next((each for name in BASELINES for each in found if each.group == name), None)
    if baseline is None:
        return tuple(found)
    return tuple(
        each if each is baseline else replace(each, ahead=ahead_of(each.per_customer, baseline.per_customer))
        for each in found
    )


def _value(group: str, decided: dict[str, NDArray[Any]], whole: dict[str, NDArray[Any]]) -> GroupValue:
    mine = decided["group"] == group
    per_customer = whole["reward"][whole["group"] == group]
    return GroupValue(
        group=group,
        customers=len(per_customer),
        decisions=int(mine.sum()),
        silent=float(decided["silent"][mine].mean()),
        per_decision=mean_of(decided["reward"][mine], decided["customer_id"][mine]),
        per_customer=mean_of(per_customer),
    )


def mean_of(reward: Floats, customer: NDArray[Any] | None = None) -> Interval:
    """Return the mean of ``reward`` (n,) with its interval; decisions of one customer count as one observation."""
    mean = float(reward.mean())
    return interval(mean, reward - mean, customer)


def ahead_of(value: Interval, baseline: Interval) -> Interval:
    """Return how far ``value`` is ahead of ``baseline``, of other customers: their errors add up in squares."""
    difference = value.value - baseline.value
    error = float(np.hypot(value.standard_error, baseline.standard_error))
    return Interval(difference, difference - _Z * error, difference + _Z * error, error)
