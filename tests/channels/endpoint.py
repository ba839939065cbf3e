"""A real HTTP server on loopback that takes webhooks, with moods and its own record."""

import asyncio
import ssl
from dataclasses import dataclass


@dataclass
class Call:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class Endpoint:
    """Answers every call.

    Attributes:
        status: the answer's status; ``headers`` and ``body`` its rest.
        is_silent: read the request and never answer.
        drops: read the request and close.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.calls: list[Call] = []
        self.connections = 0
        self.status = 200
        self.headers: dict[str, str] = {}
        self.body = b"ok"
        self.is_silent = False
        self.drops = False
        self.port = 0
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._open: list[asyncio.StreamWriter] = []

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        for writer in self._open:
            writer.transport.abort()
        self._open.clear()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.append(writer)
        try:
            while True:
                self.calls.append(await _read(reader))
                if self.is_silent:
                    await asyncio.sleep(3600)
                if self.drops:
                    writer.transport.abort()
                    return
                writer.write(self._answer())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            writer.transport.abort()

    def _answer(self) -> bytes:
        headers = {"content-length": str(len(self.body)), **self.headers}
        head = [f"HTTP/1.1 {self.status} X", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join((*head, "", "")).encode() + self.body


async def _read(reader: asyncio.StreamReader) -> Call:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    return Call(method, target, headers, await reader.readexactly(int(headers.get("content-length", "0"))))
