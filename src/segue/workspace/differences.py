"""Differences: what changed from one workspace to another, in words, definition by definition."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from segue.model.catalogue import ChannelSpec, Definition
from segue.model.journeys import Entry, Journey
from segue.model.snapshots import ModelSnapshot
from segue.model.steps import Step, Wait, WaitFor
from segue.model.time import SECOND, format_instant
from segue.model.workspace import Workspace
from segue.workspace.values import key_of, say_value
from segue.workspace.words import say_entry, say_step

_TABLES = {
    "journeys": "journey",
    "actions": "action",
    "themes": "theme",
    "capacities": "capacity",
    "reach": "reach target",
    "triggers": "trigger",
    "rules": "rule",
    "audiences": "audience",
    "traits": "trait",
    "features": "feature",
    "events": "event",
    "channels": "channel",
    "placements": "placement",
}
"""Collections of named definitions, in the order in which they are told, and what one of them is called."""

_ALONE = ("contact_rules", "policy")
_UNTOLD = ("retired", "models", *_TABLES, *_ALONE)


class Difference(Struct, frozen=True):
    """One thing that changed; ``about`` is the definition: ``journey reorder``, ``contact_rules``, ``workspace``."""

    about: str
    words: str


def differences(before: Workspace, after: Workspace) -> tuple[Difference, ...]:
    """Return what changed, grouped by definition; journeys first."""
    found: list[Difference] = []
    for table, noun in _TABLES.items():
        old, new = _by_name(getattr(before, table)), _by_name(getattr(after, table))
        for name in (*new, *(name for name in old if name not in new)):
            about = f"{noun} {name}"
            found += (Difference(about, words) for words in _say_definition(old.get(name), new.get(name)))
    found += _say_models(before.models, after.models)
    for field in _ALONE:
        changed = say_fields(getattr(before, field), getattr(after, field))
        found += (Difference(field, words) for words in changed)
    found += (Difference("workspace", words) for words in say_fields(before, after, untold=_UNTOLD))
    return tuple(found)


def _say_models(before: Mapping[str, ModelSnapshot], after: Mapping[str, ModelSnapshot]) -> Iterator[Difference]:
    """Yield which other models decide; what is in them is told by `segue models show`."""
    for kind in (*after, *(kind for kind in before if kind not in after)):
        old, new = before.get(kind), after.get(kind)
        if new is None:
            yield Difference(f"model {kind}", "is gone")
        elif old is None or old.version != new.version:
            beside = f" instead of {old.version}" if old is not None else ""
            yield Difference(
                f"model {kind}", f"{new.version} decides{beside}, trained to {format_instant(new.trained_to)[:10]}"
            )


def say_fields(old: Struct, new: Struct, within: str = "", untold: Sequence[str] = ()) -> Iterator[str]:
    """Yield the fields in which two values of one type differ; ``within`` is what the fields belong to."""
    for field in new.__struct_fields__:
        was, now = getattr(old, field), getattr(new, field)
        if was != now and field not in untold:
            yield from _say_change(f"{within}{field}", *_readable(new, field, was, now))


def _readable(owner: Struct, field: str, *values: Any) -> tuple[Any, ...]:
    """Return values as a person writes them: a channel's latency is kept in microseconds."""
    is_duration = isinstance(owner, ChannelSpec) and field == "latency"
    return tuple(f"{value / SECOND:g}s" for value in values) if is_duration else values


def _say_change(name: str, was: Any, now: Any) -> Iterator[str]:
    if isinstance(now, Struct) and type(was) is type(now):
        yield from say_fields(was, now, f"{name}: ")
    elif _is_table(was) and _is_table(now):
        yield from _say_table(name, _by_name(was), _by_name(now))
    else:
        yield f"{name} is {say_value(now)} instead of {say_value(was)}"


def _say_table(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for key, now in new.items():
        if key not in old:
            yield f"{name}: new {_named(key, now)}"
        elif now != old[key]:
            yield from _say_change(f"{name} {key}", old[key], now)
    for key, was in old.items():
        if key not in new:
            yield f"{name}: no more {_named(key, was)}"
    common = [key for key in old if key in new]
    if common != (order := [key for key in new if key in old]):
        yield f"{name} come in another order: {', '.join(order)}"


def _say_definition(old: Any, new: Any) -> Iterator[str]:
    if old == new:
        return
    if old is None or new is None:
        yield f"new: {say_value(new)}" if old is None else "is gone"
    elif isinstance(new, Journey):
        yield from _say_journey(old, new)
    elif isinstance(new, Struct) and type(old) is type(new):
        yield from say_fields(old, new)
    else:
        yield f"{say_value(new)} instead of {say_value(old)}"


def _say_journey(old: Journey, new: Journey) -> Iterator[str]:
    yield from _say_entry(old.entry, new.entry)
    yield from say_fields(old, new, untold=("entry", "steps"))
    before, after = _by_name(old.steps), _by_name(new.steps)
    for index, step in enumerate(new.steps):
        place = f"after `{new.steps[index - 1].id}`" if index else "first"
        if step.id not in before:
            yield f"new step `{step.id}`, {place}: {say_step(step)}"
        elif step != before[step.id]:
            yield from _say_step(before[step.id], step)
    for name in before:
        if name not in after:
            yield f"step `{name}` is gone"
    common = [name for name in before if name in after]
    if common != (order := [name for name in after if name in before]):
        yield f"the steps come in another order: {', '.join(order)}"


def _say_entry(old: Entry, new: Entry) -> Iterator[str]:
    if (old.trigger, old.on) != (new.trigger, new.on):
        yield f"is entered by {say_entry(new)} instead of {say_entry(old)}"
    if old.when != new.when:
        if new.when is None:
            yield f"entry no longer needs {old.when}"
        else:
            yield f"entry now needs {new.when}" + (f" instead of {old.when}" if old.when else "")
    yield from say_fields(old, new, "entry: ", untold=("trigger", "on", "when"))


def _say_step(old: Step, new: Step) -> Iterator[str]:
    name = f"step `{new.id}`"
    if type(old) is not type(new):
        yield f"{name}: {say_step(new)} instead of {say_step(old)}"
        return
    told = "within" if isinstance(new, WaitFor) else "after" if isinstance(new, Wait) else ""
    was, now = (getattr(each, told, None) for each in (old, new))
    if was and now and was != now:
        yield f"{name} waits {now} instead of {was}"
        yield from say_fields(old, new, f"{name}: ", untold=(told,))
    else:
        yield from say_fields(old, new, f"{name}: ")


def _is_table(value: Any) -> bool:
    """Tell whether ``value`` holds definitions that have names."""
    items = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else (None,)
    return isinstance(value, dict) or all(isinstance(item, Definition) for item in items)


def _by_name(values: Any) -> dict[str, Any]:
    return dict(values) if isinstance(values, dict) else {key_of(value): value for value in values}


def _named(key: str, value: Any) -> str:
    words = say_value(value)
    return key if words == key else f"{key} ({words})" if words else key
