"""Problems: every error answer is RFC 9457 problem+json, and also carries ``code`` and ``message``.

The official Segment and Rudder clients for Python read those two members, and retry a hopeless request without them.
"""

from collections.abc import Mapping
from math import ceil

import msgspec
from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from segue.model.errors import EventError, StoreError
from segue.runtimes.embedded import Overloaded

MEDIA_TYPE = "application/problem+json"


class ProblemBody(Struct, frozen=True, kw_only=True):
    """An error answer. ``code`` is stable and names the entry of docs/reference/http.md; ``message`` equals
    ``detail``.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    message: str


class Problem(Exception):
    """Ends a request with an error answer.

    Args:
        detail: one or two sentences for the caller; never personal data.
        headers: such as ``Retry-After``.
    """

    def __init__(self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """Return the answer."""
        body = ProblemBody(
            type=f"urn:segue:problem:{self.code}",
            title=self.code.replace("_", " ").capitalize(),
            status=self.status,
            detail=self.detail,
            code=self.code,
            message=self.detail,
        )
        return Response(msgspec.json.encode(body), self.status, self.headers, MEDIA_TYPE)


_STATUS = {"engine_error": 500, "forged_receipt": 401}
"""The status of coded errors that are not simply the caller's misunderstanding."""

EXPECTED = (Problem, EventError, Overloaded, StoreError)
"""What handlers raise on purpose, or let through from the rooms below; `problem_of` says what to answer."""


def problem_of(error: Exception) -> Problem:
    """Return the answer to an expected error.

    Overload is 429, because with that status the official clients obey Retry-After; a store that has failed is 503.
    """
    match error:
        case Problem():
            return error
        case EventError():
            return Problem(_STATUS.get(error.code, 400), error.code, str(error))
        case Overloaded():
            seconds = str(ceil(error.retry_after_seconds))
            return Problem(429, "overloaded", "More arrives than can be stored; try again.", {"Retry-After": seconds})
        case _:
            return Problem(503, "unavailable", "Events cannot be stored now; try again.", {"Retry-After": "5"})


async def answer_expected(_request: Request, error: Exception) -> Response:
    """Answer one of `EXPECTED` (Starlette's exception handler)."""
    return problem_of(error).response()


async def answer_http(_request: Request, error: Exception) -> Response:
    """Answer what Starlette itself refuses: a path or a method that does not exist."""
    assert isinstance(error, HTTPException)
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "bad_request")
    return Problem(error.status_code, code, f"{error.detail}.", error.headers).response()
