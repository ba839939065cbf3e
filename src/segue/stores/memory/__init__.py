"""The store in memory: for tests, replays and trying out. What a `Medium` holds survives closing, not the process."""

from segue.stores.memory.store import Medium, MemoryStore

__all__ = ["Medium", "MemoryStore"]
