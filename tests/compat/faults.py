"""Faults: answers that the server did not give, at chosen requests, before it or after it has worked.

``before``: the request never reaches the server. ``after``: the server has made it durable, and its 200 is lost: the
case in which only the message ids keep a retry from counting twice.
"""

import json
from collections import deque
from typing import Literal

from msgspec import Struct
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Fault(Struct, frozen=True):
    """One injected answer."""

    status: int
    when: Literal["before", "after"] = "before"
    retry_after: str = ""


class Faults:
    """Answers the next POSTs with the queued faults, and counts all of them."""

    def __init__(self) -> None:
        self.posts = 0
        self._queue: deque[Fault] = deque()

    def inject(self, *faults: Fault) -> None:
        """Answer the next POSTs, one after another, with ``faults``."""
        self.posts = 0
        self._queue.extend(faults)

    def clear(self) -> None:
        """Forget faults that nobody met."""
        self._queue.clear()

    @property
    def left(self) -> int:
        """How many faults nobody has met yet."""
        return len(self._queue)

    def around(self, app: ASGIApp) -> ASGIApp:
        """Return ``app`` behind the faults."""

        async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["method"] != "POST":
                await app(scope, receive, send)
                return
            self.posts += 1
            fault = self._queue.popleft() if self._queue else None
            if fault is None:
                await app(scope, receive, send)
                return
            if fault.when == "after":
                await app(scope, receive, _swallow)
            else:
                while (await receive()).get("more_body"):
                    pass
            await _answer(fault, send)

        return faulty


async def _swallow(_message: Message) -> None:
    """Lose a message of the answer."""


async def _answer(fault: Fault, send: Send) -> None:
    headers = [(b"content-type", b"application/problem+json")]
    if fault.retry_after:
        headers.append((b"retry-after", fault.retry_after.encode()))
    body = json.dumps({"code": "injected", "message": "An injected fault.", "status": fault.status}).encode()
    await send({"type": "http.response.start", "status": fault.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
