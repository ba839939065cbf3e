"""Values of definitions said in words, and the name by which a definition is known among others of its kind."""

from typing import Any, get_args

import msgspec
from msgspec import Struct

from segue.model.catalogue import Action, Audience, ChannelSpec, ContextWeight, Requirement, Rule, Variant
from segue.model.contact_rules import Blackout, Cap
from segue.model.journeys import ExitRule, Handler, Journey, Stage
from segue.model.steps import Arm, Case, EventMatch, Option, Step
from segue.model.triggers import Trigger
from segue.workspace.words import say_entry, say_handler, say_match, say_step, say_trigger

_NAMED_BY: dict[type[Struct], str] = {
    Action: "action",
    Arm: "arm",
    Audience: "audience",
    Blackout: "blackout",
    Cap: "cap",
    Case: "when",
    ChannelSpec: "name",
    ContextWeight: "when",
    Journey: "journey",
    Option: "option",
    Requirement: "action",
    Rule: "rule",
    Stage: "stage",
    Variant: "channel",
    **dict.fromkeys(get_args(Step), "id"),
}


def key_of(definition: Struct) -> str:
    """Return the name of a definition; for those without one, what they say."""
    field = _NAMED_BY.get(type(definition))
    return str(getattr(definition, field)) if field is not None else say_value(definition)


def say_value(value: Any) -> str:
    """Return a value in words; of a definition what it says beside its name."""
    match value:
        case None | () | "":
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case tuple() | list():
            return ", ".join(map(say_value, value))
        case dict():
            return ", ".join(f"{key}: {say_value(item)}" for key, item in value.items()) or "nothing"
        case Struct():
            return _say_definition(value)
        case _:
            return str(value)


def _say_definition(value: Struct) -> str:
    match value:
        case Handler():
            return f"{say_match(value)}: {say_handler(value)}"
        case EventMatch() | ExitRule():
            return say_match(value)
        case ChannelSpec():
            return f"family {value.family}"
        case Journey():
            return f"entered by {say_entry(value.entry)}, {len(value.steps)} step{'' if len(value.steps) == 1 else 's'}"
    if isinstance(value, get_args(Trigger)):
        return say_trigger(value)
    if isinstance(value, get_args(Step)):
        return say_step(value)
    name = _NAMED_BY.get(type(value))
    stated = msgspec.to_builtins(value)
    fields = (field for field in value.__struct_fields__ if field != name and field in stated)
    return ", ".join(f"{field} {say_value(getattr(value, field))}" for field in fields)
