"""Add one event to a feature's running state: one function for each layout of `core.expressions.states`.

A state is never mutated; each function returns the old one or a new one. Entries older than the window are dropped
whenever a state is rebuilt. The order in which events of the same window arrive never changes a value: late events are
inserted in their place, and two statements of the same instant are ordered by value.

**Bounded memory.** A window keeps at most `MOST_ENTRIES` entries. Beyond that they are coalesced into sub-windows of a
thousandth of the window, after which an event may leave a count or a sum up to a thousandth of the window early, and a
windowed ``first`` knows only the first event of each sub-window.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from math import fsum
from typing import Any

from segue.core.expressions.exact import add_decayed, add_exactly
from segue.core.expressions.states import MOST_DISTINCT
from segue.model.ids import derive

MOST_ENTRIES = 2_000
SUB_WINDOWS = 1_000

_LONGEST_KEY = 32


def add_count(state: list[Any] | None, at: int, edge: int, window: int) -> list[Any]:
    """Return a windowed count's state with one more event; ``at`` lies after ``edge``, the window's begin."""
    if state is None:
        return [at]
    if type(state[0]) is not int:
        return add_amount(state, at, 1, edge, window)
    grown = [*state, at] if at >= state[-1] and state[0] > edge else _insert(state, at, edge)
    return grown if len(grown) <= MOST_ENTRIES else _coalesce(grown, [1] * len(grown), window)


def add_moment(state: list[int] | None, at: int, edge: int, window: int) -> list[int]:
    """Return the state of a windowed ``first`` moment with one more event."""
    if state is None:
        return [at]
    grown = _insert(state, at, edge)
    return grown if len(grown) <= MOST_ENTRIES else list(_firsts(grown, grown, window).values())


def add_amount(state: list[Any] | None, at: int, amount: float, edge: int, window: int) -> list[Any]:
    """Return a windowed sum's state with one more amount; the sum of all entries stands third."""
    if state is None:
        return [[at], [amount], amount]
    instants, amounts, _ = state
    start, place = bisect_right(instants, edge), bisect_right(instants, at)
    grown_instants = [*instants[start:place], at, *instants[place:]]
    grown_amounts = [*amounts[start:place], amount, *amounts[place:]]
    if len(grown_instants) > MOST_ENTRIES:
        return _coalesce(grown_instants, grown_amounts, window)
    return [grown_instants, grown_amounts, fsum(grown_amounts)]


def add_value(state: list[Any] | None, at: int, value: Any, edge: int, window: int) -> list[Any]:
    """Return the state of a windowed ``first`` value with one more statement."""
    if state is None:
        return [[at], [value]]
    instants, values = state
    start, place = bisect_right(instants, edge), bisect_left(instants, at)
    while place < len(instants) and instants[place] == at and order_of(values[place]) < order_of(value):
        place += 1
    grown_instants = [*instants[start:place], at, *instants[place:]]
    grown_values = [*values[start:place], value, *values[place:]]
    if len(grown_instants) > MOST_ENTRIES:
        return [
            list(_firsts(grown_instants, grown_instants, window).values()),
            list(_firsts(grown_instants, grown_values, window).values()),
        ]
    return [grown_instants, grown_values]


def add_latest(state: list[Any] | None, at: int, value: Any) -> list[Any]:
    """Return the state of ``last``: the later statement; of two at one instant the one with the greater value."""
    if state is None or at > state[0] or (at == state[0] and order_of(value) > order_of(state[1])):
        return [at, value]
    return state


def add_earliest(state: list[Any] | None, at: int, value: Any) -> list[Any]:
    """Return the state of ``first``: the earlier statement; of two at one instant the one with the smaller value."""
    if state is None or at < state[0] or (at == state[0] and order_of(value) < order_of(state[1])):
        return [at, value]
    return state


def add_seen(state: dict[str, int] | None, at: int, value: Any, edge: int | None) -> dict[str, int]:
    """Return the state of ``distinct`` with one more value seen; the most recent `MOST_DISTINCT` are remembered.

    ``edge`` is None where there is no window.
    """
    key = value_key(value)
    if state is None:
        return {key: at}
    if state.get(key, at - 1) >= at:
        return state
    grown = state.copy() if edge is None else {k: seen for k, seen in state.items() if seen > edge}
    grown[key] = at
    return _most_recent(grown)


def merge_instants(ours: list[int], theirs: list[int]) -> list[int]:
    """Return the instants of two customers as one state."""
    return sorted((*ours, *theirs))


def merge_amounts(ours: list[Any], theirs: list[Any]) -> list[Any]:
    """Return the state of two windowed sums as one."""
    instants, amounts = merge_values(ours[:2], theirs[:2])
    return [instants, amounts, fsum(amounts)]


def merge_values(ours: list[Any], theirs: list[Any]) -> list[Any]:
    """Return the amounts or values of two customers as one state; the next event coalesces it where it is too long."""
    entries = [(at, value) for state in (ours, theirs) for at, value in zip(*state, strict=True)]
    entries.sort(key=lambda entry: (entry[0], order_of(entry[1])))
    return [[at for at, _ in entries], [value for _, value in entries]]


def merge_seen(ours: dict[str, int], theirs: dict[str, int]) -> dict[str, int]:
    """Return the values that two customers were seen with as one state."""
    return _most_recent({**theirs, **{key: max(at, theirs.get(key, at)) for key, at in ours.items()}})


def _most_recent(seen: dict[str, int]) -> dict[str, int]:
    if len(seen) <= MOST_DISTINCT:
        return seen
    kept = sorted(seen, key=lambda key: (seen[key], key))[-MOST_DISTINCT:]
    return {key: seen[key] for key in kept}


def value_key(value: Any) -> str:
    """Return a short text that stands for a scalar: equal for 1 and 1.0, different for 1, "1" and True."""
    if isinstance(value, str):
        return f"t{value}" if len(value) <= _LONGEST_KEY else f"d{derive(value)}"
    if isinstance(value, bool):
        return f"b{value:d}"
    return f"n{int(value)}" if value == value // 1 else f"n{value!r}"


def order_of(value: Any) -> tuple[int, Any]:
    """Return a key that orders all scalars: booleans, then numbers, then text."""
    return (0 if isinstance(value, bool) else 2 if isinstance(value, str) else 1), value


def _insert(instants: Sequence[int], at: int, edge: int) -> list[int]:
    start, place = bisect_right(instants, edge), bisect_right(instants, at)
    return [*instants[start:place], at, *instants[place:]]


def _coalesce(instants: Sequence[int], amounts: Sequence[float], window: int) -> list[Any]:
    width = max(window // SUB_WINDOWS, 1)
    totals: dict[int, float] = {}
    for at, amount in zip(instants, amounts, strict=True):
        begin = at - at % width
        totals[begin] = totals.get(begin, 0) + amount
    return [list(totals), list(totals.values()), fsum(totals.values())]


def _firsts(instants: Sequence[int], values: Sequence[Any], window: int) -> dict[int, Any]:
    width = max(window // SUB_WINDOWS, 1)
    firsts: dict[int, Any] = {}
    for at, value in zip(instants, values, strict=True):
        firsts.setdefault(at // width, value)
    return firsts


HELPERS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        add_amount,
        add_count,
        add_decayed,
        add_earliest,
        add_exactly,
        add_latest,
        add_moment,
        add_seen,
        add_value,
    )
}
"""What the generated source of `core.profiles.plan` may call, by the name it has there."""
