"""Reading: decisions and rewards of the log, joined by DuckDB, into a frame.

What happens counts from when it happened, for every decision of the customer whose window it falls in. Customers who
turned out to be one are one, with all their decisions and all that happened. Decisions are read in slices of the log,
so that what is in memory at once stays small.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from segue.core.decisioning.context import compile_context
from segue.core.decisioning.rewards import objectives_of
from segue.core.world import all_features
from segue.learning.frames.frame import Frame
from segue.learning.frames.options import Options
from segue.learning.frames.outcomes import (
    create_survivors,
    create_windows,
    follow_windows,
    read_next,
    read_rewards,
    read_successes,
)
from segue.learning.frames.slices import Slice, create_layouts, read_slice
from segue.learning.tables import query_columns
from segue.model.time import Instant
from segue.model.workspace import Workspace

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TABLES = ("events", "decisions", "rewards")
"""The tables of the log that a frame is made of (`measurement.segments.read_log`)."""

_BEGINNING = Instant(0)

SLICE = 50_000
"""Decisions that are read at once, about."""


def read_frame(
    duck: "DuckDBPyConnection",
    workspace: Workspace,
    *,
    now: Instant,
    since: Instant = _BEGINNING,
    inputs: Mapping[str, tuple[str, ...]] | None = None,
    include_open: bool = False,
) -> Frame:
    """Return the decisions from ``since`` to ``now`` that had a choice, with what came of them by ``now``.

    Obligations, and decisions with nothing to choose from, are left out: nothing can be learnt from them. Where a
    policy left nothing to chance (probability 1) a decision tells what came of it, and not what else would have.

    Args:
        duck: a connection with the views of `TABLES`.
        inputs: names of the context's values by revision, of all revisions that are to be read (their contexts may
            differ from that of ``workspace``). Without it, contexts of as many values as the workspace's are taken to
            be like its own.
        include_open: also decisions whose windows are not over (``is_closed`` tells). They are left out otherwise:
            that nothing has happened yet would count as that nothing does. `Frame.closed_weights` makes up for them.
    """
    names = compile_context(workspace, all_features(workspace)).names
    layouts = create_layouts(duck, names, inputs)
    create_survivors(duck)
    create_windows(duck)
    slices: list[Slice] = []
    count = 0
    for bounds in _bounds(duck):
        slices.append(read_slice(duck, layouts, workspace, bounds, since, now))
        windows = f'SELECT row + {count}, customer_id, slot, "at", closes_at FROM frame_slice'
        duck.execute(f"INSERT INTO frame_windows {windows}")
        count += len(slices[-1])
    follow_windows(duck)
    frame = _frame(slices, names, _outcomes(duck, count, workspace, now), now)
    return frame if include_open else frame.take(frame.is_closed)


def success_events(workspace: Workspace) -> tuple[str, ...]:
    """Return the events that are the success of some action."""
    return tuple(sorted({action.converted_by for action in workspace.actions if action.converted_by}))


def _bounds(duck: "DuckDBPyConnection") -> Iterator[tuple[int, int]]:
    """Yield the first and the last entry of each slice: one at least, of nothing in an empty log."""
    found = query_columns(duck, "SELECT min(seq) AS first, max(seq) AS last, count(*) AS count FROM decisions")
    count = int(found["count"][0])
    first, last = (int(found["first"][0]), int(found["last"][0])) if count else (0, 0)
    step = (last - first + 1) * SLICE // max(count, 1) + 1
    for start in range(first, last + 1, step):
        yield start, start + step - 1


def _outcomes(duck: "DuckDBPyConnection", count: int, workspace: Workspace, now: Instant) -> dict[str, Any]:
    rewards, steps = read_rewards(duck, count, workspace, now)
    events = success_events(workspace)
    happened, withdrew_at = read_successes(duck, count, events, now)
    return {
        "objectives": tuple(objectives_of(workspace)),
        "rewards": rewards,
        "steps": steps,
        "events": events,
        "happened": happened,
        "withdrew_at": withdrew_at,
        "next_at": read_next(duck, count),
    }


def _frame(slices: list[Slice], names: tuple[str, ...], outcomes: dict[str, Any], now: Instant) -> Frame:
    rows: dict[str, Any] = {name: np.concatenate([each.rows[name] for each in slices]) for name in slices[0].rows}
    return Frame(
        **rows,
        **outcomes,
        inputs=names,
        x=np.concatenate([each.x for each in slices]),
        options=_options(slices),
        is_closed=rows["closes_at"] <= now,
    )


def _options(slices: list[Slice]) -> Options:
    counts = [np.bincount(each.options["row"], minlength=len(each)) for each in slices]
    names = sorted({name for each in slices for name in each.scores})
    columns = {
        name: np.concatenate([each.options[name] for each in slices]) for name in ("action", "channel", "probability")
    }
    scores = {
        name: np.concatenate([each.scores.get(name, np.full(each.size, np.nan)) for each in slices]) for name in names
    }
    return Options(np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype(np.int64), **columns, scores=scores)
