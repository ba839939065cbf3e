from pathlib import Path

import pytest

from segue.stores.memory import Medium, MemoryStore
from segue.stores.sqlite import SqliteStore
from segue.testing.conformance.store import CASES, Case


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_memory_store_conforms(case: Case) -> None:
    medium = Medium()
    case.check(lambda: MemoryStore(medium))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_sqlite_store_conforms(case: Case, tmp_path: Path) -> None:
    case.check(lambda: SqliteStore(tmp_path))
