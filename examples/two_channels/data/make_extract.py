"""Make orders.parquet: all rows of a sample of customers, and of a like share of orders without a customer.

    python make_extract.py ONLINE_RETAIL.parquet

Who is in the sample is decided by a digest of the customer's number (and of the invoice's, where there is none), so
that the sample is random, the same at every run, and holds whole histories.
"""

import sys
from pathlib import Path

import duckdb

SHARE = 0.15
TARGET = Path(__file__).with_name("orders.parquet")

QUERY = """
    COPY (
        SELECT InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country
        FROM read_parquet(?, file_row_number = true)
        WHERE ('0x' || left(md5(coalesce(CAST(CustomerID AS VARCHAR), InvoiceNo)), 8))::BIGINT < ? * 4294967296
        ORDER BY InvoiceDate, file_row_number
    ) TO '{target}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19)
"""


def main(source: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(QUERY.format(target=TARGET.as_posix().replace("'", "''")), [source, SHARE])
        found = connection.execute(
            "SELECT count(*), count(DISTINCT CustomerID), count(*) - count(CustomerID) FROM read_parquet(?)",
            [str(TARGET)],
        ).fetchone()
    assert found is not None
    rows, customers, nobodys = found
    size = TARGET.stat().st_size
    sys.stdout.write(f"{TARGET.name}: {rows:,} rows, {customers} customers, {nobodys:,} rows without one, {size:,} B\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
