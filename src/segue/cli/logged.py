"""The workspace and its log, opened for a command that looks back."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from segue.learning.frames import TABLES
from segue.measurement.segments import read_log
from segue.model.ids import Revision
from segue.model.workspace import Workspace
from segue.runtimes.embedded.recovery import Worlds
from segue.runtimes.publishing import published
from segue.stores.sqlite import SqliteStore
from segue.workspace import load
from segue.workspace.layout import STATE_FOLDER

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Logged(Struct, frozen=True, eq=False):
    """What a team declares, what ran last, and what happened.

    Attributes:
        workspace: as its files say now.
        running: as it was published last, with the models of then; ``workspace`` where nothing ran.
        duck: a connection with the log's views.
        revision: returns what ran as a revision of the log.
    """

    workspace: Workspace
    running: Workspace
    duck: "DuckDBPyConnection"
    revision: Callable[[Revision], Workspace]


@contextmanager
def opened(folder: Path, tables: Sequence[str] = TABLES) -> Iterator[Logged]:
    """Yield the workspace in ``folder`` with ``tables`` of its log. A server may run meanwhile.

    Raises:
        SegueError: the workspace has errors, or nothing has run in it yet.
    """
    workspace, state = load(folder).workspace, folder / STATE_FOLDER
    with closing(SqliteStore(state, is_reader=True)) as store:
        running = published(store) or workspace
        with closing(read_log(store, state / "segments", tables)) as duck:
            yield Logged(workspace, running, duck, Worlds(store).workspace)
