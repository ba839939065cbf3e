"""Status: is it alive, what are its numbers, and a page for whoever opens the address in a browser."""

import asyncio
from html import escape

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from segue.model.errors import StoreError
from segue.model.workspace import Workspace
from segue.runtimes.embedded import Embedded
from segue.server.access import Access
from segue.server.metrics import MEDIA_TYPE, RequestMetrics, render_stats
from segue.server.pages import page
from segue.server.problems import Problem

HEALTH_SECONDS = 2.0
"""Whoever needs longer to get through the queue is not well."""

_LINKS = (
    ("/healthz", "Is it alive?"),
    ("/metrics", "Its numbers, for Prometheus (key with the scope read)"),
    ("/openapi.json", "The HTTP interface, as OpenAPI"),
)


class Status:
    """Answers for operators."""

    def __init__(self, runtime: Embedded, access: Access, metrics: RequestMetrics, workspace: Workspace) -> None:
        self._runtime = runtime
        self._access = access
        self._metrics = metrics
        self._workspace = workspace

    async def health(self, _request: Request) -> Response:
        """``GET /healthz``: 200 while events can be stored, 503 when not. Open: it says nothing else."""
        try:
            await asyncio.wait_for(self._runtime.flush(), HEALTH_SECONDS)
        except (StoreError, TimeoutError):
            raise Problem(503, "unhealthy", "Events cannot be stored.", {"Retry-After": "5"}) from None
        return JSONResponse({"status": "ok"})

    async def metrics(self, request: Request) -> Response:
        """``GET /metrics``."""
        self._access.require(request, "read")
        return Response(self._metrics.render() + render_stats(self._runtime.stats()), media_type=MEDIA_TYPE)

    async def home(self, _request: Request) -> Response:
        """``GET /``: what runs here, and where to look."""
        links = "".join(f'<li><a href="{path}">{path}</a> {escape(text)}</li>' for path, text in _LINKS)
        return page("Segue", f"<p>The workspace <b>{escape(self._workspace.name)}</b> runs here.</p><ul>{links}</ul>")
