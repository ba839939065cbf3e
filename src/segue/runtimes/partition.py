"""Partitions: every customer belongs to one of 64, for good, so that one day different processes may own them."""

from zlib import crc32

from segue.model.ids import CustomerId

PARTITIONS = 64


def partition_of(customer_id: CustomerId) -> int:
    """Return the customer's partition, 0 to 63, the same in every process."""
    return crc32(customer_id.encode()) % PARTITIONS
