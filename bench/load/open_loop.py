"""An open-loop load generator: requests leave at their appointed times, and waiting counts.

A generator that waits for each answer before the next request hides every pause of the server (coordinated omission).
Here request k is due at ``k / rate``; its latency runs from that moment, also when no connection was free.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from time import perf_counter
from typing import NamedTuple


class Load(NamedTuple):
    """What is sent.

    Attributes:
        requests: bodies, taken in turn and around again.
        rate: requests a second.
        seconds: how long; the first ``warm_up`` of them are not counted.
    """

    host: str
    port: int
    path: str
    key: str
    requests: Sequence[bytes]
    rate: float
    seconds: float
    warm_up: float = 2.0
    connections: int = 32


class Answers(NamedTuple):
    """What came back; latencies in seconds, sorted. ``achieved`` is answers a second over the counted time."""

    latencies: list[float]
    statuses: dict[int, int]
    achieved: float

    def quantile(self, share: float) -> float:
        """Return a latency quantile in milliseconds."""
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))] * 1000


def open_loop(load: Load) -> Answers:
    """Send ``load`` from another process and return what came back."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_run, load).result()


def _run(load: Load) -> Answers:
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_send_all(load))


async def _send_all(load: Load) -> Answers:
    idle: asyncio.Queue[_Connection] = asyncio.Queue()
    for _ in range(load.connections):
        idle.put_nowait(await _Connection.open(load))
    head = f"POST {load.path} HTTP/1.1\r\nHost: {load.host}\r\nAuthorization: Bearer {load.key}\r\n"
    prepared = [f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body for body in load.requests]
    latencies: list[float] = []
    statuses: Counter[int] = Counter()
    begin = perf_counter()
    tasks = []
    for number in range(int(load.rate * load.seconds)):
        due = begin + number / load.rate
        delay = due - perf_counter()
        if delay > 0:
            await asyncio.sleep(delay)
        tasks.append(asyncio.create_task(_send_one(prepared[number % len(prepared)], due, idle)))
    answers = await asyncio.gather(*tasks)
    counted = [answer for answer in answers if answer.due >= begin + load.warm_up]
    for answer in counted:
        latencies.append(answer.latency)
        statuses[answer.status] += 1
    last = max(answer.due + answer.latency for answer in counted)
    return Answers(sorted(latencies), dict(statuses), len(counted) / (last - begin - load.warm_up))


class _Answer(NamedTuple):
    due: float
    latency: float
    status: int


async def _send_one(request: bytes, due: float, idle: "asyncio.Queue[_Connection]") -> _Answer:
    connection = await idle.get()
    try:
        status = await connection.ask(request)
    finally:
        idle.put_nowait(connection)
    return _Answer(due, perf_counter() - due, status)


class _Connection:
    """One keep-alive connection; raw, so that the generator costs less than the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, load: Load) -> "_Connection":
        return cls(*await asyncio.open_connection(load.host, load.port))

    async def ask(self, request: bytes) -> int:
        """Send one request, read the whole answer, return its status."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = head.lower().split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0]
        await self._reader.readexactly(int(length))
        return int(head[9:12])
