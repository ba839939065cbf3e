"""The registry: find a channel by its type and open it. A channel is a folder; there is no list to maintain.

A folder ``segue/channels/TYPE`` holds ``manifest.toml``, ``config.py`` with `Settings`, pure ``translate.py``, thin
``client.py`` with ``open_channel(spec, settings, context)``, and ``README.md``.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from segue.channels.context import ChannelContext
from segue.channels.manifest import LATENCIES, load_manifest, manifests
from segue.channels.settings import ChannelLimits, Settings, limits_of, parse_settings
from segue.model.catalogue import ChannelSpec
from segue.model.time import parse_duration
from segue.ports.channel import AnyChannel

__all__ = [
    "ChannelContext",
    "channel_limits",
    "channel_spec",
    "load_channel",
    "load_manifest",
    "manifests",
    "settings_type",
]


def load_channel(name: str, channel_type: str, settings: Mapping[str, Any], context: ChannelContext) -> AnyChannel:
    """Return the channel ``name`` of a workspace, not started.

    Args:
        name: as in ``segue.yaml``.
        channel_type: the channel's folder.
        settings: what ``segue.yaml`` says beside name and type.

    Raises:
        ChannelError: there is no such type, or the settings are not valid.
    """
    parsed = parse_settings(name, settings, settings_type(channel_type))
    client = import_module(f"segue.channels.{channel_type}.client")
    channel: AnyChannel = client.open_channel(_spec(name, channel_type, parsed), parsed, context)
    return channel


def channel_spec(name: str, channel_type: str, settings: Mapping[str, Any]) -> ChannelSpec:
    """Return what the core needs to know about a channel, without opening it or reading a secret.

    Raises:
        ChannelError: there is no such type, or the settings are not valid.
    """
    return _spec(name, channel_type, parse_settings(name, settings, settings_type(channel_type)))


def channel_limits(name: str, channel_type: str, settings: Mapping[str, Any]) -> ChannelLimits:
    """Return how fast a channel may be called.

    Raises:
        ChannelError: there is no such type, or the settings are not valid.
    """
    return limits_of(parse_settings(name, settings, settings_type(channel_type)))


def settings_type(channel_type: str) -> type[Settings]:
    """Return the schema of a channel's settings (its JSON Schema comes from this).

    Raises:
        ChannelError: there is no such type.
    """
    load_manifest(channel_type)
    schema: type[Settings] = import_module(f"segue.channels.{channel_type}.config").Settings
    return schema


def _spec(name: str, channel_type: str, settings: Settings) -> ChannelSpec:
    manifest = load_manifest(channel_type)
    return ChannelSpec(
        name=name,
        family=manifest.family,
        contact_trait=settings.contact_trait or manifest.contact_trait,
        is_idempotent=manifest.is_idempotent,
        latency=parse_duration(settings.latency or LATENCIES[manifest.latency]),
        can=manifest.can if settings.can is None else settings.can,
        roles=settings.roles,
        hears_back=manifest.hears_back if settings.hears_back is None else settings.hears_back,
    )
