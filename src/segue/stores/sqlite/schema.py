"""The SQLite file: its tables, and the settings without which a commit would not be durable."""

import sqlite3
from pathlib import Path

from segue.model.errors import StoreError

SCHEMA_VERSION = 1
ADDED = (
    "CREATE TABLE IF NOT EXISTS jobs (job_id TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS learned (one INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, body BLOB NOT NULL)",
)
"""What a file of this schema version may lack, because an earlier Segue made it."""
APPLICATION_ID = 0x53454755  # "SEGU": so that no other program's file is taken for ours

TABLES = """
CREATE TABLE log (
    number INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL,
    checksum INTEGER NOT NULL, block BLOB NOT NULL
);
CREATE INDEX log_last ON log (last);
CREATE TABLE ledger (
    delivery_id TEXT PRIMARY KEY, customer_id TEXT NOT NULL, channel TEXT NOT NULL, seq INTEGER NOT NULL,
    at INTEGER NOT NULL, attempt INTEGER NOT NULL, status TEXT NOT NULL, rank INTEGER NOT NULL,
    epoch INTEGER NOT NULL, detail TEXT NOT NULL, provider_id TEXT NOT NULL
);
CREATE INDEX ledger_pending ON ledger (seq, delivery_id) WHERE rank <= 1;
CREATE TABLE dead_letters (
    number INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, code TEXT NOT NULL,
    source TEXT NOT NULL, detail TEXT NOT NULL, body BLOB NOT NULL
);
CREATE TABLE customers (
    customer_id TEXT PRIMARY KEY, seq INTEGER NOT NULL, wake_at INTEGER NOT NULL, checksum INTEGER NOT NULL,
    state BLOB NOT NULL
);
CREATE TABLE links (number INTEGER PRIMARY KEY, link BLOB NOT NULL);
CREATE TABLE decisions (decision_id TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE workspaces (revision TEXT PRIMARY KEY, workspace BLOB NOT NULL);
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT INTO counters VALUES ('watermark', 0), ('epoch', 0);
"""


def connect(path: Path, *, is_writer: bool) -> sqlite3.Connection:
    """Open ``path``; the writer creates it where it is absent.

    Raises:
        StoreError: it is not a store of ours, of another schema, or the disk cannot do what we need.
    """
    try:
        connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        if is_writer:
            _require_durability(connection)
            _create_once(connection)
            for table in ADDED:
                connection.execute(table)
        _require(connection, "user_version", SCHEMA_VERSION, f"{path.name} has another schema than this Segue.")
    except sqlite3.Error as error:
        raise StoreError(f"The store {path.name} cannot be opened: {error}.", "Check the disk and the file.") from error
    return connection


def _require_durability(connection: sqlite3.Connection) -> None:
    # A pragma that is executed but not fetched can fail without a sound (a full disk did), so each answer is checked.
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != ("wal",):
        raise StoreError(f"SQLite answered journal mode {mode}.", "Put the store on a local disk.")
    connection.execute("PRAGMA synchronous = FULL").fetchone()
    _require(connection, "synchronous", 2, "SQLite refused synchronous = FULL.")
    connection.execute("PRAGMA wal_autocheckpoint = 4000").fetchone()
    _require(connection, "wal_autocheckpoint", 4000, "SQLite refused a setting.")


def _create_once(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA user_version").fetchone() != (0,):
        _require(connection, "application_id", APPLICATION_ID, "The file belongs to another program.")
        return
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
        raise StoreError("The file is a database of another program.", "Choose another folder for the store.")
    connection.executescript(
        f"BEGIN IMMEDIATE; {TABLES} PRAGMA application_id = {APPLICATION_ID}; "
        f"PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
    )


def _require(connection: sqlite3.Connection, pragma: str, value: int, complaint: str) -> None:
    found = connection.execute(f"PRAGMA {pragma}").fetchone()
    if found != (value,):
        raise StoreError(
            f"{complaint} ({pragma} is {found}, not {value})",
            "Use the Segue version that wrote it, or another folder.",
        )
