"""A street in which messages help some and harm others: for tests of what learns while it decides.

Every visit asks whether to write, on which channel, or not at all. Whoever is in a hurry buys after a short message,
seldom after a letter; whoever is proud never buys because of a message, and complains about many.
"""

from collections.abc import Iterator
from typing import Any

from segue.core.chance import draw
from segue.model.catalogue import Action, EventSpec, Rule, TraitSpec, Variant
from segue.model.commands import Command, Deliver
from segue.model.contact_rules import ContactRules
from segue.model.events import Event, Identified, Incoming, Tracked
from segue.model.identities import Identifier
from segue.model.ids import CustomerId, EventId, derive
from segue.model.learning import Learning, Objective
from segue.model.time import DAY, HOUR, Duration, Instant, parse_instant
from segue.model.triggers import EventTrigger
from segue.model.workspace import PolicySpec, Workspace
from segue.runtimes.replay import Reaction, accept_at_once
from tests.builders import EMAIL, SMS

BEGIN = parse_instant("2026-03-02T12:00:00Z")
BUYS = {"sms": 0.5, "email": 0.1}
"""How often somebody in a hurry buys after a message."""
COMPLAINS = 0.5
"""How often somebody proud complains about one."""

OBJECTIVES = {
    "bought": Objective(event="bought", value=10.0),
    "complained": Objective(event="complained", value=-20.0),
}
LEARNING = Learning(objectives=OBJECTIVES, windows={"email": "2d", "sms": "2d"}, publish_every="6h")
BANDIT = PolicySpec(name="bandit", exploration=0.1, reach_evidence=40)


def a_street(**changes: Any) -> Workspace:
    """Return the workspace: one offer as a letter or a short message, chosen by the bandit."""
    offer = Action(
        action="offer",
        value=10.0,
        cost=0.1,
        variants=(Variant(channel="email", template="offer.mjml"), Variant(channel="sms", template="offer.txt")),
    )
    whole: dict[str, Any] = {
        "name": "street",
        "channels": (EMAIL, SMS),
        "policy": BANDIT,
        "groups": {"holdout": 0.1, "random": 0.1},
        "traits": {
            "email": TraitSpec(type="text"),
            "phone": TraitSpec(type="text"),
            "proud": TraitSpec(type="boolean"),
        },
        "events": {"visited": EventSpec(), "bought": EventSpec(), "complained": EventSpec()},
        "triggers": {"visit": EventTrigger(event="visited")},
        "rules": (Rule(rule="ask", trigger="visit", action="offer"),),
        "actions": (offer,),
        "contact_rules": ContactRules(caps=(), quiet_hours=(), min_gap="0s", consent={"default": "opt_out"}),
        "learning": LEARNING,
        "late_after": "40000d",
    }
    return Workspace(**(whole | changes))


def visits(people: int, times: int, every: int = 3 * DAY) -> Iterator[Incoming]:
    """Yield who everybody is, and when they visit."""
    for number in range(people):
        yield who(number)
        for time in range(times):
            at = Instant(BEGIN + HOUR + time * every + int(draw("when", str(number), str(time)) * every))
            yield told(number, tracked("visited", at), f"visit{time}")


def who(number: int) -> Incoming:
    traits = {"email": f"p{number}@example.com", "phone": f"+44770090{number:04}", "proud": is_proud(number)}
    return told(number, Identified(event_id=EventId(""), customer_id=CustomerId(""), at=BEGIN, traits=traits), "who")


def is_proud(number: int) -> bool:
    return number % 2 == 0


def answers(command: Command, now: Instant) -> Iterator[Reaction]:
    """Yield what the channel says of a message, and what the customer does upon it."""
    yield from accept_at_once(command, now)
    if (answer := answer_to(command)) is not None:
        yield Duration(5 * HOUR), tracked(answer, Instant(now + 5 * HOUR), command)


def answer_to(command: Command) -> str | None:
    """Return the event that a message leads to."""
    assert isinstance(command, Deliver)
    chance = draw("answer", command.delivery_id)
    if command.data["customer"]["proud"]:
        return "complained" if chance < COMPLAINS else None
    return "bought" if chance < BUYS[command.channel] else None


def tracked(name: str, at: Instant, command: Command | None = None) -> Tracked:
    about = ("", "") if command is None else (derive("answer", command.delivery_id), command.customer_id)
    return Tracked(event_id=EventId(about[0]), customer_id=CustomerId(about[1]), at=at, name=name, properties={})


def told(number: int, event: Event, what: str) -> Incoming:
    """Return ``event`` as a source tells it of somebody."""
    event_id = EventId(derive("told", str(number), what))
    return Incoming(
        identifiers=(Identifier("user_id", f"p{number}"),), event=event, event_id=event_id, at=event.at, source="test"
    )
