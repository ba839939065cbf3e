"""The webhook channel: render, sign, post, and say what the endpoint said."""

import asyncio
import ssl
import time
from binascii import Error as Base64Error
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpcore2
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from segue.channels.addresses import ForbiddenAddress, GuardedBackend, Resolver, resolve
from segue.channels.context import ChannelContext
from segue.channels.liquid_strict import Refusal
from segue.channels.outcomes import rejected, retryable
from segue.channels.rendering import Templates, template_data
from segue.channels.settings import Revealed, reveal
from segue.channels.unsubscribe import link_for
from segue.channels.webhook.config import Settings
from segue.channels.webhook.translate import to_body, to_headers, to_outcome, to_receipts, verify_call
from segue.model.catalogue import ChannelSpec
from segue.model.commands import Deliver
from segue.model.deliveries import Outcome
from segue.model.errors import ChannelError
from segue.model.time import Instant
from segue.ports.channel import Finding, Receipt

REQUEST_BYTES_MAX = 262_144
ANSWER_BYTES_MAX = 65_536
"""More of an answer than this is not read; only its status counts."""

_NOT_CONNECTED = (httpcore2.ConnectError, httpcore2.ConnectTimeout, httpcore2.PoolTimeout)
_FAILURES = (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError, OSError, TimeoutError)


class WebhookChannel:
    """Message channel over HTTP, one call a delivery."""

    type = "webhook"

    def __init__(
        self, spec: ChannelSpec, settings: Settings, context: ChannelContext, resolver: Resolver = resolve
    ) -> None:
        self.name = spec.name
        self.spec = spec
        self._settings = settings
        self._context = context
        self._templates = Templates(context.workspace)
        self._url = _parse_url(spec.name, settings.url)
        self._backend = GuardedBackend(settings.ports, settings.allow_hosts, resolver)
        self._secrets: tuple[Revealed, ...] = ()
        self._pool: httpcore2.AsyncConnectionPool | None = None

    async def start(self) -> None:
        self._secrets = self._read_secrets()
        # No proxy from the environment, no redirects, no cookies: this is the bare connection pool.
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=self._tls(), network_backend=self._backend, max_connections=32, keepalive_expiry=30.0
        )

    async def stop(self) -> None:
        pool, self._pool = self._pool, None
        if pool:
            await pool.aclose()

    async def deliver(self, command: Deliver) -> Outcome:
        body = self._body(command)
        if isinstance(body, Refusal):
            return rejected(command, body)
        if len(body) > REQUEST_BYTES_MAX:
            return rejected(command, f"too_large: {len(body)} bytes")
        return await self._post(command, body)

    async def check(self) -> tuple[Finding, ...]:
        try:
            self._read_secrets()
        except ChannelError as error:
            return (Finding(severity="error", reason=error.reason, instruction=error.instruction),)
        host, port = self._url.host.decode("ascii"), self._url.origin.port
        try:
            await asyncio.wait_for(self._backend.admit(host, port), self._settings.timeout)
        except (ForbiddenAddress, httpcore2.ConnectError, TimeoutError) as error:
            reason = f"The endpoint of channel {self.name!r} cannot be used: {error or 'the host does not resolve'}."
            return (Finding(severity="error", reason=reason, instruction="Check `url`, `ports` and `allow_hosts`."),)
        return ()

    def read_receipts(self, headers: Mapping[str, str], body: bytes, *, now: Instant) -> tuple[Receipt, ...]:
        call_id = verify_call(headers, body, [secret.value for secret in self._secrets], now)
        return to_receipts(call_id, body, now)

    async def _post(self, command: Deliver, body: bytes) -> Outcome:
        assert self._pool is not None, "deliver comes between start and stop"
        now = _now()
        signed = to_headers(command.delivery_id, body, [secret.value for secret in self._secrets], now)
        headers = [(name.encode(), value.encode()) for name, value in signed.items()]
        headers += [(b"host", _host_header(self._url)), (b"content-length", str(len(body)).encode())]
        try:
            async with asyncio.timeout(self._settings.timeout):
                async with self._pool.stream("POST", self._url, headers=headers, content=body) as answer:
                    await _read_some(answer)
        except ForbiddenAddress as error:
            return rejected(command, f"forbidden_address: {error}")
        except _NOT_CONNECTED as error:
            return retryable(command, f"no connection to the endpoint ({type(error).__name__})")
        except _FAILURES as error:
            cause = f"no answer from the endpoint ({type(error).__name__})"
            return retryable(command, cause, may_have_arrived=True)
        retry_after = dict(answer.headers).get(b"retry-after", b"").decode("latin-1")
        return to_outcome(command, answer.status, retry_after, now)

    def _body(self, command: Deliver) -> bytes | Refusal:
        url = link_for(self._context.unsubscribe, command)
        rendered = self._templates.render(command, url) if command.template else None
        if isinstance(rendered, Refusal):
            return rendered
        data = template_data(command, url)
        # A journey's payload is data, computed already: text in it that looks like a template came from a customer.
        payload = data.get("payload")
        content = self._templates.render_value(data.get("action", {}), data) if payload is None else payload
        if isinstance(content, Refusal):
            return content
        return to_body(command, rendered, content, self._settings.include, url)

    def _read_secrets(self) -> tuple[Revealed, ...]:
        references = [self._settings.secret, self._settings.next_secret]
        secrets = tuple(reveal(reference, self._context.environment) for reference in references if reference)
        for secret in secrets:
            try:
                Webhook(secret.value)
            except (Base64Error, ValueError, EmptyWebhookSecretError):
                raise ChannelError(
                    f"The signing secret of channel {self.name!r} is not one.",
                    'Write "whsec_" and 24 to 64 bytes in base64.',
                ) from None
        return secrets

    def _tls(self) -> ssl.SSLContext:
        ca_file = self._settings.ca_file
        try:
            return ssl.create_default_context(cafile=str(self._context.workspace / ca_file) if ca_file else None)
        except OSError:
            raise ChannelError(
                f"Channel {self.name!r} cannot read the certificates of `ca_file`.", "Name a PEM file."
            ) from None


async def _read_some(answer: httpcore2.Response) -> None:
    """Read a short answer to its end, so that the connection can be used again; leave a long one unread."""
    size = 0
    async for chunk in answer.aiter_stream():
        size += len(chunk)
        if size > ANSWER_BYTES_MAX:
            return


def _parse_url(name: str, text: str) -> httpcore2.URL:
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").encode("idna")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if not host or parts.username or parts.password:
            raise ValueError
        return httpcore2.URL(scheme=parts.scheme.encode(), host=host, port=parts.port, target=target.encode("ascii"))
    except (UnicodeError, ValueError):
        raise ChannelError(
            f"The `url` of channel {name!r} is not usable.", "Write https://host/path, without user name or password."
        ) from None


def _host_header(url: httpcore2.URL) -> bytes:
    host = b"[" + url.host + b"]" if b":" in url.host else url.host
    return host if url.port is None else host + b":%d" % url.port


def _now() -> Instant:
    return Instant(time.time_ns() // 1000)


def open_channel(spec: ChannelSpec, settings: Settings, context: ChannelContext) -> WebhookChannel:
    """Return the channel, not started.

    Raises:
        ChannelError: the URL is not usable.
    """
    return WebhookChannel(spec, settings, context)
