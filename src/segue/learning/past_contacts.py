"""What a customer had been sent before each decision of a frame, and who they were then."""

from bisect import bisect_left
from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from msgspec import Struct

from segue.learning.frames import Frame
from segue.learning.tables import query_columns

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Array: TypeAlias = np.ndarray[Any, Any]

UNKNOWN = "unknown"
MOST_VALUES = 12
"""A trait of more values than this, all of them numbers, is told as below and above its median."""

# `frame_survivors` is what `read_frame` has left: who turned out to be whom.
_CONTACTS = """\
SELECT coalesce(survivor, customer_id) AS customer_id, epoch_us("at") AS "at", action, channel
FROM decisions LEFT JOIN frame_survivors ON absorbed_id = customer_id
WHERE action <> '' AND NOT is_ghost ORDER BY "at", seq
"""

_TRAITS = """\
SELECT coalesce(survivor, customer_id) AS customer_id, epoch_us("at") AS "at", json_extract_string(body, $1) AS value
FROM events LEFT JOIN frame_survivors ON absorbed_id = customer_id
WHERE json_extract_string(body, $1) IS NOT NULL ORDER BY "at", seq
"""


class Past(Struct, frozen=True, eq=False):
    """Before each of n decisions.

    Attributes:
        action, channel: (n,) of the last contact, "" where there was none.
        gap: (n,) microseconds since it, -1 where there was none.
        channels: (n,) those of the window's contacts, sorted, joined by " + ".
    """

    action: Array
    channel: Array
    gap: Array
    channels: Array


def past_of(duck: "DuckDBPyConnection", frame: Frame, within: int) -> Past:
    """Return what had been sent to the frame's customers, ``within`` so many microseconds before each decision.

    Everything that was carried out counts, also what obliged or had no alternative, and is in no frame for that.

    Args:
        duck: the connection that ``frame`` was read from.
    """
    found = query_columns(duck, _CONTACTS)
    times: dict[str, list[int]] = defaultdict(list)
    what: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for customer, at, action, channel in zip(*(found[name].tolist() for name in found), strict=True):
        times[customer].append(at)
        what[customer].append((action, channel))
    rows = [
        _before(times.get(customer, []), what.get(customer, []), at, within)
        for customer, at in zip(frame.customer_id.tolist(), frame.at.tolist(), strict=True)
    ]
    actions, channels, gaps, windows = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Past(
        np.array(actions, dtype=object),
        np.array(channels, dtype=object),
        np.array(gaps, dtype=np.int64),
        np.array(windows, dtype=object),
    )


def segments_of(duck: "DuckDBPyConnection", frame: Frame, trait: str) -> Array:
    """Return (n,) the words for each decision's segment: the trait's last known value then."""
    found = query_columns(duck, _TRAITS, [f'$.traits."{trait}"'])
    times: dict[str, list[int]] = defaultdict(list)
    values: dict[str, list[str]] = defaultdict(list)
    for customer, at, value in zip(*(found[name].tolist() for name in found), strict=True):
        times[customer].append(at)
        values[customer].append(value)
    known = []
    for customer, at in zip(frame.customer_id.tolist(), frame.at.tolist(), strict=True):
        place = bisect_left(times.get(customer, []), at + 1)
        known.append(values[customer][place - 1] if place else UNKNOWN)
    return _in_words(trait, np.array(known, dtype=object))


def _before(times: list[int], what: list[tuple[str, str]], at: int, within: int) -> tuple[str, str, int, str]:
    end, start = bisect_left(times, at), bisect_left(times, at - within)
    if start >= end:
        return "", "", -1, ""
    action, channel = what[end - 1]
    channels = " + ".join(sorted({each for _, each in what[start:end]}))
    return action, channel, at - times[end - 1], channels


def _in_words(trait: str, values: Array) -> Array:
    different = sorted(set(values.tolist()) - {UNKNOWN})
    if len(different) <= MOST_VALUES:
        return np.array([f"{trait}: {value}" for value in values], dtype=object)
    try:
        numbers = {value: float(value) for value in different}
    except ValueError:
        return np.array([f"{trait}: {value}" for value in values], dtype=object)
    middle = float(np.median([numbers[value] for value in values if value != UNKNOWN]))
    words = {
        value: f"{trait} {'above' if number > middle else 'up to'} {middle:g}" for value, number in numbers.items()
    }
    return np.array([words.get(value, f"{trait}: {UNKNOWN}") for value in values], dtype=object)
