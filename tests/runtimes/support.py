"""A small shop for tests of the runtimes, and channels that write down what they are given."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from segue.core.world import World, build_world
from segue.model.catalogue import Action, ChannelSpec, EventSpec, FeatureSpec, Rule, TraitSpec, Variant
from segue.model.commands import Deliver, SyncAudience
from segue.model.contact_rules import ContactRules
from segue.model.deliveries import DeliveryStatus, Outcome
from segue.model.events import DecisionRequested, Identified, Incoming, Tracked
from segue.model.identities import Identifier
from segue.model.ids import CustomerId, EventId
from segue.model.journeys import Entry, ExitRule, Journey
from segue.model.steps import Propose, Wait
from segue.model.time import SECOND, Instant
from segue.model.triggers import EventTrigger
from segue.model.workspace import Workspace
from segue.ports.channel import Finding

MAIL = ChannelSpec(name="mail", family="message", contact_trait="email")
SAFE_MAIL = ChannelSpec(name="mail", family="message", contact_trait="email", is_idempotent=True)
DISPLAY = ChannelSpec(name="display", family="audience")
SITE = ChannelSpec(name="site", family="placement")


def world(*, seed: str = "segue", mail: ChannelSpec = MAIL, category: str = "promo", groups: Any = None) -> World:
    """A shop: ``signed_up`` sends a welcome at once; ``left`` puts into an audience until ``bought``."""
    welcome = Action(
        action="welcome",
        category=category,  # type: ignore[arg-type]
        value=1.0,
        variants=(Variant(channel="mail", template="welcome.txt"),),
    )
    come_back = Action(action="come_back", value=1.0, variants=(Variant(channel="display", audience="leavers"),))
    banner = Action(
        action="banner", value=2.0, standing=True, variants=(Variant(channel="site", placement="hero", content={}),)
    )
    workspace = Workspace(
        name="shop",
        seed=seed,
        groups=groups or {},
        late_after="40000d",  # what is told happened in 2020, whatever the clock says
        channels=(mail, DISPLAY, SITE),
        placements={"hero": {}},
        traits={"email": TraitSpec(type="text")},
        events={"signed_up": EventSpec(), "left": EventSpec(), "bought": EventSpec(properties={"total": "number"})},
        features={"spent": FeatureSpec(kind="sum", event="bought", of="total")},
        triggers={"signup": EventTrigger(event="signed_up")},
        rules=(Rule(rule="welcome_new", trigger="signup", action="welcome"),),
        actions=(welcome, come_back, banner),
        journeys=(
            Journey(
                journey="win_back",
                entry=Entry(on=EventTrigger(event="left")),
                reentry="after 0d",
                exits=(ExitRule(event="bought"),),
                steps=(
                    Wait(id="breathe", after="1h"),
                    Propose(id="show", action="come_back"),
                    Wait(id="end", after="30d"),
                ),
            ),
        ),
        contact_rules=ContactRules(caps=(), quiet_hours=(), min_gap="0s", consent={"default": "opt_out"}),
    )
    return build_world(workspace)


class Clock:
    """A clock that a test sets."""

    def __init__(self, at: int = 1_700_000_000 * SECOND) -> None:
        self.at = at

    def __call__(self) -> Instant:
        return Instant(self.at)


class MailChannel:
    """Writes down what it is given; ``answers`` (by attempt) decide, ``accepted`` by default."""

    type = "recording"

    def __init__(self, spec: ChannelSpec = MAIL, *answers: DeliveryStatus, seconds: float = 0.0) -> None:
        self.spec = spec
        self.name = spec.name
        self.sent: list[Deliver] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self._answers = list(answers)
        self._seconds = seconds

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def check(self) -> tuple[Finding, ...]:
        return ()

    async def deliver(self, command: Deliver) -> Outcome:
        self.sent.append(command)
        await self.gate.wait()
        await asyncio.sleep(self._seconds)
        status = self._answers.pop(0) if self._answers else DeliveryStatus.ACCEPTED
        return Outcome(delivery_id=command.delivery_id, status=status, provider_id=f"p-{len(self.sent)}")


class DisplayChannel:
    """Keeps an audience in memory."""

    type = "recording"
    spec = DISPLAY
    name = "display"

    def __init__(self) -> None:
        self.members: dict[CustomerId, None] = {}
        self.batches: list[int] = []

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def check(self) -> tuple[Finding, ...]:
        return ()

    async def sync(self, commands: Sequence[SyncAudience]) -> tuple[Outcome, ...]:
        self.batches.append(len(commands))
        for command in commands:
            if command.is_member:
                self.members[command.customer_id] = None
            else:
                self.members.pop(command.customer_id, None)
        return tuple(Outcome(delivery_id=c.delivery_id, status=DeliveryStatus.ACCEPTED) for c in commands)


def tracked(
    number: int, name: str, user: str = "u1", *, at: int = 0, others: Sequence[Identifier] = (), **properties: Any
) -> Incoming:
    """Return a fact from a source."""
    event_id, instant = EventId(f"m{number}"), Instant(at or 1_600_000_000 * SECOND + number)
    event = Tracked(
        event_id=event_id,
        customer_id=CustomerId(""),
        at=instant,
        name=name,
        properties=properties,
        traits={"email": f"{user}@example.com"},
    )
    identifiers = (Identifier("user_id", user), *others) if user else tuple(others)
    return Incoming(identifiers=identifiers, event=event, event_id=event_id, at=instant, source="test")


def identified(number: int, *identifiers: Identifier, at: int = 0, **traits: Any) -> Incoming:
    event_id, instant = EventId(f"i{number}"), Instant(at or 1_600_000_000 * SECOND + number)
    event = Identified(event_id=event_id, customer_id=CustomerId(""), at=instant, traits=traits)
    return Incoming(identifiers=identifiers, event=event, event_id=event_id, at=instant, source="test")


def asked(number: int, user: str = "u1", placement: str = "hero") -> Incoming:
    event_id, at = EventId(f"d{number}"), Instant(1_700_000_000 * SECOND)
    event = DecisionRequested(event_id=event_id, customer_id=CustomerId(""), at=at, placement=placement)
    return Incoming(identifiers=(Identifier("user_id", user),), event=event, event_id=event_id, at=at, source="test")


def folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path
