"""The e-mail channel: render, connect, hand over, and say what the relay said."""

import ssl
from contextlib import suppress
from pathlib import Path

from aiosmtplib import SMTP, SMTPException, SMTPNotSupported, SMTPResponseException, SMTPServerDisconnected

from segue.channels.context import ChannelContext
from segue.channels.email_smtp.config import DEFAULT_PORTS, Settings
from segue.channels.email_smtp.pool import Lease, Pool, Relay
from segue.channels.email_smtp.translate import (
    INVALID_ADDRESS,
    Correspondents,
    Letter,
    Stage,
    to_letter,
    to_outcome,
)
from segue.channels.liquid_strict import Refusal
from segue.channels.mime import Mailbox, parse_mailbox
from segue.channels.outcomes import accepted, rejected
from segue.channels.rendering import Templates
from segue.channels.settings import reveal
from segue.channels.unsubscribe import link_for
from segue.model.catalogue import ChannelSpec
from segue.model.commands import Deliver
from segue.model.deliveries import Outcome
from segue.model.errors import ChannelError
from segue.ports.channel import Finding

_FAILURES = (SMTPException, OSError, TimeoutError)
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


class EmailSmtp:
    """Message channel over SMTP."""

    type = "email_smtp"

    def __init__(self, spec: ChannelSpec, settings: Settings, context: ChannelContext) -> None:
        self.name = spec.name
        self.spec = spec
        self._settings = settings
        self._context = context
        self._templates = Templates(context.workspace)
        self._correspondents = _correspondents(spec.name, settings)
        self._pool: Pool | None = None

    async def start(self) -> None:
        self._pool = Pool(self._relay(), self._settings.connections)

    async def stop(self) -> None:
        pool, self._pool = self._pool, None
        if pool:
            await pool.close()

    async def deliver(self, command: Deliver) -> Outcome:
        url = link_for(self._context.unsubscribe, command)
        rendered = self._templates.render(command, url)
        letter = rendered if isinstance(rendered, Refusal) else to_letter(command, rendered, self._correspondents, url)
        if isinstance(letter, Refusal):
            return rejected(command, letter)
        if letter is None:
            return rejected(command, INVALID_ADDRESS)
        return await self._hand_over(command, letter)

    async def check(self) -> tuple[Finding, ...]:
        findings = list(self._settings_findings())
        try:
            smtp = self._relay().connection()
        except ChannelError as error:
            return (*findings, Finding(severity="error", reason=error.reason, instruction=error.instruction))
        try:
            await smtp.connect()
            await smtp.quit()
        except _FAILURES as error:
            findings.append(_unreachable(self.name, self._settings, error))
        finally:
            smtp.close()
        return tuple(findings)

    async def _hand_over(self, command: Deliver, letter: Letter) -> Outcome:
        assert self._pool is not None, "deliver comes between start and stop"
        conversation = _Conversation(letter)
        try:
            async with self._pool.lease() as lease:
                refusal = await conversation.run(lease, self._pool)
        except _FAILURES as error:
            return to_outcome(command, conversation.stage, error)
        if refusal is not None:
            return to_outcome(command, conversation.stage, refusal)
        return accepted(command, provider_id=letter.message_id)

    def _relay(self) -> Relay:
        settings = self._settings
        if settings.password and settings.security == "plain" and settings.host not in _THIS_MACHINE:
            raise ChannelError(
                f"Channel {self.name!r} would send its password in the clear.", "Use security: starttls or tls."
            )
        return Relay(
            host=settings.host,
            port=settings.port or DEFAULT_PORTS[settings.security],
            security=settings.security,
            local_hostname=self._correspondents.sender.domain,
            timeout=settings.timeout,
            tls=None if settings.security == "plain" else self._tls(),
            username=settings.username,
            password=reveal(settings.password, self._context.environment) if settings.password else None,
        )

    def _tls(self) -> ssl.SSLContext:
        ca_file = self._settings.ca_file
        try:
            return ssl.create_default_context(cafile=str(self._context.workspace / Path(ca_file)) if ca_file else None)
        except OSError:
            raise ChannelError(
                f"Channel {self.name!r} cannot read the certificates of `ca_file`.", "Name a PEM file."
            ) from None

    def _settings_findings(self) -> tuple[Finding, ...]:
        if self._context.unsubscribe or self._settings.unsubscribe_address:
            return ()
        reason = f"Mails of channel {self.name!r} carry no way to unsubscribe."
        return (Finding(severity="warning", reason=reason, instruction="Set the server's public address."),)


