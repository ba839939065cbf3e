"""The site: a workspace with everything of it that runs: store, channels, runtime."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct, structs

from segue.channels.context import ChannelContext
from segue.channels.registry import load_channel
from segue.channels.unsubscribe import UnsubscribeLinks
from segue.core.world import build_world
from segue.model.time import Clock
from segue.ports.channel import AnyChannel
from segue.runtimes.embedded import Embedded, Settings, wall_clock
from segue.server.auth import Keys
from segue.stores.sqlite import SqliteStore
from segue.workspace import LoadedWorkspace
from segue.workspace.layout import STATE_FOLDER

DEVELOPMENT_CHANNEL = "outbox_folder"


class Site(Struct, frozen=True):
    """What runs. ``state`` is the workspace's state folder (``.segue``)."""

    loaded: LoadedWorkspace
    state: Path
    keys: Keys
    channels: Mapping[str, AnyChannel]
    runtime: Embedded


@asynccontextmanager
async def running(
    loaded: LoadedWorkspace,
    *,
    public_url: str = "",
    is_development: bool = False,
    clock: Clock = wall_clock,
    settings: Settings | None = None,
    wrap: Callable[[AnyChannel], AnyChannel] = lambda channel: channel,
) -> AsyncIterator[Site]:
    """Start everything of a workspace; stop it in order, with nothing lost, at the end.

    Args:
        public_url: where customers reach the server; messages carry unsubscribe links only with one.
        is_development: messages become files instead of being sent, as fast as they come.
        wrap: put around each channel, for whoever wants to see what passes through it.

    Raises:
        ChannelError: a channel is wrongly configured.
        StoreError: the store is in use, or damaged; at the end: a commit had failed.
    """
    state = loaded.folder / STATE_FOLDER
    keys = Keys(state)
    links = UnsubscribeLinks(public_url, keys.secret) if public_url else None
    context = ChannelContext(workspace=loaded.folder, state=state, unsubscribe=links)
    world = build_world(loaded.workspace)
    async with AsyncExitStack() as stack:
        store = SqliteStore(state)
        stack.callback(store.close)
        opened = open_channels(loaded, context, is_development=is_development)
        channels = {name: wrap(channel) for name, channel in opened.items()}
        for channel in channels.values():
            stack.push_async_callback(channel.stop)
            await channel.start()
        settings = settings or Settings()
        if not is_development:
            settings = structs.replace(settings, channel_limits=loaded.limits, provider_rates=loaded.providers)
        runtime = await Embedded.start(
            world, store, channels, clock=clock, settings=settings, segments=state / "segments"
        )
        stack.push_async_callback(runtime.stop)
        yield Site(loaded, state, keys, channels, runtime)


def open_channels(
    loaded: LoadedWorkspace, context: ChannelContext, *, is_development: bool = False
) -> dict[str, AnyChannel]:
    """Return the workspace's channels by name, not started; in development those of the message family write files.

    Raises:
        ChannelError: one is wrongly configured.
    """
    families = {spec.name: spec.family for spec in loaded.workspace.channels}
    channels: dict[str, AnyChannel] = {}
    for name, declared in loaded.channels.items():
        channel_type, settings = declared.type, declared.settings
        if is_development and families[name] == "message":
            channel_type, settings = DEVELOPMENT_CHANNEL, _kept(settings)
        channels[name] = load_channel(name, channel_type, settings, context)
    return channels


def _kept(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `outbox_folder` understands of another channel's settings."""
    return {key: settings[key] for key in ("contact_trait", "sender") if key in settings}
