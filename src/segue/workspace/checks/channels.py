"""Channels: the type exists and the settings fit it."""

from collections.abc import Iterator

from segue.channels.manifest import manifests
from segue.channels.registry import settings_type
from segue.workspace.checks.names import refer
from segue.workspace.documents import Document
from segue.workspace.draft import Draft, split_settings
from segue.workspace.findings import Finding
from segue.workspace.schema import convert_document, suggest


def check_channels(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong with the channels of ``segue.yaml``."""
    for name, settings in draft.segue.channels.items():
        channel_type, rest = split_settings(settings)
        known = tuple(manifest.type for manifest in manifests())
        if not channel_type:
            at = draft.at_key("segue", "", "channels", name)
            yield Finding("SG202", at, "The field 'type' is missing.", f"Add type: one of {', '.join(known)}.")
        elif channel_type not in known:
            at = draft.at("segue", "", "channels", name, "type")
            reason = f"There is no channel type {channel_type!r}."
            yield Finding("SG606", at, reason, suggest(channel_type, known, "channel types"))
        else:
            yield from _check_settings(draft, name, channel_type, rest)
            provider = rest.get("provider")
            if isinstance(provider, str):
                at = draft.at("segue", "", "channels", name, "provider")
                yield from refer("provider", provider, draft.segue.providers, at)


def _check_settings(draft: Draft, name: str, channel_type: str, settings: dict[str, object]) -> Iterator[Finding]:
    whole = draft.documents["segue", ""]
    prefix = ("channels", name)
    part = Document(
        whole.file,
        settings,
        {path[2:]: mark for path, mark in whole.marks.items() if path[:2] == prefix},
        {path[2:]: mark for path, mark in whole.keys.items() if path[:2] == prefix},
    )
    yield from convert_document(part, settings_type(channel_type))[1]
