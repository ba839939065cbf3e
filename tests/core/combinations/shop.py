"""A small shop for combinations: what a test does not change lets everything through at once."""

from typing import Any

from msgspec.structs import replace

from segue.core.world import World, build_world
from segue.model.catalogue import ChannelSpec, TraitSpec
from segue.model.commands import Deliver
from segue.model.contact_rules import ContactRules
from segue.model.deliveries import DeliveryStatus
from segue.model.events import Tick
from segue.model.ids import EventId
from segue.model.journeys import Entry, Journey
from segue.model.steps import Step
from segue.model.triggers import EventTrigger
from segue.model.workspace import Workspace
from tests.builders import ADDRESSES, CHANNELS, action
from tests.core.living import Living

HOOK = ChannelSpec(name="hook", family="message")
CONSENT = {"email": "opt_out", "sms": "opt_out", "call": "opt_out", "display": "opt_out"}
FREE = ContactRules(caps=(), quiet_hours=(), min_gap="0s", consent=CONSENT)  # type: ignore[arg-type]


def rules(**changes: Any) -> ContactRules:
    return replace(FREE, **changes)


def journey(name: str, *steps: Step, event: str = "", **changes: Any) -> Journey:
    fields: dict[str, Any] = {"entry": Entry(on=EventTrigger(event=event or f"enter_{name}")), "reentry": "after 0d"}
    return Journey(journey=name, steps=steps, **(fields | changes))


def shop(*journeys: Journey, **changes: Any) -> World:
    whole: dict[str, Any] = {
        "name": "shop",
        "channels": (*CHANNELS, HOOK),
        "traits": {name: TraitSpec(type="text") for name in (*ADDRESSES, "tier")},
        "actions": (action("offer", "email", value=5.0), action("text", "sms", value=4.0)),
        "journeys": journeys,
        "contact_rules": FREE,
    }
    return build_world(Workspace(**(whole | changes)))


def somebody(world: World, customer_id: str = "ada", **traits: Any) -> Living:
    living = Living(world, customer_id)
    living.is_known_as(**(ADDRESSES | traits))
    return living


def publish(living: Living, world: World) -> None:
    """Go over to another World, as a runtime does: whoever is concerned is ticked."""
    living.world = replace(world, shared=living.world.shared)
    living.advance(Tick(**base(living)))


def sent(living: Living) -> list[Deliver]:
    return [command for command in living.commands() if isinstance(command, Deliver)]


def actions_sent(living: Living) -> list[str]:
    return [command.action for command in sent(living)]


def accept(living: Living, command: Deliver) -> None:
    living.hears(command.delivery_id, DeliveryStatus.ACCEPTED, attempt=command.attempt)


def where(living: Living) -> dict[str, str]:
    return {run.journey: run.step for run in living.customer.enrollments.runs}


def ends(living: Living) -> list[tuple[str, str]]:
    return [(end.journey, end.reason) for transition in living.transitions for end in transition.ended]


def base(living: Living) -> dict[str, Any]:
    """Return what every event of this customer's has, now."""
    event_id = EventId(f"event-{len(living.transitions)}")
    return {"event_id": event_id, "customer_id": living.customer.customer_id, "at": living.now}
