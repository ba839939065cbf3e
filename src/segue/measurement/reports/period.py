"""A period of a log: its tables cut to it, with every customer under the name that they have today."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from segue.core.decisioning.rewards import objectives_of
from segue.measurement.literals import timestamp
from segue.measurement.statistics.split import SplitCheck
from segue.model.assignments import Holdout
from segue.model.errors import SegueError
from segue.model.learning import Objective
from segue.model.time import Instant
from segue.model.workspace import Workspace

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SCHEMA = "period"

# Who turned out to be whom. A chain of merges ends with the one who was never absorbed.
_SURVIVORS = f"""
CREATE OR REPLACE TABLE {SCHEMA}.survivors AS
WITH RECURSIVE merges AS (
    SELECT json_extract_string(body, '/absorbed_id') AS absorbed, customer_id AS survivor
    FROM main.events WHERE kind = 'merged'
), chains AS (
    SELECT * FROM merges
    UNION
    SELECT chains.absorbed, merges.survivor FROM chains JOIN merges ON merges.absorbed = chains.survivor
)
SELECT absorbed, any_value(survivor) AS survivor FROM chains
WHERE survivor NOT IN (SELECT absorbed FROM merges) GROUP BY absorbed
"""

_MOMENTS = {"events": "at", "decisions": "at", "deliveries": "now", "steps": "at", "rewards": "at"}


class Lot(Struct, frozen=True):
    """What the lot of a revision was to give: the planned shares by group, in an epoch, and its holdouts by name."""

    epoch: str
    shares: dict[str, float]
    holdouts: dict[str, Holdout] = {}


class Period(Struct, frozen=True, eq=False):
    """The log of a workspace from ``begin`` (included) to ``end`` (not).

    Attributes:
        duck: where the unqualified names events, decisions, deliveries, steps and rewards are those of the period.
        begin, end: UTC, without a zone.
        lots: of each revision in the log; empty where only ``workspace`` is known.
        by: the trait by whose values effects are looked into, "" for none.
        splits: by holdout, whether it kept whom its lot drew.
        doubted: channels of which nothing is told as caused, because the split of a holdout of theirs is broken.
    """

    duck: "DuckDBPyConnection"
    workspace: Workspace
    begin: datetime
    end: datetime
    lots: Mapping[str, Lot] = {}
    by: str = ""
    splits: Mapping[str, SplitCheck] = {}
    doubted: frozenset[str] = frozenset()

    @property
    def objectives(self) -> dict[str, Objective]:
        """What counts, by name: declared in learning.yaml, or the success of actions."""
        return objectives_of(self.workspace)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        return self.duck.execute(query).fetchall()

    def one(self, query: str) -> tuple[Any, ...]:
        """Return the only row of a query."""
        return self.rows(query)[0]


def open_period(
    duck: "DuckDBPyConnection",
    workspace: Workspace,
    *,
    begin: Instant | None = None,
    end: Instant | None = None,
    lots: Mapping[str, Lot] | None = None,
    by: str = "",
) -> Period:
    """Return a period of the log that `segue.measurement.segments.read_log` opened.

    Args:
        begin, end: of the whole log where None.
        lots: of each revision (`segue.measurement.reports.lots.lot_of`), where they are known.
        by: a trait; its values make groups of customers.

    Raises:
        SegueError: nothing happened in it.
    """
    first, last = duck.execute('SELECT min("at"), max("at") FROM main.events').fetchall()[0]
    if first is None:
        raise SegueError("The log is empty.", "Measure when something has happened.")
    since = first if begin is None else _moment(begin)
    until = last if end is None else _moment(end)
    duck.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    duck.execute(_SURVIVORS)
    upto = "<=" if end is None else "<"
    for table, column in _MOMENTS.items():
        duck.execute(
            f"""
            CREATE OR REPLACE TABLE {SCHEMA}.{table} AS
            SELECT {table}.* REPLACE (coalesce(survivor, customer_id) AS customer_id)
            FROM main.{table} LEFT JOIN {SCHEMA}.survivors ON absorbed = customer_id
            WHERE "{column}" >= {timestamp(since)} AND "{column}" {upto} {timestamp(until)}
            """
        )
    duck.execute(f"SET search_path = '{SCHEMA},main'")
    if not duck.execute("SELECT count(*) FROM events").fetchall()[0][0]:
        raise SegueError("Nothing happened in this period.", f"The log goes from {first} to {last}.")
    return Period(duck, workspace, since, until, lots or {}, by)


def _moment(instant: Instant) -> datetime:
    return datetime.fromtimestamp(instant / 1e6, UTC).replace(tzinfo=None)
