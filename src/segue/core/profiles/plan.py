"""Compile the features of a workspace: for each event that they count, one generated function that folds it."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from msgspec import Struct

from segue.core.expressions.compiling import execute
from segue.core.expressions.nodes import Reference
from segue.core.expressions.parsing import parse
from segue.core.expressions.reading import read_lines
from segue.core.expressions.scope import Scope
from segue.core.expressions.states import LARGEST_AMOUNT, check_feature, layout, state_key
from segue.core.expressions.writing import Writer
from segue.core.profiles.states import HELPERS
from segue.core.receptive import uses_hours
from segue.model.catalogue import EventSpec, FeatureSpec
from segue.model.errors import ExpressionError
from segue.model.time import parse_duration
from segue.model.workspace import Workspace

FeatureFold: TypeAlias = Callable[[dict[str, Any], dict[str, Any], int, int], dict[str, Any]]
"""(feature states, event properties, at, now) -> new feature states."""


class ProfilePlan(Struct, frozen=True):
    """What folding needs, compiled.

    Attributes:
        folds: by event name; an event that no feature counts is not in it.
        read: (feature states, now) -> every feature's value by name; features whose name begins with "_" are hidden.
        instants: traits declared as instants, which sources send as text.
        source: the generated Python, for debugging.
        timed: the workspace, where something in it is timed by receptive hours; None: nobody's visits are counted.
    """

    folds: dict[str, FeatureFold]
    read: Callable[[dict[str, Any], int], dict[str, Any]]
    instants: frozenset[str]
    source: str
    timed: Workspace | None = None


def compile_profile(workspace: Workspace) -> ProfilePlan:
    """Return the plan of ``workspace``.

    Raises:
        ExpressionError: a feature contradicts itself, or its ``where`` does not parse.
    """
    by_event: dict[str, dict[str, FeatureSpec]] = {}
    for name, spec in workspace.features.items():
        check_feature(name, spec)
        by_event.setdefault(spec.event, {})[name] = spec
    sources = [
        _fold_source(f"fold{index}", features, workspace.events.get(event, EventSpec()))
        for index, (event, features) in enumerate(by_event.items())
    ]
    source = "\n\n".join([*sources, _read_source(workspace.features)])
    namespace = execute(source, HELPERS)
    return ProfilePlan(
        folds={event: namespace[f"fold{index}"] for index, event in enumerate(by_event)},
        read=namespace["read"],
        instants=frozenset(name for name, spec in workspace.traits.items() if spec.type == "instant"),
        source=source,
        timed=workspace if uses_hours(workspace) else None,
    )


def _fold_source(function: str, features: Mapping[str, FeatureSpec], event: EventSpec) -> str:
    writer = Writer({})
    scope = Scope(event=event.properties, has_event=True)
    steps = [_step(name, spec, scope, writer) for name, spec in features.items()]
    lines = [f"# {features[next(iter(features))].event!r}", *writer.lines, "folded = features.copy()", *steps]
    return f"def {function}(features, event, at, now):\n    " + "\n    ".join([*lines, "return folded"]) + "\n"


def _step(name: str, spec: FeatureSpec, scope: Scope, writer: Writer) -> str:
    """Return the statement that adds the event to one feature, if it counts."""
    conditions, value = [], "1"
    if spec.where:
        conditions.append(writer.is_true(_parse_where(name, spec.where, scope)))
    if spec.of:
        value = writer.value(Reference("event", spec.of, "number" if spec.kind == "sum" else "any")).text
        kinds = (
            f"-{LARGEST_AMOUNT!r} <= {{0}} <= {LARGEST_AMOUNT!r}"
            if spec.kind == "sum"
            else "type({0}) in SCALARS and {0} == {0}"
        )
        conditions.append(f"({value} is not None and {kinds.format(value)})")
    window = parse_duration(spec.window) if spec.window else 0
    edge = f"now - {window}" if window else "None"
    if window:
        conditions.append(f"at > {edge}")
    key = repr(state_key(name, spec))
    statement = f"folded[{key}] = {_added(spec, f'features.get({key})', value, edge, window)}"
    return f"if {' and '.join(conditions)}: {statement}" if conditions else statement


def _parse_where(name: str, where: str, scope: Scope) -> Any:
    try:
        return parse(where, scope, "boolean")
    except ExpressionError as error:
        reason = f"The condition of feature {name!r} cannot be used: {error.reason}"
        raise ExpressionError(reason, error.instruction, error.column) from None


def _added(spec: FeatureSpec, state: str, value: str, edge: str, window: int) -> str:
    """Return the Python of the state after the event."""
    match layout(spec):
        case "tally":
            return f"{state[:-1]}, 0) + 1"
        case "partials":
            return f"add_exactly({state[:-1]}, ()), {value} * 1.0)"
        case "decayed":
            return f"add_decayed({state}, at, {value} * 1.0, {parse_duration(spec.half_life or '')})"
        case "instants" if spec.kind == "count":
            return f"add_count({state}, at, {edge}, {window})"
        case "instants":
            return f"add_moment({state}, at, {edge}, {window})"
        case "amounts" if spec.kind == "sum":
            return f"add_amount({state}, at, {value} * 1.0, {edge}, {window})"
        case "amounts":
            return f"add_value({state}, at, {value}, {edge}, {window})"
        case "moment":
            return f"{'min' if spec.kind == 'first' else 'max'}({state[:-1]}, at), at)"
        case "stated":
            return f"{'add_earliest' if spec.kind == 'first' else 'add_latest'}({state}, at, {value})"
        case "seen":
            return f"add_seen({state}, at, {value}, {edge})"


def _read_source(features: Mapping[str, FeatureSpec]) -> str:
    lines = ["values = {}"]
    for name, spec in features.items():
        if not name.startswith("_"):
            lines += [*read_lines(name, spec, "value"), f"values[{name!r}] = value"]
    return "def read(features, now):\n    " + "\n    ".join([*lines, "return values"]) + "\n"
