"""What of the clients' messages landed in the log."""

from collections import Counter

from tests.server.harness import Served


def landed(served: Served) -> Counter[str]:
    """Return how often each event id is in the log, read back from the disk."""
    from segue.stores.sqlite import SqliteStore

    served.ask(served.site.runtime.flush())
    reader = SqliteStore(served.site.state, is_reader=True)
    try:
        return Counter(entry.event.event_id for block in reader.blocks() for entry in block.read())
    finally:
        reader.close()
