"""Browsers: cross-origin requests to the few routes that web pages call.

Any origin may call them: what a request may do depends on its key, and no cookie takes part. All other routes stay
closed to scripts of other origins.
"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from segue.server.problems import EXPECTED, problem_of

Endpoint = Callable[[Request], Awaitable[Response]]

_ALLOW_ANY = {"Access-Control-Allow-Origin": "*"}


def for_browsers(endpoint: Endpoint) -> Endpoint:
    """Return ``endpoint`` with an answer to preflight requests, its own answers readable to every origin."""

    async def answer(request: Request) -> Response:
        if request.method == "OPTIONS":
            return _preflight(request)
        try:
            response = await endpoint(request)
        except EXPECTED as error:
            response = problem_of(error).response()
        response.headers.update(_ALLOW_ANY)
        return response

    return answer


def _preflight(request: Request) -> Response:
    """Allow what was asked for; ``*`` would leave out Authorization, which the browser client sends."""
    headers = request.headers.get("access-control-request-headers", "authorization, content-type")
    return Response(
        status_code=204,
        headers=_ALLOW_ANY
        | {
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": headers,
            "Access-Control-Max-Age": "86400",
            "Vary": "Access-Control-Request-Headers",
        },
    )
