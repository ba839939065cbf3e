"""The demo replays real orders in virtual time through the embedded runtime, and serves what came of them."""

import email
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from segue.cli import demo
from segue.model.events import DeliveryReported
from segue.model.time import HOUR, to_datetime
from segue.runtimes.replay import verify
from segue.stores.sqlite import SqliteStore
from segue.workspace import load

EXAMPLE = Path(__file__).parents[2] / "examples" / "two_channels"
ORDERS = "data/orders.parquet"


@pytest.fixture(scope="module")
def small_example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with the orders of few of its customers."""
    folder = tmp_path_factory.mktemp("example") / "two_channels"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(".segue"))
    few = "CAST(CustomerID AS BIGINT) % 15 = 1 OR (CustomerID IS NULL AND InvoiceNo LIKE '%7')"
    duckdb.sql(f"COPY (FROM '{EXAMPLE / ORDERS}' WHERE {few}) TO '{folder / ORDERS}' (FORMAT parquet)")
    return folder


@pytest.fixture(autouse=True)
def use_small_example(small_example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "templates", lambda: {"two_channels": small_example})


@pytest.fixture(scope="module")
def done(small_example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished demo."""
    folder = tmp_path_factory.mktemp("done") / "demo"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "templates", lambda: {"two_channels": small_example})
        demo.main(once=True, folder=folder)
    return folder


def report_of(folder: Path) -> dict[str, object]:
    return json.loads((folder / ".segue" / "demo-report.json").read_bytes())


def entries(folder: Path):
    store = SqliteStore(folder / ".segue", is_reader=True)
    try:
        yield from (entry for block in store.blocks() for entry in block.read())
    finally:
        store.close()


def test_every_row_is_an_event_or_a_dead_letter(done):
    rows = duckdb.sql(f"SELECT count(*), count(CustomerID) FROM '{done / ORDERS}'").fetchall()[0]
    report = report_of(done)
    assert (sum(report["events"].values()), sum(report["dead_rows"].values())) == (rows[1], rows[0] - rows[1])


def test_the_mails_are_files_and_as_many_as_were_accepted(done):
    mails = list((done / ".segue" / "email").glob("*.eml"))
    report = report_of(done)
    assert len(mails) == report["mails"] == report["deliveries"]["email"]["accepted"] > 5
    message = email.message_from_bytes(mails[0].read_bytes())
    assert message["To"].endswith("@example.com")
    assert "/u/" in message["List-Unsubscribe"] or "unsubscribe" in message["List-Unsubscribe"]


def test_a_timer_of_weeks_fires_at_its_own_virtual_moment(done):
    ticks = [entry for entry in entries(done) if type(entry.event).__name__ == "Tick"]
    assert len(ticks) > 20
    assert all(entry.now == entry.event.at for entry in ticks)


def test_no_fact_is_early_and_none_is_late_by_more_than_the_window(done):
    facts = [entry for entry in entries(done) if type(entry.event).__name__ == "Tracked"]
    assert facts
    assert all(0 <= entry.now - entry.event.at <= 6 * HOUR for entry in facts)


def test_mails_leave_in_the_customers_daytime_only(done):
    zones = load(done).workspace.country_zones
    commands = [c for entry in entries(done) for c in entry.commands if type(c).__name__ == "Deliver"]
    places = [(zones[command.data["customer"]["country"]], command.decided_at) for command in commands]
    hours = [to_datetime(at, zone).hour for zone, at in places]
    assert len(hours) > 20
    assert {zone for zone, _ in places} > {"Europe/London"}
    assert all(8 <= hour < 20 for hour in hours)


def test_both_branches_are_shown(done):
    receipts = report_of(done)["receipts"]
    assert receipts["opened"] > 0
    assert report_of(done)["chosen"]["display"] > 0
    openers = {e.event.customer_id for e in entries(done) if _status(e) == "opened"}
    assert openers


def test_what_the_demo_stored_replays_byte_for_byte(done):
    store = SqliteStore(done / ".segue", is_reader=True)
    try:
        verified = verify(store)
    finally:
        store.close()
    assert verified.customers == report_of(done)["customers"]
    assert verified.newer == 0


def test_the_result_is_the_same_on_every_machine(done, tmp_path, capsys):
    demo.main(once=True, folder=tmp_path / "again", json=True)
    assert json.loads(capsys.readouterr().out) == report_of(done)


def test_a_second_run_says_that_nothing_has_changed(done, capsys):
    demo.main(once=True, folder=done)
    captured = capsys.readouterr()
    assert "Nothing has changed since the last run" in captured.err
    assert "Suppressed, by first reason" in captured.out
    assert "Chosen: reorder_offer · email" in captured.out


def test_a_changed_example_is_run_anew(done, small_example, tmp_path, capsys):
    folder = tmp_path / "demo"
    shutil.copytree(done, folder)
    changed = tmp_path / "changed"
    shutil.copytree(small_example, changed)
    with (changed / "README.md").open("a", encoding="utf-8") as file:
        file.write("\nAnother line.\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "templates", lambda: {"two_channels": changed})
        demo.main(once=True, folder=folder)
    assert "Nothing has changed" not in capsys.readouterr().err


def test_a_folder_that_is_not_the_demos_is_left_alone(tmp_path):
    (tmp_path / "precious.txt").write_text("keep")
    with pytest.raises(demo.WorkspaceError, match="not the demo's"):
        demo.main(once=True, folder=tmp_path)
    assert (tmp_path / "precious.txt").read_text() == "keep"


def test_history_ends_where_the_orders_end(done):
    last = duckdb.sql(f"SELECT max(InvoiceDate) FROM '{done / ORDERS}' WHERE CustomerID IS NOT NULL").fetchall()[0][0]
    ended = to_datetime(report_of(done)["ended_at"], "Europe/London").replace(tzinfo=None)
    assert ended == last > datetime(2011, 8, 1, tzinfo=UTC).replace(tzinfo=None)


def _status(entry) -> str:
    return str(entry.event.status) if isinstance(entry.event, DeliveryReported) else ""
