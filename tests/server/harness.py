"""A real server: uvicorn over TCP, the embedded runtime, SQLite, channels; in a thread of the test process."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from starlette.types import ASGIApp

from segue.model.time import Clock
from segue.runtimes.embedded import Settings, wall_clock
from segue.server.app import create_app
from segue.server.auth import SCOPES, Scope
from segue.server.serve import address_of, bind, listen
from segue.server.site import Site, running
from segue.workspace import load

T = TypeVar("T")

FILES = {
    "segue.yaml": """
name: corner_shop
channels:
  mail: {type: outbox_folder}
  site: {type: website}
placements:
  hero: {}
""",
    "events.yaml": """
events:
  signed_up:
    properties: {plan: text}
  order_completed:
    properties: {revenue: number}
""",
    "features.yaml": """
traits:
  email: {type: text}
  first_name: {type: text}
  zone: {type: text}
features:
  orders: {kind: count, event: order_completed}
  revenue_30d: {kind: sum, event: order_completed, of: revenue, window: 30d}
  last_order: {kind: last, event: order_completed}
  idle: {kind: recency, event: order_completed}
""",
    "triggers.yaml": """
triggers:
  signs_up: {kind: event, event: signed_up}
rules:
  - {rule: greet, trigger: signs_up, action: welcome}
""",
    "contact_rules.yaml": """
consent: {default: opt_out}
quiet_hours: []
""",
    "actions/welcome.yaml": """
action: welcome
value: 1
variants:
  - {channel: mail, template: welcome.txt}
""",
    "actions/tea.yaml": """
action: tea
value: 2
standing: true
eligible_when: event.cart_value is None or event.cart_value < 100
variants:
  - channel: site
    placement: hero
    content: {title: "Tea for {{ customer.first_name | default: 'you' }}"}
""",
    "actions/coffee.yaml": """
action: coffee
value: 1
standing: true
variants:
  - channel: site
    placement: hero
    content: {title: Coffee}
""",
    "templates/welcome.txt": """---
subject: Welcome
---
Hello! Stop: {{ unsubscribe_url }}
""",
}


def write_workspace(folder: Path, **changes: str) -> Path:
    """Write the workspace; ``changes`` replace files, named with ``__`` for ``/`` and ``_yaml`` for ``.yaml``."""
    changed = {name.replace("__", "/").replace("_yaml", ".yaml"): text for name, text in changes.items()}
    for name, text in (FILES | changed).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


class Served:
    """A running server, as seen from the test's thread."""

    def __init__(self, url: str, site: Site, loop: asyncio.AbstractEventLoop, key: str) -> None:
        self.url = url
        self.site = site
        self.key = key
        self._loop = loop

    def key_for(self, *scopes: Scope) -> str:
        """Return a new key."""
        return self.site.keys.create(scopes, now=wall_clock())[0]

    def ask(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine of the runtime where it lives."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)


@contextmanager
def serving(
    folder: Path,
    *,
    open_access: bool = False,
    wrap: Callable[[ASGIApp], ASGIApp] = lambda app: app,
    settings: Settings | None = None,
    clock: Clock = wall_clock,
) -> Iterator[Served]:
    """Serve the workspace in ``folder`` on a free port until the block ends."""
    started: list[Served] = []
    is_up = threading.Event()
    stop: list[Callable[[], object]] = []
    failures: list[BaseException] = []

    async def main() -> None:
        loaded = load(folder)
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        stop.append(lambda: loop.call_soon_threadsafe(ended.set))
        listening = bind("127.0.0.1", 0)
        url = address_of(listening, "127.0.0.1")
        async with running(loaded, public_url=url, settings=settings, clock=clock) as site:
            key, _ = site.keys.create(SCOPES, now=clock())
            started.append(Served(url, site, loop, key))
            app = create_app(
                site.runtime, loaded, site.keys, channels=site.channels, clock=clock, open_access=open_access
            )
            await listen(wrap(app), listening, until=ended.wait(), ready=is_up.set)

    def run() -> None:
        try:
            asyncio.run(main())
        except BaseException as error:
            failures.append(error)
            is_up.set()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert is_up.wait(30), "the server did not start"
    try:
        if not failures:
            yield started[0]
    finally:
        for end in stop:
            if thread.is_alive():
                end()
        thread.join(30)
    if failures:
        raise failures[0]
