"""A few open connections to one relay, handed out one at a time."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from ssl import SSLContext

from aiosmtplib import SMTP, SMTPException

from segue.channels.settings import Revealed

IDLE_SECONDS_MAX = 60.0
"""Relays close idle connections after some minutes; ours are closed first."""


@dataclass(frozen=True, kw_only=True)
class Relay:
    """Where a relay is and how it is talked to."""

    host: str
    port: int
    security: str
    local_hostname: str
    timeout: float
    tls: SSLContext | None
    username: str | None = None
    password: Revealed | None = None

    def connection(self) -> SMTP:
        """Return a connection, not yet open."""
        return SMTP(
            hostname=self.host,
            port=self.port,
            use_tls=self.security == "tls",
            start_tls=self.security == "starttls",
            tls_context=self.tls,
            username=self.username,
            password=self.password.value if self.password else None,
            local_hostname=self.local_hostname,
            timeout=self.timeout,
        )


class Lease:
    """A connection in use by one letter. ``is_reused``: it was open before, and the relay may have closed it since."""

    def __init__(self, smtp: SMTP, is_reused: bool) -> None:
        self.smtp = smtp
        self.is_reused = is_reused


class Pool:
    """At most ``size`` connections, the most recently used first."""

    def __init__(self, relay: Relay, size: int) -> None:
        self._relay = relay
        self._slots = asyncio.Semaphore(size)
        self._idle: list[tuple[float, SMTP]] = []

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[Lease]:
        """Lend a connection: open, or to be opened by ``connect``. After any exception it is closed, not reused."""
        async with self._slots:
            smtp = self._take_idle()
            lease = Lease(smtp or self._relay.connection(), is_reused=smtp is not None)
            try:
                yield lease
            except BaseException:
                lease.smtp.close()
                raise
            if lease.smtp.is_connected:
                self._idle.append((time.monotonic(), lease.smtp))

    def fresh(self) -> SMTP:
        """Return a new connection, not yet open."""
        return self._relay.connection()

    async def close(self) -> None:
        """Say goodbye on every idle connection."""
        idle, self._idle = self._idle, []
        for _, smtp in idle:
            with suppress(SMTPException, OSError, TimeoutError):
                await smtp.quit(timeout=2)
            smtp.close()

    def _take_idle(self) -> SMTP | None:
        while self._idle:
            since, smtp = self._idle.pop()
            if smtp.is_connected and time.monotonic() - since < IDLE_SECONDS_MAX:
                return smtp
            smtp.close()
        return None
