"""Unsubscribe: the page and the one-click address behind the links in messages (RFC 8058).

GET shows a page with one button and changes nothing: mail scanners follow every link. POST withdraws consent, and again
and again without harm. The token is the authority, so no key is needed; a wrong one looks like any missing page.
"""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from segue.channels.unsubscribe import ONE_CLICK_PATH, Subscription, verify
from segue.model.events import ConsentChanged
from segue.model.ids import EventId, derive
from segue.model.time import Clock
from segue.runtimes.embedded import Embedded
from segue.server.pages import page
from segue.server.problems import Problem

PATH = ONE_CLICK_PATH + "{token}"


class Unsubscribe:
    """Answers unsubscribe links."""

    def __init__(self, runtime: Embedded, secret: bytes, workspace_name: str, clock: Clock) -> None:
        self._runtime = runtime
        self._secret = secret
        self._name = workspace_name
        self._clock = clock

    async def ask(self, request: Request) -> Response:
        """``GET``: a page that asks; it changes nothing."""
        subscription = self._subscription(request)
        question = f"<p>Stop {_what(subscription)} from {escape(self._name)}?</p>"
        return _page("Unsubscribe", f'{question}<form method="post"><button>Unsubscribe</button></form>')

    async def withdraw(self, request: Request) -> Response:
        """``POST``: by the page's button, or by the mail program with ``List-Unsubscribe=One-Click``."""
        subscription = self._subscription(request)
        now = self._clock()
        event = ConsentChanged(
            event_id=EventId(derive("unsubscribe", request.path_params["token"], now)),
            customer_id=subscription.customer_id,
            at=now,
            channel=subscription.channel,
            granted=False,
            purpose=subscription.purpose,
            source="one_click",
        )
        await self._runtime.report([event])
        return _page("Unsubscribed", f"<p>You will get no more {_what(subscription)} from {escape(self._name)}.</p>")

    def _subscription(self, request: Request) -> Subscription:
        subscription = verify(self._secret, request.path_params["token"])
        if subscription is None:
            raise Problem(404, "not_found", "This link is not valid.")
        return subscription


def _what(subscription: Subscription) -> str:
    purpose = "" if subscription.purpose == "*" else f"{escape(subscription.purpose)} "
    return (
        f"{purpose}messages" if subscription.channel == "*" else f"{purpose}messages by {escape(subscription.channel)}"
    )


def _page(title: str, body: str) -> HTMLResponse:
    """A page whose address is a secret: not kept, not framed, not passed on."""
    return page(title, body, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
