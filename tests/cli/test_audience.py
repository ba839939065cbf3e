"""segue audience: the same members from SQL over history as from the compiled condition on each customer."""

import asyncio
import csv
import json
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import duckdb
import pytest

from segue.cli import main
from segue.cli.event_files import EventFile
from segue.cli.history import History, Readers
from segue.core.expressions import compile_library
from segue.core.world import all_features, build_world
from segue.measurement.audiences import audience_node
from segue.measurement.segments import read_segments
from segue.model.time import DAY, Instant, format_instant
from segue.runtimes.embedded import Settings
from segue.runtimes.embedded.recovery import recover
from segue.server.site import running
from segue.stores.sqlite import SqliteStore
from segue.testing import VirtualClock
from segue.workspace import load

EXAMPLE = Path(__file__).parents[2] / "examples" / "two_channels"
ORDERS = "data/orders.parquet"


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Instant]:
    """The example after the embedded runtime lived through the orders of few customers, and when they end."""
    folder = tmp_path_factory.mktemp("audience") / "two_channels"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(".segue"))
    few = "CAST(CustomerID AS BIGINT) % 15 = 1"
    duckdb.sql(f"COPY (FROM '{EXAMPLE / ORDERS}' WHERE {few}) TO '{folder / ORDERS}' (FORMAT parquet)")
    loaded, clock = load(folder), VirtualClock()
    history = History(clock, Readers(seed=loaded.workspace.seed))

    async def live() -> None:
        settings = Settings(linger_seconds=0.0, audience_linger_seconds=0.0)
        async with running(
            loaded,
            public_url=loaded.server.public_url,
            is_development=True,
            clock=clock,
            settings=settings,
            wrap=history.watch,
        ) as site:
            await history.replay(site.runtime, EventFile(loaded, folder / ORDERS).read(), lambda _: None)

    asyncio.run(live())
    return folder, clock()


def run(name: str, folder: Path, *options: str) -> tuple[int, str, str]:
    """Return the exit code, what was printed, and what was complained about."""
    with redirect_stdout(StringIO()) as printed, redirect_stderr(StringIO()) as complained:
        code = main(["audience", name, str(folder), *options])
    return code, printed.getvalue(), complained.getvalue()


def ask(folder: Path, name: str, *options: str) -> dict[str, object]:
    code, printed, _ = run(name, folder, "--json", *options)
    assert code == 0
    answer: dict[str, object] = json.loads(printed)
    return answer


def without_segments(folder: Path, target: Path, *tables: str) -> Path:
    copy = shutil.copytree(folder, target / "copy")
    for table in tables:
        shutil.rmtree(copy / ".segue" / "segments" / table)
    return copy


def members_by_python(folder: Path, name: str, now: Instant) -> list[str]:
    """Return the customers on whose present state the compiled condition holds at ``now``."""
    workspace = load(folder).workspace
    audience = next(each for each in workspace.audiences if each.audience == name)
    holds = compile_library({name: audience_node(audience, workspace)}, all_features(workspace))[name]
    store = SqliteStore(folder / ".segue", is_reader=True)
    population = recover(store, build_world(workspace), hot_customers=0, dedupe_window=0).population
    store.close()
    profiles = {each: population.customer(each).profile for each in population.customer_ids()}
    return [each for each, known in profiles.items() if holds(known.traits, known.features, {}, {}, now) is True]


@pytest.mark.parametrize("later", [0, 30 * DAY, 89 * DAY, 400 * DAY])
def test_sql_over_history_and_python_over_customers_agree(lived: tuple[Path, Instant], later: int) -> None:
    folder, end = lived
    now = Instant(end + later)

    answer = ask(folder, "lapsed_regulars", "--at", format_instant(now))

    assert answer["customers"] == members_by_python(folder, "lapsed_regulars", now)
    assert answer["size"] == len(answer["customers"]) > 0  # type: ignore[arg-type]
    assert answer["at"] == format_instant(now)


