"""Read a feature's running state at a moment: the Python source that compiled expressions inline, and its helpers.

Mostly nothing has left a window since the last event came into it; that case is inlined, the other one is a call.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from math import exp2, fsum
from typing import Any

from segue.core.expressions.states import default_of, layout, state_key
from segue.model.catalogue import FeatureSpec
from segue.model.time import parse_duration


def read_lines(name: str, spec: FeatureSpec, target: str) -> list[str]:
    """Return statements that put the feature's value into ``target``, reading ``features`` and ``now``."""
    default = default_of(spec)
    edge = f"now - {parse_duration(spec.window)}" if spec.window else ""
    lookup = f"{target} = features.get({state_key(name, spec)!r})"
    value = _value(spec, target, edge)
    if layout(spec) == "tally":
        return [lookup[:-1] + f", {default!r})"]
    if default is None or not edge:
        return [lookup, f"{target} = {default!r} if {target} is None else {value}"]
    if default == 0:
        return [lookup, f"{target} = {default!r} if {target} is None else ({value}) or {default!r}"]
    return [lookup, f"if {target} is not None: {target} = {value}", f"if {target} is None: {target} = {default!r}"]


def _value(spec: FeatureSpec, state: str, edge: str) -> str:
    match layout(spec):
        case "tally":
            return state
        case "partials":
            return f"({state}[0] if len({state}) == 1 else fsum({state}))"
        case "decayed":
            half_life = parse_duration(spec.half_life or "")
            return f"{state}[1] * exp2(min({state}[0] - now // {half_life} - now % {half_life} / {half_life}, 1.0))"
        case "instants" if spec.kind == "count":
            all_counts = f"type({state}[0]) is int and {state}[0] > {edge}"
            return f"(len({state}) if {all_counts} else count_after({state}, {edge}))"
        case "instants":
            return f"first_after({state}, {state}, {edge})"
        case "amounts" if spec.kind == "sum":
            return f"({state}[2] if {state}[0][0] > {edge} else sum_after({state}, {edge}))"
        case "amounts":
            return f"first_after({state}[0], {state}[1], {edge})"
        case "moment":
            moment = f"now - {state}" if spec.kind == "recency" else state
            return f"({moment} if {state} > {edge} else None)" if edge else moment
        case "stated":
            return f"({state}[1] if {state}[0] > {edge} else None)" if edge else f"{state}[1]"
        case "seen":
            return f"seen_after({state}, {edge}) or None" if edge else f"len({state})"


def count_after(state: Sequence[Any], edge: int) -> int | None:
    """Return how many instants lie after ``edge``; None for none."""
    if type(state[0]) is int:
        return len(state) - bisect_right(state, edge) or None
    return sum(state[1][bisect_right(state[0], edge) :]) or None


def sum_after(state: Sequence[Any], edge: int) -> float | None:
    """Return the sum of the amounts after ``edge``, rounded once; None where there are none."""
    start = bisect_right(state[0], edge)
    return fsum(state[1][start:]) if start < len(state[0]) else None


def first_after(instants: Sequence[int], values: Sequence[Any], edge: int) -> Any:
    """Return the value of the first instant after ``edge``; None where there is none."""
    start = bisect_right(instants, edge)
    return values[start] if start < len(instants) else None


def seen_after(state: dict[str, int], edge: int) -> int:
    """Return how many values were seen after ``edge``."""
    return sum(at > edge for at in state.values())


HELPERS: dict[str, Callable[..., Any]] = {
    "count_after": count_after,
    "exp2": exp2,
    "first_after": first_after,
    "fsum": fsum,
    "seen_after": seen_after,
    "sum_after": sum_after,
}
"""What generated source may call, by the name it has there."""