class _Conversation:
    """One letter's conversation with the relay, which remembers how far it came."""

    def __init__(self, letter: Letter) -> None:
        self._letter = letter
        self.stage = Stage.CONNECTING

    async def run(self, lease: Lease, pool: Pool) -> SMTPException | None:
        """Hand the letter over; return the relay's refusal, after which the connection is as good as before.

        Raises:
            SMTPException, OSError: the connection failed; `stage` says how far the letter had come.
        """
        try:
            await self._send_envelope(lease, pool)
            self.stage = Stage.CONTENT
            await lease.smtp.data(self._letter.content)
        except (SMTPResponseException, SMTPNotSupported) as refusal:
            with suppress(*_FAILURES):
                await lease.smtp.rset(timeout=5)
            return refusal
        return None

    async def _send_envelope(self, lease: Lease, pool: Pool) -> None:
        """Send the envelope; once more on a new connection where the relay had closed an idle one: it has seen nothing
        of this letter.
        """
        try:
            await self._try_envelope(lease.smtp)
        except (SMTPServerDisconnected, SMTPResponseException) as error:
            has_gone = isinstance(error, SMTPServerDisconnected) or error.code == 421
            if not (lease.is_reused and has_gone):
                raise
            lease.smtp.close()
            lease.smtp = pool.fresh()
            await self._try_envelope(lease.smtp)

    async def _try_envelope(self, smtp: SMTP) -> None:
        self.stage = Stage.CONNECTING
        if not smtp.is_connected:
            await smtp.connect()
        if smtp.is_ehlo_or_helo_needed:
            await smtp.ehlo()
        self.stage = Stage.ENVELOPE
        letter, needs_utf8 = self._letter, self._letter.needs_utf8
        if needs_utf8 and not smtp.supports_extension("smtputf8"):
            raise SMTPNotSupported("SMTPUTF8")
        size = [f"SIZE={len(letter.content)}"] if smtp.supports_extension("size") else []
        encoding = "utf-8" if needs_utf8 else "ascii"
        await smtp.mail(letter.sender, options=size + ["SMTPUTF8"] * needs_utf8, encoding=encoding)
        await smtp.rcpt(letter.recipient, encoding=encoding)


def _correspondents(name: str, settings: Settings) -> Correspondents:
    def mailbox(field: str, text: str) -> Mailbox:
        parsed = parse_mailbox(text)
        if parsed is None:
            raise ChannelError(f"`{field}` of channel {name!r} is not an address.", 'Write "Name <name@domain>".')
        return parsed

    sender = mailbox("sender", settings.sender)
    unsubscribe = settings.unsubscribe_address
    return Correspondents(
        sender=sender,
        return_path=mailbox("return_path", settings.return_path) if settings.return_path else sender,
        reply_to=mailbox("reply_to", settings.reply_to) if settings.reply_to else None,
        unsubscribe_address=mailbox("unsubscribe_address", unsubscribe).address if unsubscribe else "",
    )


def _unreachable(name: str, settings: Settings, error: Exception) -> Finding:
    if isinstance(error, SMTPResponseException):
        return Finding(
            severity="error",
            reason=f"The relay of channel {name!r} refused: {error.code}.",
            instruction="Check user name and password." if error.code in (530, 534, 535) else "Ask its operator.",
        )
    return Finding(
        severity="error",
        reason=f"The relay of channel {name!r} ({settings.host}) cannot be reached: {type(error).__name__}.",
        instruction="Check host, port, security and the network.",
    )


def open_channel(spec: ChannelSpec, settings: Settings, context: ChannelContext) -> EmailSmtp:
    """Return the channel, not started.

    Raises:
        ChannelError: an address in the settings is not one.
    """
    return EmailSmtp(spec, settings, context)
