"""Serve: run a workspace behind HTTP until a signal ends it, or the store fails."""

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import AF_INET, AF_INET6, SO_REUSEADDR, SOL_SOCKET, socket
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from segue.model.errors import SegueError
from segue.model.time import Clock
from segue.runtimes.embedded import Settings, wall_clock
from segue.server.access import is_loopback
from segue.server.app import create_app
from segue.server.site import Site, running
from segue.workspace import load

GRACE_SECONDS = 10
"""How long requests that have begun may take to end."""

CONNECTIONS_MAX = 1000
"""Each may hold a body of half a megabyte: this bounds the memory."""


def serve(
    folder: Path,
    *,
    host: str | None = None,
    port: int | None = None,
    is_development: bool = False,
    ready: Callable[[str, Site], None] | None = None,
    clock: Clock = wall_clock,
    settings: Settings | None = None,
) -> None:
    """Serve the workspace in ``folder`` until SIGINT or SIGTERM; what has begun is finished.

    Args:
        host, port: override ``segue.yaml``; port 0 takes any free one.
        is_development: this machine needs no keys, and messages become files.
        ready: called once with the address, when requests are answered.

    Raises:
        SegueError: the workspace, a channel or the store cannot be used; development asked for on a public interface;
            or the store failed meanwhile (restart; nothing acknowledged is lost).
    """
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(
            _serve(folder, host, port, is_development=is_development, ready=ready, clock=clock, settings=settings)
        )


async def _serve(
    folder: Path,
    host: str | None,
    port: int | None,
    *,
    is_development: bool,
    ready: Callable[[str, Site], None] | None,
    clock: Clock,
    settings: Settings | None,
) -> None:
    loaded = load(folder)
    host = host or loaded.server.host
    check_exposure(host, is_open=is_development)
    listening = bind(host, loaded.server.port if port is None else port)
    try:
        address = address_of(listening, host)
        public_url = loaded.server.public_url or (address if is_development else "")
        async with running(
            loaded, public_url=public_url, is_development=is_development, clock=clock, settings=settings
        ) as site:
            app = create_app(
                site.runtime, loaded, site.keys, channels=site.channels, clock=clock, open_access=is_development
            )
            started = (lambda: ready(address, site)) if ready is not None else None
            await listen(app, listening, until=site.runtime.crashed(), ready=started)
    finally:
        listening.close()


async def listen(
    app: ASGIApp,
    listening: socket,
    *,
    until: Coroutine[Any, Any, object],
    ready: Callable[[], None] | None = None,
) -> None:
    """Answer requests on ``listening`` until a signal comes or ``until`` returns."""
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        limit_concurrency=CONNECTIONS_MAX,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = _Server(config, ready)
    end = asyncio.create_task(until)
    end.add_done_callback(lambda _: server.end())
    try:
        with _signals(server.end):
            await server.serve(sockets=[listening])
    finally:
        end.cancel()
        with suppress(asyncio.CancelledError):
            await end


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling: that one ends the process before the runtime has stopped."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None] | None) -> None:
        super().__init__(config)
        self._ready = ready

    def end(self) -> None:
        """Take no more requests, finish those that have begun."""
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._ready is not None:
            self._ready()


@contextmanager
def _signals(end: Callable[[], None]) -> Iterator[None]:
    """Call ``end`` on SIGINT and SIGTERM; in a thread that is not the main one, signals are somebody else's."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    caught = (signal.SIGINT, signal.SIGTERM)
    for number in caught:
        loop.add_signal_handler(number, end)
    try:
        yield
    finally:
        for number in caught:
            loop.remove_signal_handler(number)


def check_exposure(host: str, *, is_open: bool) -> None:
    """Refuse to serve without keys where others could reach it.

    Raises:
        SegueError: ``host`` is not the loopback interface.
    """
    if is_open and not is_loopback(host):
        reason = f"Development needs no keys, so it listens on this machine only, not on {host!r}."
        raise SegueError(reason, "Use `segue run` with keys, or --host 127.0.0.1.")


def bind(host: str, port: int) -> socket:
    """Return a socket bound to an address; it listens from `listen` on, when requests can be answered.

    Raises:
        SegueError: the port is taken, or the interface does not exist.
    """
    listening = socket(AF_INET6 if ":" in host else AF_INET)
    listening.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        reason = f"Nothing can listen on {host}:{port}: {error.strerror or error}."
        raise SegueError(reason, "Another program may hold the port; choose one with --port.") from None
    return listening


def address_of(listening: socket, host: str) -> str:
    """Return the address of a listening socket, as a browser writes it."""
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listening.getsockname()[1]}"
