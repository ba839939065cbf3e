"""Drawing: a journey as a Mermaid flowchart, made from its data; equal journeys are drawn alike."""

import re
from collections.abc import Iterator, Mapping

from segue.model.journeys import Journey
from segue.model.steps import (
    Branch,
    Choose,
    Exit,
    Goal,
    Goto,
    Propose,
    SetTrait,
    Split,
    Step,
    SubJourney,
    Wait,
    WaitFor,
    Webhook,
)
from segue.model.triggers import Trigger
from segue.workspace.ways import all_ways
from segue.workspace.words import say_handler, say_match, say_step, say_trigger

_LABEL_MAX = 72
_SHAPES: dict[type[Step], tuple[str, str]] = {
    Wait: ("(", ")"),
    WaitFor: ("{{", "}}"),
    Branch: ("{", "}"),
    Split: ("{", "}"),
    Choose: ("{", "}"),
    Propose: ("[", "]"),
    SetTrait: ("[/", "/]"),
    Webhook: ("[[", "]]"),
    SubJourney: ("[[", "]]"),
    Goto: (">", "]"),
    Goal: ("([", "])"),
    Exit: ("([", "])"),
}
_BLOCK = re.compile(r"^```mermaid\n(?P<drawing>flowchart \w+\n *%% journey (?P<name>\w+)\n.*?)^```$", re.M | re.S)


def mermaid(journey: Journey, triggers: Mapping[str, Trigger] | None = None) -> str:
    """Return the journey as a flowchart: steps by stage, labelled ways, and below what may happen anytime.

    Args:
        triggers: the workspace's, for an entry that names one.
    """
    lines = ["flowchart TD", f"    %% journey {journey.journey}"]
    lines.append(f"    enter([{_quote('enter: ' + _say_entry(journey, triggers or {}))}])")
    lines += _nodes(journey)
    if journey.steps:
        lines.append(f"    enter --> {_id(journey.steps[0].id)}")
    lines += _edges(journey)
    lines += _anytime(journey)
    lines += _recoveries(journey)
    return "\n".join(lines) + "\n"


def redraw(page: str, drawings: Mapping[str, str]) -> str:
    """Return a Markdown page with each drawing of a journey in ``drawings`` as it is now."""
    return _BLOCK.sub(lambda found: f"```mermaid\n{drawings.get(found['name'], found['drawing'])}```", page)


def drawn(page: str) -> tuple[str, ...]:
    """Return the names of the journeys that a Markdown page draws."""
    return tuple(found["name"] for found in _BLOCK.finditer(page))


def _nodes(journey: Journey) -> Iterator[str]:
    """Yield the steps, those of a stage together."""
    groups: dict[str, list[str]] = {}
    stage = ""
    for step in journey.steps:
        stage = step.stage or stage
        opening, closing = _SHAPES[type(step)]
        groups.setdefault(stage, []).append(f"{_id(step.id)}{opening}{_quote(step.id, say_step(step))}{closing}")
    for name, nodes in groups.items():
        if name:
            yield f"    subgraph stage_{name}[{_quote('stage: ' + name)}]"
            yield from (f"        {node}" for node in nodes)
            yield "    end"
        else:
            yield from (f"    {node}" for node in nodes)


def _edges(journey: Journey) -> Iterator[str]:
    ways = all_ways(journey)
    if any(way.to is None for out in ways.values() for way in out):
        yield f"    over([{_quote('end')}])"
    for step, out in ways.items():
        for way in out:
            arrow = f"-->|{_quote(way.why)}|" if way.why else "-->"
            yield f"    {_id(step)} {arrow} {_id(way.to) if way.to is not None else 'over'}"


def _anytime(journey: Journey) -> Iterator[str]:
    """Yield what ends or changes a run wherever it is."""
    edges: list[tuple[str, str, str]] = []
    if journey.goal is not None:
        edges.append((say_match(journey.goal), "goal", f"([{_quote('goal: converted')}])"))
    edges += [(say_match(rule), "left", f"([{_quote('exit')}])") for rule in journey.exits]
    if journey.expires_after is not None:
        edges.append((f"after {journey.expires_after}", "expired", f"([{_quote('expired')}])"))
    for index, handler in enumerate(journey.on, start=1):
        target = (_id(handler.goto), "") if handler.goto else (f"on_{index}", f"[{_quote(say_handler(handler))}]")
        edges.append((say_match(handler), *target))
    if edges:
        yield f"    anytime(({_quote('anytime')}))"
    for why, node, shape in edges:
        yield f"    anytime -.->|{_quote(why)}| {node}{shape}"


def _recoveries(journey: Journey) -> Iterator[str]:
    begun = {step.stage for step in journey.steps}
    for stage in journey.stages:
        if stage.recover is not None and stage.stage in begun:
            missing = say_match(stage.expect) if stage.expect is not None else "progress"
            why = _quote(f"no {missing} for {stage.within}")
            yield f"    stage_{stage.stage} -.->|{why}| {_id(stage.recover)}"


def _say_entry(journey: Journey, triggers: Mapping[str, Trigger]) -> str:
    entry = journey.entry
    trigger = entry.on if entry.on is not None else triggers.get(entry.trigger or "")
    words = say_trigger(trigger) if trigger is not None else entry.trigger or ""
    words = f"{words} and {entry.when}" if entry.when else words
    return f"{words}, then silence for {entry.debounce}" if entry.debounce else words


def _id(step: str) -> str:
    """Return a node's id; the prefix keeps words of Mermaid's own, such as ``end``, apart."""
    return f"s_{step}"


def _quote(*lines: str) -> str:
    """Return lines as one label, in quotes, with what Mermaid would read as its own escaped."""
    shown = (line if len(line) <= _LABEL_MAX else line[: _LABEL_MAX - 1] + "…" for line in lines)
    escaped = (
        line.replace("#", "#35;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;") for line in shown
    )
    return '"' + "<br>".join(escaped) + '"'