def test_it_is_the_same_with_and_without_segments(lived: tuple[Path, Instant], tmp_path: Path) -> None:
    folder, end = lived
    at = ("--at", format_instant(end))

    copy = without_segments(folder, tmp_path, "events", "deliveries")

    assert ask(copy, "lapsed_regulars", *at) == ask(folder, "lapsed_regulars", *at)


def test_a_past_moment_knows_nothing_of_later_orders(lived: tuple[Path, Instant]) -> None:
    folder, end = lived
    then = Instant(end - 60 * DAY)
    rows = f"SELECT CustomerID, InvoiceNo, InvoiceDate FROM '{folder / ORDERS}' WHERE Quantity > 0"
    lapsed = duckdb.sql(
        f"SELECT CustomerID FROM ({rows}) WHERE InvoiceDate AT TIME ZONE 'Europe/London' <= make_timestamptz({then})"
        " GROUP BY ALL HAVING count(DISTINCT InvoiceNo) >= 3"
        f" AND max(InvoiceDate AT TIME ZONE 'Europe/London') < make_timestamptz({then - 90 * DAY})"
    ).fetchall()

    assert ask(folder, "lapsed_regulars", "--at", format_instant(then))["size"] == len(lapsed) > 0


def test_an_audience_that_actions_keep_has_the_members_that_the_platform_is_told_of(
    lived: tuple[Path, Instant],
) -> None:
    folder, _ = lived
    with (folder / ".segue" / "display" / "reorder_due.members.csv").open(newline="") as lines:
        told = list(csv.DictReader(lines))

    answer = ask(folder, "reorder_due")

    assert answer["size"] == len(told) > 0
    assert "now; actions keep it" in run("reorder_due", folder)[1]


def test_the_ids_go_to_a_file_and_the_first_ones_to_people(lived: tuple[Path, Instant], tmp_path: Path) -> None:
    folder, end = lived
    file = tmp_path / "lapsed.csv"
    at = format_instant(Instant(end + 400 * DAY))

    command = [sys.executable, "-m", "segue", "audience", "lapsed_regulars", folder, "--at", at, "--export", file]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()

    with file.open(newline="") as lines:
        rows = [row["customer_id"] for row in csv.DictReader(lines)]
    assert rows == ask(folder, "lapsed_regulars", "--at", at)["customers"]
    assert len(rows) > 10
    assert printed[0] == f"lapsed_regulars: {len(rows)} customers at {at}"
    assert [line.strip() for line in printed[1:11]] == rows[:10]
    assert printed[11:] == [f"  and {len(rows) - 10} more", f"Wrote {file}."]


def test_the_query_that_is_printed_gives_the_same_customers(lived: tuple[Path, Instant]) -> None:
    folder, end = lived
    at = format_instant(end)
    _, query, _ = run("lapsed_regulars", folder, "--at", at, "--sql")

    found = read_segments(folder / ".segue" / "segments").sql(query).fetchall()

    assert [row[0] for row in found] == ask(folder, "lapsed_regulars", "--at", at)["customers"]


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("lapsed_regular", [], "Did you mean 'lapsed_regulars'?"),
        ("xyzzy", [], "There are lapsed_regulars, reorder_due."),
        ("lapsed_regulars", ["--at", "soon"], "is not a time"),
        ("lapsed_regulars", ["--export", "/no/such/folder/x.csv"], "cannot be written"),
        ("reorder_due", ["--at", "2011-08-01"], "actions keep it"),
        ("reorder_due", ["--sql"], "actions keep it"),
    ],
)
def test_mistakes_are_told_with_what_to_do(
    lived: tuple[Path, Instant], name: str, options: list[str], words: str
) -> None:
    code, printed, complained = run(name, lived[0], *options)

    assert (code, printed) == (1, "")
    assert words in complained


def test_a_workspace_without_a_store_is_a_matter_of_the_environment() -> None:
    assert run("lapsed_regulars", EXAMPLE)[0] == 3
