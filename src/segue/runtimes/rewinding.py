"""Rewinding: what was known of every customer at any moment, as numbers for models; by SQL over the log.

The past is seen with today's knowledge, as audiences over history are: events count from when they happened, also those
that arrived later. So a history that was imported yesterday teaches as much as one that was lived through. What only a
running customer has (how tired of contacts, the hour) is no part of it.
"""

from typing import TYPE_CHECKING

import numpy as np

from segue.core.decisioning.context import inputs_of, nearness, reading_of
from segue.core.expressions import Node, Scope, parse
from segue.core.world import all_features
from segue.learning.jobs.scores import Known
from segue.learning.tables import query_columns
from segue.measurement.audiences import values_sql
from segue.model.errors import SegueError
from segue.model.time import Instant
from segue.model.workspace import Workspace

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

KNOWN_FOR = "known_for"


def customers_at(duck: "DuckDBPyConnection", workspace: Workspace, at: Instant) -> Known:
    """Return what was known at ``at`` of every customer who had been seen by then; 0 is what was not known.

    Args:
        duck: a connection with the views of `measurement.audiences.TABLES`.
    """
    nodes = _told(workspace, at)
    found = query_columns(duck, values_sql(nodes, workspace, at))
    count = len(found["customer_id"])
    columns, names = [], []
    for name, node in nodes.items():
        reading, labels = reading_of(name, str(node.type))
        values = [reading(_plain(value), at) for value in found[name].tolist()]
        columns.append(np.array(values, dtype=np.float64).reshape(count, len(labels)))
        names += labels
    known = [1.0 - nearness(at - int(first)) for first in found["first_seen"].tolist()]
    columns.append(np.array(known, dtype=np.float64).reshape(count, 1))
    return Known(at, (*names, KNOWN_FOR), found["customer_id"], np.concatenate(columns, axis=1))


def _told(workspace: Workspace, at: Instant) -> dict[str, Node]:
    """Return the inputs that the log can tell."""
    features = all_features(workspace)
    scope = Scope(traits={name: spec.type for name, spec in workspace.traits.items()}, features=features)
    nodes: dict[str, Node] = {}
    for name in inputs_of(workspace):
        node = parse(name, scope, None)
        try:
            values_sql({name: node}, workspace, at)
        except SegueError:
            continue  # such as a feature about reports whose details only the customer's ledger holds
        nodes[name] = node
    return nodes


def _plain(value: object) -> object:
    """Return a value of a column as an expression's would be: missing is None, and a whole number is whole."""
    if isinstance(value, float):
        if value != value:
            return None
        return int(value) if value.is_integer() else value
    return value
