"""segue ingest."""

import json
from pathlib import Path

import pytest

from segue.cli import main
from tests.cli.conftest import CUSTOMERS, ORDERS_EACH


def test_every_row_is_accounted_for_and_the_same_file_counts_once(
    busy_shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()

    assert (
        main(["ingest", str(busy_shop / "orders.csv"), "--workspace", str(busy_shop), "--development", "--json"]) == 0
    )

    result = json.loads(capsys.readouterr().out)
    assert result["rows"] == CUSTOMERS * ORDERS_EACH + 1
    assert result["duplicates"] == CUSTOMERS * ORDERS_EACH
    assert result["dead"] == {"no_identifier": 1}
    assert result["customers"] == CUSTOMERS


def test_what_was_decided_is_carried_out(busy_shop: Path) -> None:
    assert list((busy_shop / ".segue").rglob("*.eml")) or list(busy_shop.rglob("*.eml"))


def test_a_file_that_no_source_reads_is_told_so(shop: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a\n1\n")

    assert main(["ingest", str(tmp_path / "other.csv"), "--workspace", str(shop)]) == 1
    assert "other.csv" in capsys.readouterr().err
