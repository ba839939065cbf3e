"""Rows of the tables, and back."""

from typing import Any
from zlib import crc32

from msgspec import DecodeError, msgpack

from segue.model.deliveries import DeliveryStatus
from segue.model.errors import StoreError
from segue.ports.store import STATUS_ORDER, Block, LedgerChange, LedgerRow

RESTORE = "Restore the folder from a backup; nothing is skipped, since decisions after the gap would be wrong."
COLUMNS = "delivery_id, customer_id, channel, seq, at, attempt, status, epoch, detail, provider_id"
LEDGER_ROW = "INSERT OR REPLACE INTO ledger VALUES (?,?,?,?,?,?,?,?,?,?,?)"
LEDGER_CHANGE = """
UPDATE ledger SET attempt = ?1, status = ?2, rank = ?3, epoch = ?4, detail = ?5,
    provider_id = CASE ?6 WHEN '' THEN provider_id ELSE ?6 END
WHERE delivery_id = ?7 AND (attempt < ?1 OR (attempt = ?1 AND rank < ?3))
"""

_block_decoder = msgpack.Decoder(Block)


def ledger_values(row: LedgerRow) -> tuple[Any, ...]:
    """Return the row's values, in the order of the table."""
    status = str(row.status)
    return (
        *(row.delivery_id, row.customer_id, row.channel, row.seq, row.at, row.attempt, status),
        *(STATUS_ORDER[row.status], row.epoch, row.detail, row.provider_id),
    )


def change_values(change: LedgerChange) -> tuple[Any, ...]:
    """Return the parameters of `LEDGER_CHANGE`."""
    rank = STATUS_ORDER[change.status]
    return (
        *(change.attempt, str(change.status), rank, change.epoch, change.detail, change.provider_id),
        change.delivery_id,
    )


def ledger_row(values: tuple[Any, ...]) -> LedgerRow:
    """Return the row of ``values``, in the order of `COLUMNS`."""
    delivery_id, customer_id, channel, seq, at, attempt, status, epoch, detail, provider_id = values
    return LedgerRow(
        delivery_id=delivery_id,
        customer_id=customer_id,
        channel=channel,
        seq=seq,
        at=at,
        attempt=attempt,
        status=DeliveryStatus(status),
        epoch=epoch,
        detail=detail,
        provider_id=provider_id,
    )


def read_block(number: int, checksum: int, encoded: bytes) -> Block:
    """Return a block as it was written; raises `StoreError` where it is damaged."""
    if crc32(encoded) != checksum:
        raise corrupt(f"Block {number} of the log")
    try:
        return _block_decoder.decode(encoded)
    except DecodeError:
        raise corrupt(f"Block {number} of the log") from None


def corrupt(what: str) -> StoreError:
    """Return the error for ``what`` is not what was written."""
    return StoreError(f"{what} is damaged: it is not what was written.", RESTORE)
