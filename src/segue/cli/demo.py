"""The demo: the example two_channels on real orders, through the embedded runtime, and then served.

The orders are from 2010 and 2011, and journeys wait for weeks; so history is replayed in virtual time (`history`). When
it is through, the demo's clock goes on from its end: for the server it is still 31 August 2011, whoever is due tomorrow
gets the mail tomorrow.
"""

import asyncio
import os
import shutil
import sys
from hashlib import blake2b
from importlib.resources import as_file
from pathlib import Path
from time import perf_counter

import msgspec

import segue
from segue.cli.clock import system_clock
from segue.cli.console import paint, say, tell, tell_json
from segue.cli.demo_report import DemoReport, Telling, make_report, report_lines
from segue.cli.event_files import EventFile
from segue.cli.history import History, Readers
from segue.cli.logs import log_to_stderr
from segue.cli.options import Flag, Json
from segue.model.errors import WorkspaceError
from segue.model.time import Instant, to_datetime
from segue.runtimes.embedded import Settings
from segue.server.serve import serve
from segue.server.site import Site, running
from segue.testing import VirtualClock
from segue.testing.scenario import scenario_schema
from segue.workspace import load
from segue.workspace.json_schema import write_schemas
from segue.workspace.layout import STATE_FOLDER
from segue.workspace.template import templates

TEMPLATE = "two_channels"
FOLDER = Path(".segue-demo")
ORDERS = Path("data") / "orders.parquet"
REPORT = Path(STATE_FOLDER) / "demo-report.json"
_HASTE = Settings(linger_seconds=0.0, audience_linger_seconds=0.0)  # in virtual time nothing else is coming


def main(*, once: Flag = False, port: int = 8484, folder: Path = FOLDER, json: Json = False) -> None:
    """Run the example two_channels on real orders, print what happened, and serve the result.

    Parameters
    ----------
    once
        End instead of serving.
    port
        Where to serve; 0 takes any free one.
    folder
        Where the demo's workspace lies; made if need be, and made anew when the example or the program has changed.
    json
        Print what happened as JSON.
    """
    begin = perf_counter()
    report = _finished(folder)
    if report is None:
        say("Replaying nine months of orders in virtual time; this takes a quarter of a minute.")
        report = _run(folder)
    else:
        say("Nothing has changed since the last run, so history is not replayed again: the same would come out.")
    if json:
        tell_json(report)
    else:
        for line in report_lines(report, folder, perf_counter() - begin):
            tell(line)
    if not once:
        _serve(folder, port, report)


def _run(folder: Path) -> DemoReport:
    """Make the workspace anew, put the orders through it, and keep the report of it."""
    _make_workspace(folder)
    loaded = load(folder)
    orders = EventFile(loaded, folder / ORDERS)
    clock = VirtualClock()
    readers = Readers(seed=loaded.workspace.seed)
    history = History(clock, readers)
    telling = Telling()

    async def replay() -> None:
        public_url = loaded.server.public_url
        async with running(
            loaded, public_url=public_url, is_development=True, clock=clock, settings=_HASTE, wrap=history.watch
        ) as site:
            await history.replay(site.runtime, telling.listen(orders.read()), _Progress(every=5_000))
            telling.end(site.runtime.stats(), clock())

    asyncio.run(replay())
    report = make_report(folder / STATE_FOLDER, telling, readers, _fingerprint())
    (folder / REPORT).write_bytes(msgspec.json.format(msgspec.json.encode(report)))
    return report


def _serve(folder: Path, port: int, report: DemoReport) -> None:
    offset = system_clock() - report.ended_at

    def ready(address: str, site: Site) -> None:
        tell()
        today = f"{to_datetime(report.ended_at):%d %B %Y}"
        tell(f"{paint('Serving', 'bold')} {address}  (Ctrl-C stops). The clock there goes on from {today}. Try:")
        tell(f"  curl '{address}/v1/customers?user_id={report.example_user_id}'")
        tell(f"  curl {address}/v1/decisions/{report.example_decision_id}")
        tell(f"  curl {address}/v1/track -d '{_order(report.example_user_id)}'   # ends the run, begins the next")
        tell(f"  curl {address}/metrics")

    log_to_stderr()
    serve(
        folder,
        host="127.0.0.1",
        port=port,
        is_development=True,
        ready=ready,
        clock=lambda: Instant(system_clock() - offset),
    )


def _order(user_id: str) -> str:
    order = {"userId": user_id, "event": "item_purchased", "properties": {"invoice": "A1"}}
    return msgspec.json.encode(order).decode()


def _make_workspace(folder: Path) -> None:
    """Copy the example to ``folder``, which is the demo's own and is emptied first."""
    if folder.exists():
        if not (folder / "segue.yaml").is_file():
            raise WorkspaceError(f"The folder {folder} is not the demo's.", "Name another one with --folder.")
        shutil.rmtree(folder)
    example = templates().get(TEMPLATE)
    if example is None:
        raise WorkspaceError("The example two_channels is not installed.", "Install Segue anew.")
    with as_file(example) as source:
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns(STATE_FOLDER, "__pycache__"))
    write_schemas(folder, {"test": scenario_schema()})


def _finished(folder: Path) -> DemoReport | None:
    """Return the report of an earlier run of the same program on the same example."""
    try:
        report = msgspec.json.decode((folder / REPORT).read_bytes(), type=DemoReport)
    except (OSError, msgspec.MsgspecError):
        return None
    return report if report.fingerprint == _fingerprint() else None


def _fingerprint() -> str:
    """Return a digest of the example and of the program: what a run's result depends on."""
    digest = blake2b(digest_size=12)
    package = Path(segue.__file__).parent
    sources = sorted(package.rglob("*.py")) + sorted(package.rglob("manifest.toml"))
    with as_file(templates()[TEMPLATE]) as example:
        inputs = sorted(path for path in example.rglob("*") if path.is_file() and STATE_FOLDER not in path.parts)
        for path in (*sources, *inputs):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


class _Progress:
    """Says how far the replay is: on a terminal on one line, else now and then."""

    def __init__(self, every: int) -> None:
        self._every = every
        self._is_terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def __call__(self, rows: int) -> None:
        if rows % self._every:
            return
        if self._is_terminal:
            sys.stderr.write(f"\r  {rows:,} rows ")
            sys.stderr.flush()
        elif rows % (4 * self._every) == 0:
            say(f"  {rows:,} rows")
