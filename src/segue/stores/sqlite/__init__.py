"""The store in one SQLite file: the default. Durable at every commit, one writing process, readers at any time."""

from segue.stores.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
