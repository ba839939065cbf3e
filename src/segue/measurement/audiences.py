"""Audiences over history: the customers for whom an audience's ``when`` holds, recounted from the log by SQL.

The same expression is compiled to Python for customers one by one; here it is one query over all of them, at any
moment. A past moment is seen with today's knowledge: events count from when they happened, also those that arrived
later, and customers who turned out to be one are one.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from segue.core.expression_sites import Site
from segue.core.expressions import History, Node, Scope, names_used, parse, to_sql
from segue.core.expressions.sql_values import EVENT, property_sql, quoted
from segue.core.world import all_features, scope_of
from segue.model.catalogue import Audience, EventSpec, FeatureSpec
from segue.model.errors import SegueError
from segue.model.ids import CustomerId
from segue.model.time import Instant
from segue.model.workspace import Workspace

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TABLES = ("events", "deliveries")
"""The tables of the log that an audience's query reads (`measurement.segments`)."""

_NOT_IN_THE_LOG = ("theme", "journey", "run_id", "step", "contact_point")

# Whose events are whose, and what rules see of each event (`core.facts`). A report about a message or a task is told as
# message_STATUS, one about a membership as delivery_STATUS.
_FACTS = """\
WITH RECURSIVE absorptions AS (
  SELECT json_extract_string(body, '/absorbed_id') AS absorbed_id, customer_id AS survivor
  FROM events WHERE kind = 'merged'
), chains AS (
  SELECT * FROM absorptions
  UNION ALL
  SELECT chains.absorbed_id, absorptions.survivor
  FROM chains JOIN absorptions ON absorptions.absorbed_id = chains.survivor
), survivors AS (
  SELECT * FROM chains WHERE survivor NOT IN (SELECT absorbed_id FROM absorptions)
), messages AS (
  SELECT DISTINCT delivery_id, channel, action FROM deliveries WHERE kind IN ('deliver', 'task')
), facts AS (
  SELECT
    coalesce(survivors.survivor, events.customer_id) AS customer_id,
    events.seq AS seq,
    epoch_us(events."at") AS "at",
    CASE events.kind
      WHEN 'tracked' THEN events.name
      WHEN 'delivery_reported' THEN
        if(messages.delivery_id IS NULL, 'delivery_', 'message_') || json_extract_string(events.body, '/status')
      ELSE events.kind
    END AS name,
    CASE events.kind
      WHEN 'tracked' THEN json_extract(events.body, '/properties')
      WHEN 'delivery_reported' THEN json_object(
        'delivery_id', json_extract(events.body, '/delivery_id'),
        'channel', messages.channel, 'action', messages.action)
      WHEN 'decision_requested' THEN json_merge_patch(
        json_extract(events.body, '/context'), json_object('placement', json_extract(events.body, '/placement')))
      WHEN 'identified' THEN '{{}}'::JSON
      ELSE events.body
    END AS properties,
    json_extract(events.body, '/traits') AS traits
  FROM events
  LEFT JOIN survivors ON survivors.absorbed_id = events.customer_id
  LEFT JOIN messages ON messages.delivery_id = json_extract_string(events.body, '/delivery_id')
  WHERE events.kind NOT IN ('tick', 'merged') AND epoch_us(events."at") <= {now}
), customers AS (
  SELECT customer_id{traits}
  FROM (SELECT customer_id, seq, "at", traits AS properties FROM facts) AS {event}
  GROUP BY customer_id
)
"""


def audience_node(audience: Audience, workspace: Workspace) -> Node:
    """Return the typed tree of the condition of ``audience``, which must have one."""
    assert audience.when is not None, "an audience that actions keep has no condition"
    site = Site(f"audiences.{audience.audience}.when", audience.when)
    scope: Scope = scope_of(site, workspace, all_features(workspace))
    return parse(audience.when, scope, "boolean")


def audience_sql(audience: Audience, workspace: Workspace, now: Instant) -> str:
    """Return a query of the ids of the customers in ``audience`` at ``now``, in their order.

    Raises:
        ExpressionError: the condition does not parse, or has no meaning over history.
        SegueError: it counts reports by something that the log does not tell of them.
    """
    node = audience_node(audience, workspace)
    head, history = _history((node,), workspace, now)
    return f"{head}SELECT customer_id FROM customers WHERE {to_sql(node, history)} ORDER BY customer_id"


def values_sql(nodes: Mapping[str, Node], workspace: Workspace, now: Instant) -> str:
    """Return a query of every customer's values of ``nodes`` at ``now``, each as a column of its name, with
    ``customer_id`` and ``first_seen`` (microseconds), in the order of the ids.

    Raises:
        ExpressionError: one has no meaning over history.
        SegueError: as `audience_sql`.
    """
    head, history = _history(tuple(nodes.values()), workspace, now)
    columns = "".join(f', {to_sql(node, history)} AS "{name}"' for name, node in nodes.items())
    first = 'SELECT customer_id, min("at") AS first_seen FROM facts GROUP BY customer_id'
    return f"{head}SELECT customer_id, first_seen{columns} FROM customers JOIN ({first}) USING (customer_id) ORDER BY 1"


def members(audience: Audience, workspace: Workspace, duck: "DuckDBPyConnection", now: Instant) -> list[CustomerId]:
    """Return the customers in ``audience`` at ``now``, in the order of their ids; ``duck`` has the views of `TABLES`.

    Raises:
        SegueError: as `audience_sql`.
    """
    return [CustomerId(row[0]) for row in duck.sql(audience_sql(audience, workspace, now)).fetchall()]


def _history(nodes: tuple[Node, ...], workspace: Workspace, now: Instant) -> tuple[str, History]:
    """Return the tables that ``nodes`` are about, and how each reads them."""
    features = all_features(workspace)
    for name in dict.fromkeys(name for node in nodes for name in names_used(node, "feature")):
        _require_told(name, features[name])
    history = History(
        features=features,
        declared=workspace.events,
        column=lambda name: f"customers.{_column(name)}",
        events="facts",
        customer="customers.customer_id",
        now=str(now),
    )
    used = dict.fromkeys(name for node in nodes for name in names_used(node, "trait"))
    traits = "".join(f",\n    {_trait_sql(name, workspace)}" for name in used)
    return _FACTS.format(now=now, traits=traits, event=EVENT), history


def _trait_sql(name: str, workspace: Workspace) -> str:
    """Return the trait's latest statement as a column; null where that was null, or of another type."""
    is_stated = f"json_type({EVENT}.properties, {quoted('/' + name)}) IS NOT NULL"
    value = property_sql(name, workspace.traits[name].type)
    statement = f"{{'at': {EVENT}.\"at\", 'seq': {EVENT}.seq, 'value': {value}}}"
    return f"struct_extract(max({statement}) FILTER (WHERE {is_stated}), 'value') AS {_column(name)}"


def _column(trait: str) -> str:
    return f'"trait.{trait}"'


def _require_told(name: str, spec: FeatureSpec) -> None:
    """Check that ``spec`` asks nothing of a report that only the customer's contact ledger knows."""
    if not spec.event.startswith("message_"):
        return
    scope = Scope(event=EventSpec().properties, has_event=True)
    asked = names_used(parse(spec.where, scope, "boolean"), "event") if spec.where else ()
    for word in (*asked, spec.of):
        if word in _NOT_IN_THE_LOG:
            reason = (
                f"Feature {name!r} asks for event.{word} of a message's report, which the exported log does not hold."
            )
            raise SegueError(reason, "Over history, ask for delivery_id, channel or action.")
