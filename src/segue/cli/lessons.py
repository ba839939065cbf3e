"""What the commands that learn share: the workspace, its log, and a training of each kind."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from segue.core.decisioning.context import compile_context
from segue.core.decisioning.rewards import objectives_of
from segue.core.world import all_features
from segue.learning.frames import TABLES, Frame, read_frame, read_happened, read_trait
from segue.learning.jobs import FRAME_JOBS, Training
from segue.learning.jobs.scores import CHURN, LIFETIME, churn_moments, train_churn, train_lifetime
from segue.measurement import audiences
from segue.measurement.segments import read_log
from segue.model.errors import SegueError, StoreError
from segue.model.ids import Revision
from segue.model.time import Instant
from segue.model.workspace import Workspace
from segue.ports.store import Store
from segue.runtimes.embedded.recovery import Worlds
from segue.runtimes.rewinding import customers_at
from segue.stores.sqlite import SqliteStore
from segue.workspace import LoadedWorkspace, load
from segue.workspace.layout import STATE_FOLDER

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

KINDS = (*FRAME_JOBS, CHURN, LIFETIME)


class Lessons(Struct, frozen=True, eq=False):
    """A workspace with its log, up to a moment.

    Attributes:
        inputs: what stood in the contexts of each revision in the log.
    """

    loaded: LoadedWorkspace
    duck: "DuckDBPyConnection"
    until: Instant
    inputs: dict[str, tuple[str, ...]]

    @property
    def workspace(self) -> Workspace:
        """The workspace as its files say now."""
        return self.loaded.workspace

    def frame(self) -> Frame:
        """Return all decisions whose windows are over."""
        return read_frame(self.duck, self.workspace, now=self.until, inputs=self.inputs)


@contextmanager
def lessons(folder: Path, until: Instant) -> Iterator[Lessons]:
    """Yield the workspace in ``folder`` with its log. A server may run meanwhile.

    Raises:
        SegueError: the workspace has errors, or nothing has run in it yet.
    """
    loaded, state = load(folder), folder / STATE_FOLDER
    tables = tuple(dict.fromkeys((*TABLES, *audiences.TABLES)))
    with (
        closing(SqliteStore(state, is_reader=True)) as store,
        closing(read_log(store, state / "segments", tables)) as duck,
    ):
        yield Lessons(loaded, duck, until, _inputs(duck, store))


def usual_kinds(workspace: Workspace) -> tuple[str, ...]:
    """Return the kinds that have something to learn from in ``workspace``."""
    learning = workspace.learning
    has_success = any(action.converted_by for action in workspace.actions)
    wanted = {
        "propensity": has_success,
        "uplift": bool(objectives_of(workspace)),
        "long_term": bool(objectives_of(workspace)),
        CHURN: learning.churn is not None,
        LIFETIME: learning.lifetime is not None,
    }
    return tuple(kind for kind in KINDS if wanted[kind])


def train(kind: str, given: Lessons, frame: Frame | None = None) -> Training:
    """Return a training of ``kind``.

    Args:
        frame: what `Lessons.frame` returned, where it was read already.

    Raises:
        SegueError: there is not enough to learn from, or `segue[learn]` is not installed.
    """
    if kind in FRAME_JOBS:
        groups = {
            check.trait: read_trait(given.duck, check.trait, given.until) for check in given.workspace.learning.bias
        }
        return FRAME_JOBS[kind](frame if frame is not None else given.frame(), given.workspace, given.until, groups)
    learning = given.workspace.learning
    if kind == CHURN and learning.churn is not None:
        known = [customers_at(given.duck, given.workspace, at) for at in churn_moments(learning.churn, given.until)]
        happened = read_happened(given.duck, learning.churn.event, until=given.until)
        return train_churn(known, happened, learning.churn, given.workspace, given.until)
    if kind == LIFETIME and learning.lifetime is not None:
        orders = read_happened(given.duck, learning.lifetime.event, of=learning.lifetime.of, until=given.until)
        return train_lifetime(orders, learning.lifetime, given.workspace, given.until)
    raise SegueError(f"learning.yaml does not declare {kind}.", f"Add `{kind}:` with the event it is about.")


def _inputs(duck: "DuckDBPyConnection", store: Store) -> dict[str, tuple[str, ...]]:
    """Return what stands in the contexts of each revision that decided something."""
    found = duck.sql("SELECT DISTINCT revision FROM decisions WHERE len(context) > 0 ORDER BY revision").fetchall()
    worlds, inputs = Worlds(store), {}
    for (revision,) in found:
        try:
            workspace = worlds.workspace(Revision(revision))
        except StoreError:
            continue  # a log that came without its workspaces
        inputs[revision] = compile_context(workspace, all_features(workspace)).names
    return inputs
