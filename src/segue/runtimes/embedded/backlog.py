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


def command_of(store: Store, row: LedgerRow) -> Issued | None:
    """Return the command of a row."""
    key = (row.delivery_id, row.seq)
    return next((issued for issued in issued_by(store, row.seq) if issued.key == key), None)


def issued_by(store: Store, seq: int) -> list[Issued]:
    """Return the commands that an entry issued."""
    entry = store.entry(seq)
    return [Issued(seq, command) for command in entry.commands] if entry is not None else []
