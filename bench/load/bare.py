"""A server that does nothing: uvicorn with uvloop and httptools as ours, and an application that answers a constant.

What it takes under the same load is what the machine, its noise and HTTP in Python take from every server of this kind.

    python -m bench.load.bare
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvloop

from bench.load.served import Address
from segue.server.serve import bind, listen

_BODY = b'{"success":true}'
_HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(_BODY)).encode())]


async def constant(_scope: Any, receive: Any, send: Any) -> None:
    """Read the request, answer the constant."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": _BODY})


@contextmanager
def bare() -> Iterator[Address]:
    """Serve the constant until the block ends."""
    command = [sys.executable, "-m", "bench.load.bare"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        try:
            yield Address("127.0.0.1", int(process.stdout.readline()), "none", process.pid)
        finally:
            process.terminate()
            process.wait(30)


async def _serve() -> None:
    listening = bind("127.0.0.1", 0)
    port = listening.getsockname()[1]
    await listen(constant, listening, until=asyncio.Event().wait(), ready=lambda: print(port, flush=True))


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve())
