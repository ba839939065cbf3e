"""The brute-force meaning of features: recount all events, as the reference the folded states are compared with."""

import math
from typing import Any

from segue.core.profiles.states import order_of, value_key
from segue.model.catalogue import FeatureSpec
from segue.model.events import Tracked
from segue.model.time import parse_duration


def recount(spec: FeatureSpec, history: list[Tracked], now: int) -> Any:
    """Return the feature's value at ``now``; ``where`` may be ``event.flag`` or nothing."""
    counted = [event for event in history if _counts(spec, event, now)]
    values = [event.properties.get(spec.of) for event in counted] if spec.of else [1.0] * len(counted)
    if spec.half_life:
        half_life = parse_duration(spec.half_life)
        ages = [(now - event.at) / half_life for event in counted]
        return math.fsum(value * 0.5**age for value, age in zip(values, ages, strict=True)) if counted else 0
    if not counted:
        return (0 if spec.kind in ("count", "sum", "distinct") else None) if spec.default is None else spec.default
    statements = [(event.at, *order_of(value)) for event, value in zip(counted, values, strict=True)]
    moments = [event.at for event in counted]
    match spec.kind:
        case "count":
            return len(counted)
        case "sum":
            return math.fsum(values)
        case "distinct":
            return len({value_key(value) for value in values})
        case "recency":
            return now - max(moments)
        case "last":
            return max(statements)[-1] if spec.of else max(moments)
        case "first":
            return min(statements)[-1] if spec.of else min(moments)


def _counts(spec: FeatureSpec, event: Tracked, now: int) -> bool:
    is_inside = not spec.window or event.at > now - parse_duration(spec.window)
    value = event.properties.get(spec.of) if spec.of else 1
    kinds = (int, float) if spec.kind == "sum" else (int, float, str, bool)
    fits = isinstance(value, kinds) and not (spec.kind == "sum" and isinstance(value, bool))
    has_flag = spec.where is None or event.properties.get("flag") is True
    return event.name == spec.event and event.at <= now and is_inside and fits and has_flag
