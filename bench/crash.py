"""Kill -9 at every write and every fsync of a small run, restart, and count what customers got.

The shop (`bench.crash_shop`) runs under strace, which kills it right before the N-th call, for every N until a run ends
by itself: once counting the calls that reach the disk, once those that reach the network (the relay, and the clients
that are answered). Then the shop is started again on what is left, its clients repeat everything, and the books are
compared with the mail relay's own log (`bench.smtp_sink`), which is the oracle.

    lost            acknowledged facts that the restarted shop does not know
    duplicates      mails beyond the first of a delivery, and facts advanced twice
    silently_lost   deliveries that did not arrive although the ledger says so, or that nobody will look at again
    unknown         deliveries that say themselves that nobody can know: at most those in flight, once per kill
    phantom         mails that nobody decided

    python3 dev.py bench crash
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from bench import crash_shop
from bench.report import report
from segue.model.deliveries import DeliveryStatus
from segue.model.ids import derive
from segue.runtimes.replay import verify
from segue.stores.sqlite import SqliteStore

CALLS = {
    "disk": "pwrite64,fdatasync,fsync,ftruncate",
    "network": "sendto,write",
}
TEMPLATE = "---\nsubject: Hello\n---\nHello from the shop.\n"
RESTART_SECONDS = 30


class Books(NamedTuple):
    """What one kill led to."""

    lost: int = 0
    duplicates: int = 0
    silently_lost: int = 0
    unknown: int = 0
    phantom: int = 0


def main() -> None:
    """Sweep everything, print one table, write ``bench/results/crash.json``."""
    rows, total, points = [], Counter[str](), 0
    for name in CALLS:
        killed, books = sweep(name, progress=lambda line: print(line, file=sys.stderr))
        rows.append((name, killed, *books))
        total.update(dict(zip(Books._fields, books, strict=True)))
        points += killed
    rows.append(("all", points, *(total[field] for field in Books._fields)))
    figures = {"kill_points": points} | {field: total[field] for field in Books._fields}
    report("crash", ["calls", "kill points", *Books._fields], rows, figures)
    if any(total[field] for field in Books._fields if field != "unknown"):
        raise SystemExit("The books do not balance.")


def sweep(calls: str, *, first: int = 1, step: int = 1, progress: object = None) -> tuple[int, Books]:
    """Kill at every ``step``-th call from ``first`` on until a run survives; return the kills and the summed books."""
    killed, total = 0, Books()
    _import_everything()
    with tempfile.TemporaryDirectory(prefix="segue-crash-") as place, _relay(Path(place)) as (port, log):
        count = first
        while True:
            folder = _fresh(Path(place) / f"{calls}-{count}")
            taken = len(_mails(log))
            acknowledged, survived = _run_and_kill(folder, port, CALLS[calls], count)
            statuses = _restart(folder, port)
            books = _audit(folder, acknowledged, statuses, _mails(log)[taken:])
            total = Books(*(a + b for a, b in zip(total, books, strict=True)))
            if callable(progress):
                progress(f"{calls} {count}: {'survived' if survived else 'killed'} {books}")
            shutil.rmtree(folder)
            if survived:
                return killed, total
            killed += 1
            count += step


def _import_everything() -> None:
    """Import what the shop needs, also what it would import late, so that a forked shop is quick."""
    for module in ("aiosmtplib", "segue.channels.email_smtp.client", "segue.channels.email_smtp.translate", "uvloop"):
        import_module(module)


def _run_and_kill(folder: Path, port: int, calls: str, count: int) -> tuple[dict[str, str], bool]:
    """Run the shop until it is killed before its ``count``-th call; return its acknowledgements, and if it survived."""
    child, said, go = _fork(folder, port)
    command = ["strace", "-f", "-o", os.devnull, "-p", str(child), "-e", f"trace={calls}"]
    command += ["-e", f"inject={calls}:signal=KILL:when={count}"]
    strace = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert strace.stderr is not None
    greeting = strace.stderr.readline()
    assert "attached" in greeting, f"strace cannot attach: {greeting}"
    os.write(go, b"go")
    os.close(go)
    with os.fdopen(said) as lines:
        acknowledged = _acknowledged(lines.read())
    _, status = os.waitpid(child, 0)
    strace.stderr.read()
    strace.wait()
    return acknowledged, not os.WIFSIGNALED(status)


def _restart(folder: Path, port: int) -> dict[str, str]:
    """Run the shop again to its end, and return what its clients, who repeat everything, were told."""
    child, said, go = _fork(folder, port)
    os.write(go, b"go")
    os.close(go)
    with os.fdopen(said) as lines:
        text = lines.read()
    _, status = os.waitpid(child, 0)
    assert status == 0, f"the shop does not start again: {text}"
    return _acknowledged(text)


def _fork(folder: Path, port: int) -> tuple[int, int, int]:
    """Fork a shop that waits for its start signal; forking saves a second of imports at each of the kill points.

    Returns its process id, what it says, and where to say go.
    """
    said, say = os.pipe()
    wait, go = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(go)
            os.read(wait, 2)
            os.dup2(say, 1)
            signal.alarm(RESTART_SECONDS)
            sys.stdout = os.fdopen(1, "w", closefd=False)
            crash_shop.run(folder, port)
            status = 0
        except BaseException as error:
            sys.stdout.write(f"failed: {error!r}\n")
        finally:
            sys.stdout.flush()
            os._exit(status)
    os.close(say)
    os.close(wait)
    return child, said, go


def _audit(folder: Path, acknowledged: Mapping[str, str], repeated: Mapping[str, str], mails: list[str]) -> Books:
    """Compare what was promised, what the store says and what arrived."""
    lost = sum(1 for event_id in acknowledged if repeated.get(event_id) != "duplicate")
    with closing(SqliteStore(folder / ".segue", is_reader=True)) as store:
        verify(store)
        entries = [entry for block in store.blocks() for entry in block.read()]
        decided = {command.delivery_id for entry in entries for command in entry.commands}
        ledger = {delivery_id: store.delivery(delivery_id) for delivery_id in decided}
    arrived = Counter(mails)
    advanced = Counter(entry.event.event_id for entry in entries)
    expected = {f"<{derive('message', delivery_id)}@{crash_shop.DOMAIN}>": delivery_id for delivery_id in decided}
    missing = [ledger[delivery_id] for key, delivery_id in expected.items() if key not in arrived]
    surfaced = (DeliveryStatus.UNKNOWN, DeliveryStatus.WITHDRAWN, DeliveryStatus.REJECTED)
    return Books(
        lost=lost,
        duplicates=sum(count - 1 for count in (*arrived.values(), *advanced.values())),
        silently_lost=sum(1 for row in missing if row is None or row.status not in surfaced),
        unknown=sum(1 for row in ledger.values() if row is not None and row.status is DeliveryStatus.UNKNOWN),
        phantom=sum(1 for key in arrived if key not in expected),
    )


@contextmanager
def _relay(place: Path) -> Iterator[tuple[int, Path]]:
    log = place / "relay.log"
    log.touch()
    relay = subprocess.Popen(
        [sys.executable, "-m", "bench.smtp_sink", str(log)], stdout=subprocess.PIPE, text=True, cwd=_ROOT
    )
    try:
        assert relay.stdout is not None
        yield int(relay.stdout.readline()), log
    finally:
        relay.terminate()
        relay.wait()


_ROOT = Path(__file__).parents[1]


def _fresh(folder: Path) -> Path:
    (folder / "templates").mkdir(parents=True)
    (folder / "templates" / "hello.txt").write_text(TEMPLATE)
    return folder


def _mails(log: Path) -> list[str]:
    return [json.loads(line)["message_id"] for line in log.read_text().splitlines()]


def _acknowledged(text: str) -> dict[str, str]:
    return {
        line.split()[1]: line.split()[2]
        for line in text.splitlines()
        if line.startswith("ack ") and line.count(" ") == 2
    }


if __name__ == "__main__":
    main()
