"""A small shop that is killed: events in, mails out, a timer in between. Run by `bench.crash`, mostly under strace.

    python -m bench.crash_shop FOLDER PORT

Prints ``ack ID STATUS`` after each receipt, and ``done`` at a clean end. Running it again with the same folder is what
a restart and clients that repeat themselves do together.
"""

import asyncio
import os
import sys
from pathlib import Path

from segue.channels.context import ChannelContext
from segue.channels.registry import channel_spec, load_channel
from segue.core.world import World, build_world
from segue.model.catalogue import Action, EventSpec, Rule, TraitSpec, Variant
from segue.model.contact_rules import ContactRules
from segue.model.events import Incoming, Tracked
from segue.model.identities import Identifier
from segue.model.ids import CustomerId, EventId
from segue.model.journeys import Entry, Journey
from segue.model.steps import Propose, Wait
from segue.model.triggers import EventTrigger
from segue.model.workspace import Workspace
from segue.runtimes.embedded import Embedded, Settings, wall_clock
from segue.stores.sqlite import SqliteStore

DOMAIN = "shop.example"
PEOPLE = ("ann", "bob", "cat", "dan")
GROUPS = ((0, 1), (2,), (3, 4), (5,))
"""Which facts are submitted together; the last ones are about customers already seen."""

# strace counts calls for each thread. The thread that opens the store makes its calls first, and would die at every
# count that the writing thread has yet to reach; so the writing thread starts its count higher.
BALLAST = 80


def settings(port: int) -> dict[str, object]:
    return {"host": "127.0.0.1", "port": port, "security": "plain", "sender": f"Shop <shop@{DOMAIN}>", "timeout": 5}


def world(port: int) -> World:
    mail = Variant(channel="mail", template="hello.txt")
    journey = Journey(
        journey="later",
        entry=Entry(on=EventTrigger(event="left")),
        steps=(Wait(id="pause", after="30ms"), Propose(id="remind", action="remind")),
    )
    return build_world(
        Workspace(
            name="crash",
            channels=(channel_spec("mail", "email_smtp", settings(port)),),
            traits={"email": TraitSpec(type="text")},
            events={"signed_up": EventSpec(), "left": EventSpec()},
            triggers={"signup": EventTrigger(event="signed_up")},
            rules=(Rule(rule="welcome", trigger="signup", action="welcome"),),
            actions=(
                Action(action="welcome", value=1.0, variants=(mail,)),
                Action(action="remind", value=1.0, variants=(mail,)),
            ),
            journeys=(journey,),
            contact_rules=ContactRules(caps=(), quiet_hours=(), min_gap="0s", consent={"default": "opt_out"}),
        )
    )


def facts() -> list[Incoming]:
    """Return six facts: four people sign up, two of them leave."""
    said = [*((person, "signed_up") for person in PEOPLE), ("ann", "left"), ("bob", "left")]
    return [_fact(number, person, name) for number, (person, name) in enumerate(said)]


def _fact(number: int, person: str, name: str) -> Incoming:
    event_id, at = EventId(f"fact-{number}"), wall_clock()
    event = Tracked(
        event_id=event_id, customer_id=CustomerId(""), at=at, name=name, traits={"email": f"{person}@example.com"}
    )
    return Incoming(identifiers=(Identifier("user_id", person),), event=event, event_id=event_id, at=at, source="crash")


def run(folder: Path, port: int) -> None:
    """Open the shop, do everything, and close it."""
    asyncio.run(_run(folder, port))


async def _run(folder: Path, port: int) -> None:
    context = ChannelContext(workspace=folder, state=folder / ".segue")
    mail = load_channel("mail", "email_smtp", settings(port), context)
    await mail.start()
    quick = Settings(linger_seconds=0.001, snapshot_seconds=0.02, timer_poll_seconds=0.02, channel_workers=4)
    store = await asyncio.to_thread(SqliteStore, folder / ".segue")
    runtime = await Embedded.start(world(port), store, {"mail": mail}, settings=quick)
    await asyncio.get_running_loop().run_in_executor(runtime._writer._thread, _take_ballast)
    everything = facts()
    for group in GROUPS:
        for receipt in await runtime.submit([everything[number] for number in group]):
            print("ack", receipt.event_id, receipt.status, flush=True)
    await asyncio.sleep(0.05)
    await runtime.drain()
    await runtime.stop()
    await mail.stop()
    store.close()
    print("done", flush=True)


def _take_ballast() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for _ in range(BALLAST):
        os.pwrite(nowhere, b"", 0)
    os.close(nowhere)


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]))
