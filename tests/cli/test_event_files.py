"""Which source reads a file."""

from pathlib import Path

import pytest

from segue.cli.event_files import EventFile
from segue.model.errors import SegueError
from segue.workspace import load
from tests.cli.conftest import CUSTOMERS, ORDERS_EACH


def test_the_source_whose_pattern_matches_reads_the_file(shop: Path) -> None:
    rows = EventFile(load(shop), shop / "orders.csv")

    facts = list(rows.facts())

    assert (rows.source, len(facts), rows.rows) == ("orders", CUSTOMERS * ORDERS_EACH, CUSTOMERS * ORDERS_EACH + 1)
    assert rows.dead == {"no_identifier": 1}


def test_an_unknown_source_is_told_with_the_known_ones(shop: Path) -> None:
    with pytest.raises(SegueError, match="Sources of this workspace: orders"):
        EventFile(load(shop), shop / "orders.csv", "ordres")
