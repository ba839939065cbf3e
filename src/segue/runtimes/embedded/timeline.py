"""A customer's timeline: the chain of log entries, followed backwards through merges."""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush

from segue.ports.store import Entry, Store


def read_timeline(store: Store, last_seq: int, limit: int) -> Iterator[Entry]:
    """Yield a customer's entries, latest first, at most ``limit``.

    Args:
        last_seq: the customer's last entry (`Population.last_seq`).
    """
    heads = [-last_seq] if last_seq else []
    heapify(heads)
    while heads and limit > 0:
        entry = store.entry(-heappop(heads))
        if entry is None:
            continue
        yield entry
        limit -= 1
        for seq in (entry.previous, entry.joined):
            if seq:
                heappush(heads, -seq)
