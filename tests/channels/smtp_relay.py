"""A real SMTP server on loopback, in the test's own event loop, with moods and its own record."""

import asyncio
import ssl
from email import message_from_bytes
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class Relay:
    """Takes mail for everyone and keeps it.

    Attributes:
        mails: what was taken, oldest first.
        answers: SMTP verb to the answer given instead of the usual one.
        silent_after_data: take the message and never answer.
        drop_after_data: take the message and close the connection without an answer.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None, implicit_tls: bool = False, password: str = "") -> None:
        self.mails: list[Envelope] = []
        self.sessions = 0
        self.answers: dict[str, str] = {}
        self.silent_after_data = False
        self.drop_after_data = False
        self.port = 0
        self._tls, self._implicit_tls, self._password = tls, implicit_tls, password
        self._server: asyncio.Server | None = None
        self._open: list[SMTP] = []

    async def start(self) -> None:
        self._server = await asyncio.get_running_loop().create_server(
            self._accept, "127.0.0.1", self.port, ssl=self._tls if self._implicit_tls else None
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        self.drop_connections()
        await asyncio.sleep(0)

    def drop_connections(self) -> None:
        for session in self._open:
            if session.transport:
                session.transport.abort()
        self._open.clear()

    def _accept(self) -> SMTP:
        self.sessions += 1
        session = SMTP(
            self,
            hostname="relay.example",
            ident="kit",
            enable_SMTPUTF8=True,
            tls_context=None if self._implicit_tls else self._tls,
            require_starttls=bool(self._tls and not self._implicit_tls),
            authenticator=self._authenticate if self._password else None,
            auth_required=bool(self._password),
            auth_require_tls=False,
        )
        self._open.append(session)
        return session

    def _authenticate(
        self, server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        return AuthResult(success=data.password == self._password.encode(), handled=False)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 2.1.0 Ok")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "RCPT" not in self.answers:
            envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 2.1.5 Ok")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if "DATA" in self.answers:
            return self.answers["DATA"]
        self.mails.append(envelope)
        if self.silent_after_data:
            await asyncio.sleep(3600)
        if self.drop_after_data:
            server.transport.abort()
        return "250 2.0.0 Ok: queued"


def parse(envelope: Envelope) -> Any:
    """Return a taken mail as a mail program sees it."""
    assert isinstance(envelope.content, bytes)
    return message_from_bytes(envelope.content, policy=default)
