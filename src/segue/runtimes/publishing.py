"""Publishing: what would become of the people in a store if a changed workspace were published.

The store may be stopped, or open in another process and read here (`SqliteStore(folder, is_reader=True)`).
"""

from segue.model.ids import Revision
from segue.model.workspace import Workspace
from segue.ports.store import Store
from segue.runtimes.embedded.recovery import Worlds, recover
from segue.runtimes.presence import Presence
from segue.runtimes.versions import JourneyPreview, preview_changes, with_retired


def published(store: Store) -> Workspace | None:
    """Return the workspace that was published last, also where the log has no entry of it yet; None for a new store."""
    revision = store.latest_revision()
    return Worlds(store).workspace(revision) if revision is not None else None


def compose(workspace: Workspace, store: Store) -> Workspace:
    """Return ``workspace`` with the earlier journey versions that people in ``store`` are still in.

    Raises:
        SegueError: a journey changed under its version although people are in it.
        StoreError: the store is damaged.
    """
    presence, before = _look(store)
    return with_retired(workspace, before, presence)


def preview(workspace: Workspace, store: Store) -> tuple[JourneyPreview, ...]:
    """Return what publishing ``workspace`` does to the people in ``store``; journeys that stay as they are are left
    out. Raises what `compose` raises.
    """
    presence, before = _look(store)
    with_retired(workspace, before, presence)
    return preview_changes(workspace, before, presence)


def _look(store: Store) -> tuple[Presence, Workspace | None]:
    """Return who is where at the end of the log, and the workspace that was published last."""
    revision = _last_revision(store)
    if revision is None:
        return Presence(), published(store)
    found = recover(store, Worlds(store).of(revision), hot_customers=1, dedupe_window=0)
    return found.population.presence, published(store) or found.workspace


def _last_revision(store: Store) -> Revision | None:
    blocks = store.blocks(max(0, store.last_seq() - 1))
    return next((block.revision for block in blocks if block.entries), None)


__all__ = ["JourneyPreview", "compose", "preview", "published"]
