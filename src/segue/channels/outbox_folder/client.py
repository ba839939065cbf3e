"""The channel that writes messages to a folder."""

import asyncio
import errno
import os
from pathlib import Path

from segue.channels.context import ChannelContext
from segue.channels.files import write_atomic
from segue.channels.liquid_strict import Refusal
from segue.channels.mime import Mailbox, parse_mailbox
from segue.channels.outbox_folder.config import Settings
from segue.channels.outbox_folder.translate import to_json, to_mail
from segue.channels.outcomes import accepted, rejected, retryable
from segue.channels.rendering import Templates, template_data
from segue.channels.unsubscribe import UnsubscribeLinks, link_for
from segue.model.catalogue import ChannelSpec
from segue.model.commands import Deliver
from segue.model.deliveries import Outcome
from segue.model.errors import ChannelError
from segue.ports.channel import Finding


class OutboxFolder:
    """Message channel: one file a delivery."""

    type = "outbox_folder"

    def __init__(
        self, spec: ChannelSpec, folder: Path, sender: Mailbox, templates: Templates, links: UnsubscribeLinks | None
    ) -> None:
        self.name = spec.name
        self.spec = spec
        self.folder = folder
        self._sender = sender
        self._templates = templates
        self._links = links

    async def start(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ChannelError(
                f"Channel {self.name!r} cannot use its folder: {error.strerror}.", "Choose another `folder`."
            ) from None

    async def stop(self) -> None:
        return None

    async def check(self) -> tuple[Finding, ...]:
        return (Finding(severity="info", reason=f"Messages of {self.name!r} are written to {self.folder}."),)

    async def deliver(self, command: Deliver) -> Outcome:
        url = link_for(self._links, command)
        file = self._file(command, url)
        if isinstance(file, Refusal):
            return rejected(command, file)
        if file is None:
            return rejected(command, "invalid_address")
        name, content = file
        return await asyncio.to_thread(_write, command, self.folder / name, content)

    def _file(self, command: Deliver, url: str) -> tuple[str, bytes] | Refusal | None:
        data = template_data(command, url)
        content = self._templates.render_value(data.get("action", {}), data)
        if isinstance(content, Refusal):
            return content
        rendered = self._templates.render(command, url) if command.template else None
        if isinstance(rendered, Refusal):
            return rendered
        if rendered is None or not rendered.subject:
            return to_json(command, rendered, content)
        recipient = parse_mailbox(command.address)
        sender = parse_mailbox(rendered.sender) if rendered.sender else self._sender
        return to_mail(command, rendered, sender, recipient, url) if recipient and sender else None


def _write(command: Deliver, path: Path, content: bytes) -> Outcome:
    try:
        write_atomic(path, content)
    except OSError as error:
        cause = f"the folder cannot be written: {errno.errorcode.get(error.errno or 0, 'error')}"
        return retryable(command, cause, may_have_arrived=os.path.exists(path))
    return accepted(command, provider_id=path.name)


def open_channel(spec: ChannelSpec, settings: Settings, context: ChannelContext) -> OutboxFolder:
    """Return the channel, not started."""
    folder = context.workspace / settings.folder if settings.folder else context.state / spec.name
    sender = parse_mailbox(settings.sender)
    if sender is None:
        raise ChannelError(f"The sender of channel {spec.name!r} is not an address.", 'Write "Name <name@domain>".')
    return OutboxFolder(spec, folder, sender, Templates(context.workspace), context.unsubscribe)
