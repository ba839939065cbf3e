"""Observe: count and log every request, and answer what nobody caught; the outermost layer of the application.

The log holds method, route template, status and milliseconds: never a path with its ids and tokens, never a query
string. An unexpected error is logged by its type and place only, because messages and traces repeat customers' data.
"""

import logging
from time import perf_counter
from traceback import extract_tb

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from segue.server.metrics import RequestMetrics
from segue.server.problems import Problem

log = logging.getLogger("segue.access")
errors = logging.getLogger("segue.server")


class Observed:
    """Wraps the application; ``route`` in the scope is put there by `app.named`."""

    def __init__(self, app: ASGIApp, metrics: RequestMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0
        begin = perf_counter()

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            errors.error("%s in %s at %s", type(error).__name__, route_of(scope), place_of(error))
            if status:  # the answer has begun; only the connection can be given up
                raise ConnectionAbortedError from None
            await Problem(500, "internal", "Something went wrong here.").response()(scope, receive, watch)
        seconds = perf_counter() - begin
        route = route_of(scope)
        self._metrics.observe(scope["method"], route, status, seconds)
        log.info("%s %s %d %.1fms", scope["method"], route, status, seconds * 1000)


def route_of(scope: Scope) -> str:
    """Return the template of the route that answered, such as ``/v1/customers/{customer_id}``; "" for none."""
    return str(scope.get("segue.route", "unknown"))


def place_of(error: BaseException) -> str:
    """Return ``file:line`` where ``error`` was raised."""
    frames = extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rpartition('/segue/')[2]}:{frames[-1].lineno}" if frames else "unknown"
