"""Features: their types, their state keys, and how their running states are laid out.

`core.profiles` writes the states; compiled expressions read them at ``now``, so that a window is right at any moment.

    layout    for                                    state
    tally     count                                  int
    partials  sum                                    [float, ...]: their exact sum is the value (see `exact`)
    decayed   count and sum with a half-life         [exponent, total, float, ...] (see `exact`)
    instants  count and first moment in a window     [instant, ...] ascending; a coalesced count is laid out as amounts
    amounts   sum and first value in a window        [[instant, ...], [value, ...], total of a sum] ascending
    moment    last and first moment, recency         instant
    stated    last and first value                   [instant, value]
    seen      distinct                               {value key: latest instant}
"""

from typing import Literal, TypeAlias

from segue.core.expressions.nodes import ExprType, Scalar
from segue.model.catalogue import FeatureSpec
from segue.model.errors import ExpressionError, SegueError
from segue.model.ids import derive
from segue.model.time import parse_duration, parse_instant

Layout: TypeAlias = Literal["tally", "partials", "decayed", "instants", "amounts", "moment", "stated", "seen"]

LARGEST_AMOUNT = 1e200
"""Amounts beyond this (and NaN) are ignored by sums: no total of real money or points comes near it."""

MOST_DISTINCT = 1_000
"""A distinct feature remembers so many values, the most recent ones, and never counts further."""


def state_key(name: str, spec: FeatureSpec) -> str:
    """Return the key of the running state: the name and a digest of what the state means.

    A definition that would read its predecessor's state wrongly has another key and starts empty. The window's length
    is not part of it: a changed window keeps what is still remembered, which is nearer the truth than nothing.
    """
    meaning = (spec.kind, spec.event, spec.of or "", spec.where or "", spec.half_life or "", layout(spec))
    return f"{name}#{derive(*meaning, size=3)}"


def layout(spec: FeatureSpec) -> Layout:
    """Return how the running state of ``spec`` is laid out."""
    match spec.kind:
        case "count" | "sum" if spec.half_life:
            return "decayed"
        case "count":
            return "instants" if spec.window else "tally"
        case "sum":
            return "amounts" if spec.window else "partials"
        case "distinct":
            return "seen"
        case "first" if spec.window:
            return "amounts" if spec.of else "instants"
        case _:
            return "stated" if spec.of and spec.kind != "recency" else "moment"


def feature_type(name: str, spec: FeatureSpec) -> ExprType:
    """Return the type of the feature's value: ``any`` for a remembered property (its context decides).

    Raises:
        ExpressionError: the definition contradicts itself.
    """
    check_feature(name, spec)
    match spec.kind:
        case "count" | "sum" | "distinct":
            return "number"
        case "recency":
            return "duration"
        case _:
            return "any" if spec.of else "instant"


def default_of(spec: FeatureSpec) -> Scalar:
    """Return the value while there is none, as expressions see it: instants and durations in microseconds."""
    if spec.kind in ("count", "sum", "distinct"):
        return 0 if spec.default is None else spec.default
    if isinstance(spec.default, str) and spec.kind == "recency":
        return parse_duration(spec.default)
    if isinstance(spec.default, str) and not spec.of:
        return parse_instant(spec.default)
    default: Scalar = spec.default
    return default


def check_feature(name: str, spec: FeatureSpec) -> None:
    """Check that the parts of ``spec`` fit together.

    Raises:
        ExpressionError: they do not.
    """
    counts, needs_of = spec.kind in ("count", "sum"), spec.kind in ("sum", "distinct")
    if needs_of and not spec.of:
        raise _wrong(name, f"{spec.kind} needs `of`", "Name the property of the event that it is about.")
    if spec.of and spec.kind in ("count", "recency"):
        raise _wrong(name, f"{spec.kind} takes no `of`", "Leave it out, or use sum, last, first or distinct.")
    if spec.half_life and not counts:
        raise _wrong(name, f"{spec.kind} takes no `half_life`", "Only count and sum can decay.")
    if spec.half_life and spec.window:
        raise _wrong(name, "it has both `window` and `half_life`", "Choose one of them.")
    for text in (spec.window, spec.half_life):
        if text and _parse(name, text) <= 0:
            raise _wrong(name, "its window or half-life is zero", 'Give it a length, such as "30d".')
    _check_default(name, spec)


def _parse(name: str, text: str) -> int:
    try:
        return parse_duration(text)
    except SegueError as error:
        raise _wrong(name, error.reason, error.instruction) from None


def _check_default(name: str, spec: FeatureSpec) -> None:
    try:
        default = default_of(spec)
    except SegueError as error:
        raise _wrong(name, error.reason, error.instruction) from None
    if spec.kind in ("count", "sum", "distinct"):
        fits = isinstance(default, int | float) and not isinstance(default, bool)
    elif spec.of:
        fits = default is None or isinstance(default, str | int | float)
    else:
        fits = default is None or (isinstance(default, int) and not isinstance(default, bool))
    if not fits:
        raise _wrong(name, f"its default {spec.default!r} is of another type", "Give a default of the feature's type.")


def _wrong(name: str, what: str, instruction: str) -> ExpressionError:
    return ExpressionError(f"Feature {name!r} contradicts itself: {what.rstrip('.')}.", instruction)
