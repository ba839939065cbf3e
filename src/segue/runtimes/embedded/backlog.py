"""The backlog: commands that the store's ledger holds, read back from the entries that issued them. All functions
block.
"""

from collections.abc import Sequence

from segue.model.deliveries import DeliveryStatus
from segue.ports.store import LedgerRow, Store
from segue.runtimes.embedded.batch import Issued
from segue.runtimes.embedded.queues import ORDINARY, rank_of


def pending_rows(store: Store) -> list[LedgerRow]:
    """Return every row that is decided or being attempted."""
    rows: list[LedgerRow] = []
    after = 0
    while page := store.pending(None, after):
        rows += page
        after = page[-1].seq
    return rows


def read_back(store: Store, channel: str, limit: int) -> tuple[list[Issued], bool]:
    """Return the first commands of ``channel`` that nobody has begun with, about ``limit``, and whether these are
    all.
    """
    commands: list[Issued] = []
    after = 0
    while len(commands) < limit:
        rows = store.pending(channel, after, limit)
        if not rows:
            return commands, True
        after = rows[-1].seq
        commands += commands_of(store, rows)
    return commands, False


def urgent_of(store: Store, rows: Sequence[LedgerRow]) -> list[Issued]:
    """Return the commands of ``rows`` that must not wait until all before them are carried out."""
    return [issued for issued in commands_of(store, rows) if rank_of(issued.command) < ORDINARY]


def commands_of(store: Store, rows: Sequence[LedgerRow]) -> list[Issued]:
    """Return the commands of those of ``rows`` that nobody has begun with, in order."""
    wanted = {(row.delivery_id, row.seq) for row in rows if row.status is DeliveryStatus.DECIDED}
    seqs = dict.fromkeys(row.seq for row in rows if row.status is DeliveryStatus.DECIDED)
    return [issued for seq in seqs for issued in issued_by(store, seq) if issued.key in wanted]


def interrupted_of(store: Store, rows: Sequence[LedgerRow]) -> list[tuple[LedgerRow, Issued | None]]:
    """Return those of ``rows`` that somebody had begun with, each with its command, in the order of the commands."""
    begun = {(row.delivery_id, row.seq): row for row in rows if row.status is DeliveryStatus.ATTEMPTING}
    commands = [issued for seq in dict.fromkeys(seq for _, seq in begun) for issued in issued_by(store, seq)]
    known = [(begun.pop(issued.key), issued) for issued in commands if issued.key in begun]
    return [*known, *((row, None) for row in begun.values())]


def issued_by(store: Store, seq: int) -> list[Issued]:
    """Return the commands that an entry issued."""
    entry = store.entry(seq)
    return [Issued(seq, command) for command in entry.commands] if entry is not None else []
