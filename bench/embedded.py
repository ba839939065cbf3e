"""How many events a second one process takes in durably, and how soon a command follows an event.

The server (`bench.embedded_server`) runs in a process of its own: HTTP in batches, SQLite with a full fsync at every
commit, the benchmark workspace of `bench.engine` (10 journeys, 40 features, 50 conditions, 24 actions), and channels
that take everything at once. One event in twenty leads to a decision over 24 candidates and a command.

    python3 dev.py bench embedded
"""

import asyncio
import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, time_ns
from typing import Any

import msgspec

from bench.embedded_server import bench_workspace
from bench.engine import settled_customer
from bench.load.open_loop import Load
from bench.load.open_loop import _Connection as Connection
from bench.report import report
from segue.core.world import build_world
from segue.model.ids import CustomerId, derive
from segue.model.time import NEVER
from segue.ports.store import CustomerState
from segue.runtimes.population import Population

CUSTOMERS = 20_000
ASKED_EVERY = 20
SUSTAINED_SECONDS = 15.0
STEADY_RATE, STEADY_SECONDS, WARM_UP_SECONDS = 3_000, 15.0, 3.0
BATCH, STEADY_BATCH, CONNECTIONS = 100, 10, 4


def main() -> None:
    """Measure, print one table, write ``bench/results/embedded.json``."""
    with tempfile.TemporaryDirectory(prefix="segue-bench-") as place:
        with _server(Path(place) / "sustained") as (load, server):
            rate, cpu_us = asyncio.run(_sustain(load, server.pid))
            sustained = _end(server)
        with _server(Path(place) / "steady") as (load, server):
            asyncio.run(_keep_rate(load))
            steady = _end(server)
    delays = steady["delays_ms"]
    p50, p99 = _quantile(delays, 0.5), _quantile(delays, 0.99)
    per_commit = sum(sustained["events"].values()) / sustained["commits"]
    bytes_each = bytes_per_customer()
    rows = [
        ("durable events/s, HTTP batches of 100", rate, 10_000.0),
        ("  server CPU us for each event, commands and outcomes included", cpu_us, None),
        ("  entries in one commit, mean", per_commit, None),
        (f"event to command at {STEADY_RATE}/s, p50 ms", p50, None),
        (f"event to command at {STEADY_RATE}/s, p99 ms", p99, 50.0),
        (f"  commands measured: {len(delays)}", None, None),
        ("bytes of memory for each cold customer (3 journeys, a year of history)", float(bytes_each), None),
    ]
    figures = {
        "events_per_s": rate,
        "cpu_us_per_event": cpu_us,
        "p50_ms_at_3000": p50,
        "p99_ms_at_3000": p99,
        "bytes_per_customer": bytes_each,
        "entries_per_commit": per_commit,
    }
    report("embedded", ["what", "measured", "goal"], rows, figures)


async def _sustain(load: Load, pid: int) -> tuple[float, float]:
    """Send batches of 100 as fast as they are acknowledged; return events a second, and the server's CPU for each."""
    connections = [await Connection.open(load) for _ in range(CONNECTIONS)]
    batches = iter([_batch(start, BATCH, due=0) for start in range(0, 400_000, BATCH)])
    sent = 0
    begin, begin_cpu = perf_counter(), _cpu_seconds(pid)

    async def keep_sending(connection: Connection) -> None:
        nonlocal sent
        while perf_counter() - begin < SUSTAINED_SECONDS:
            assert await connection.ask(_request(next(batches), load)) == 200
            sent += BATCH

    await asyncio.gather(*map(keep_sending, connections))
    seconds, cpu = perf_counter() - begin, _cpu_seconds(pid) - begin_cpu
    return sent / seconds, cpu / sent * 1e6


async def _keep_rate(load: Load) -> None:
    """Send small batches on schedule, each stamped with the moment it was due, whatever the answers do."""
    idle: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(32):
        idle.put_nowait(await Connection.open(load))
    begin = perf_counter()
    begin_us = time_ns() // 1000
    tasks = []
    for number in range(int(STEADY_RATE * STEADY_SECONDS / STEADY_BATCH)):
        offset = number * STEADY_BATCH / STEADY_RATE
        if (delay := begin + offset - perf_counter()) > 0:
            await asyncio.sleep(delay)
        due = begin_us + int(offset * 1e6) if offset >= WARM_UP_SECONDS else 0
        tasks.append(asyncio.create_task(_send(_batch(number * STEADY_BATCH, STEADY_BATCH, due), load, idle)))
    await asyncio.gather(*tasks)


async def _send(body: bytes, load: Load, idle: "asyncio.Queue[Connection]") -> None:
    connection = await idle.get()
    assert await connection.ask(_request(body, load)) == 200
    idle.put_nowait(connection)


def _batch(start: int, count: int, due: int) -> bytes:
    events = [_event(number, due) for number in range(start, start + count)]
    return msgspec.json.encode({"batch": events})


def _event(number: int, due: int) -> dict[str, Any]:
    user = f"user-{number * 7919 % CUSTOMERS}"
    if number % ASKED_EVERY == 0:
        return _track(number, user, "asked", {"due": due})
    return _track(number, user, "page_viewed", {"amount": 3.0, "item": f"sku-{number % 12}", "url": "/a"})


def _track(number: int, user: str, name: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "track", "messageId": f"message-{number}", "userId": user, "event": name, "properties": properties}


def _request(body: bytes, load: Load) -> bytes:
    head = f"POST {load.path} HTTP/1.1\r\nHost: {load.host}\r\nAuthorization: Bearer {load.key}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def bytes_per_customer(count: int = 50_000) -> int:
    """Return the resident memory that one more customer takes, of those who are not busy just now."""
    world = build_world(bench_workspace())
    state = msgspec.msgpack.encode(settled_customer(world))
    gc.collect()
    population, before = Population(world), _resident()
    population.load(CustomerState(CustomerId(derive("customer", n)), n, NEVER, state) for n in range(count))
    assert len(population) == count
    return (_resident() - before) // count


@contextmanager
def _server(folder: Path) -> "Iterator[tuple[Load, subprocess.Popen[str]]]":
    folder.mkdir()
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.embedded_server", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    try:
        assert server.stdout is not None
        port, key = server.stdout.readline().split()
        yield Load("127.0.0.1", int(port), "/v1/batch", key, (), 0, 0), server
    finally:
        server.kill()
        server.wait()


def _end(server: "subprocess.Popen[str]") -> dict[str, Any]:
    assert server.stdout is not None
    server.send_signal(signal.SIGTERM)
    found: dict[str, Any] = json.loads(server.stdout.readline())
    assert not found["dead_letters"], found["dead_letters"]
    return found


def _quantile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
