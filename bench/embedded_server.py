"""The server that `bench.embedded` measures: HTTP in, SQLite, engine, and a channel that only notes the time.

    python -m bench.embedded_server FOLDER

Prints its port and a key; at SIGTERM, as JSON, the milliseconds from each event's appointed time to its command.
"""

import asyncio
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import time_ns

import msgspec
import uvloop

from bench.engine import CHANNELS, workspace
from segue.core.world import build_world
from segue.model.catalogue import ChannelSpec
from segue.model.commands import Deliver
from segue.model.contact_rules import ContactRules
from segue.model.deliveries import DeliveryStatus, Outcome
from segue.model.events import Tracked
from segue.model.ids import DeliveryId
from segue.model.workspace import Workspace
from segue.ports.channel import Finding
from segue.ports.store import Store
from segue.runtimes.embedded import Embedded, wall_clock
from segue.server.app import create_app
from segue.server.auth import SCOPES, Keys
from segue.server.serve import bind, listen
from segue.stores.sqlite import SqliteStore
from segue.workspace import LoadedWorkspace
from segue.workspace.layout import ServerSettings


class NotingChannel:
    """Takes every message at once and notes when."""

    type = "noting"

    def __init__(self, spec: ChannelSpec, handed_over: dict[DeliveryId, int]) -> None:
        self.spec = spec
        self.name = spec.name
        self._handed_over = handed_over

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def check(self) -> tuple[Finding, ...]:
        return ()

    async def deliver(self, command: Deliver) -> Outcome:
        self._handed_over[command.delivery_id] = time_ns() // 1000
        return Outcome(delivery_id=command.delivery_id, status=DeliveryStatus.ACCEPTED)


def bench_workspace() -> Workspace:
    """Return the engine's benchmark workspace (10 journeys, 40 features, 24 actions), with nothing that forbids."""
    rules = ContactRules(caps=(), quiet_hours=(), min_gap="0s", consent={"default": "opt_out"})
    return msgspec.structs.replace(workspace(), contact_rules=rules)


async def main(folder: Path) -> None:
    declared = bench_workspace()
    handed_over: dict[DeliveryId, int] = {}
    channels = {spec.name: NotingChannel(spec, handed_over) for spec in declared.channels}
    assert set(channels) == set(CHANNELS)
    loaded = LoadedWorkspace(
        folder=folder,
        workspace=declared,
        channels={},
        limits={},
        providers={},
        server=ServerSettings(),
        sources={},
        tests=(),
        places={},
        warnings=(),
    )
    store = SqliteStore(folder)
    runtime = await Embedded.start(build_world(declared), store, channels, segments=folder / "segments")
    keys = Keys(folder)
    key, _ = keys.create(SCOPES, now=wall_clock())
    app = create_app(runtime, loaded, keys, channels=channels)
    listening = bind("127.0.0.1", 0)
    port = listening.getsockname()[1]
    await listen(app, listening, until=runtime.crashed(), ready=lambda: print(port, key, flush=True))
    await runtime.drain()
    stats = runtime.stats()
    await runtime.stop()
    said = {
        "delays_ms": sorted(_delays_ms(store, handed_over)),
        "events": stats.events,
        "commits": stats.commits,
        "deliveries": stats.deliveries,
        "dead_letters": stats.dead_letters,
    }
    store.close()
    print(json.dumps(said), flush=True)


def _delays_ms(store: Store, handed_over: Mapping[DeliveryId, int]) -> Iterator[float]:
    """Yield, for each command of an event that says when it was due, how long it took."""
    for block in store.blocks():
        for entry in block.read():
            due = entry.event.properties.get("due") if isinstance(entry.event, Tracked) else None
            if due:
                yield from ((handed_over[command.delivery_id] - due) / 1000 for command in entry.commands)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(Path(sys.argv[1])))
