"""The placement channel of a website."""

from collections.abc import Mapping
from typing import Any

from segue.channels.context import ChannelContext
from segue.channels.rendering import Templates
from segue.channels.website.config import Settings
from segue.channels.website.translate import to_presentation
from segue.model.catalogue import ChannelSpec
from segue.ports.channel import Finding, Presentation


class Website:
    """Placement channel: shapes the answer to a decision request."""

    type = "website"

    def __init__(self, spec: ChannelSpec, templates: Templates) -> None:
        self.name = spec.name
        self.spec = spec
        self._templates = templates

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        return None

    async def check(self) -> tuple[Finding, ...]:
        return ()

    def present(self, content: Mapping[str, Any], data: Mapping[str, Any]) -> Presentation:
        return to_presentation(self._templates, content, data)


def open_channel(spec: ChannelSpec, settings: Settings, context: ChannelContext) -> Website:
    """Return the channel."""
    return Website(spec, Templates(context.workspace))
