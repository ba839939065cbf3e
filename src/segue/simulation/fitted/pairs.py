"""Pairs: for every event, what may have led to it: an event shortly before, a contact within its channel's window."""

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from segue.model.time import HOUR
from segue.simulation.fitted.history import Floats, History, Ints

CHAIN_HOURS = np.array([0.0, 1 / 60, 1 / 12, 0.25, 0.5, 1.0, 2.0, 4.0, 6.0])
ANSWER_HOURS = np.array([0.0, 0.25, 1.0, 3.0, 6.0, 12.0, 24.0, 48.0, 96.0, 168.0, 336.0, 720.0])
"""Edges of the delays that are told apart; each bin without its beginning, with its end."""
MOST_PARENTS = 12
"""So many of the latest are considered."""
_MILLI = 1000


class Pairs(Struct, frozen=True, eq=False):
    """Possible causes of n events: q pairs of an event with one of them.

    Attributes:
        event, parent: (q,) places, the event's in `History.events`.
        bin: (q,) of the delay.
        width: (q,) of that bin, in hours.
    """

    event: Ints
    parent: Ints
    bin: Ints
    width: Floats


def chain_pairs(history: History) -> Pairs:
    """Return the pairs of events with events of the same customer within six hours before."""
    events = history.events
    key = _keys(history, events.customer, events.at)
    order = np.argsort(key, kind="stable")
    sorted_key = key[order]
    low = np.searchsorted(sorted_key, sorted_key - int(CHAIN_HOURS[-1] * HOUR) // _MILLI, side="left")
    high = np.arange(len(order))
    later, earlier = _spread(low, high)
    return _pairs(order[later], order[earlier], events.at, events.at, CHAIN_HOURS)


def answer_pairs(history: History, windows: Mapping[str, int], starts: Ints) -> Pairs:
    """Return the pairs of events with contacts of the same customer within their channels' windows before.

    Args:
        windows: microseconds, by channel.
        starts: (m,) when what the contact leads to begins: when it came, or when it was clicked.
    """
    events, contacts = history.events, history.contacts
    lengths = np.array([windows[name] for name in history.channels], dtype=np.int64)
    longest = int(min(lengths.max(initial=0), ANSWER_HOURS[-1] * HOUR))
    key = _keys(history, contacts.customer, starts)
    order = np.argsort(key, kind="stable")
    mine = _keys(history, events.customer, events.at)
    low = np.searchsorted(key[order], mine - longest // _MILLI, side="left")
    high = np.searchsorted(key[order], mine, side="left")
    event, place = _spread(low, high)
    contact = order[place]
    inside = events.at[event] - starts[contact] <= np.minimum(lengths[contacts.channel[contact]], longest)
    return _pairs(event[inside], contact[inside], events.at, starts, ANSWER_HOURS)


def observed(until: int, starts: Ints, lengths: Ints, kernel: Floats) -> Floats:
    """Return the share (m,) of ``kernel``'s mass (m, bins) that lies before ``until`` and within the windows (m,)."""
    hours = np.minimum(np.maximum(until - starts, 0), lengths) / HOUR
    low, high = ANSWER_HOURS[:-1], ANSWER_HOURS[1:]
    covered = np.clip((hours[:, None] - low) / (high - low), 0.0, 1.0)
    return np.asarray((covered * kernel).sum(axis=1))


def _keys(history: History, customer: Ints, at: Ints) -> Ints:
    """Return numbers that are ordered by customer, then by time, and far apart between customers."""
    apart = (history.until - history.begin) // _MILLI + int(2 * ANSWER_HOURS[-1] * HOUR) // _MILLI
    keys: Ints = customer * apart + (np.minimum(at, history.until) - history.begin) // _MILLI
    return keys


def _spread(low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """Return (row, place) for each place from ``low`` to before ``high`` of each row, the last few."""
    low = np.maximum(low, high - MOST_PARENTS)
    counts = np.maximum(high - low, 0)
    rows = np.repeat(np.arange(len(low)), counts)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    return rows, np.repeat(low, counts) + np.arange(len(rows)) - first


def _pairs(event: Ints, parent: Ints, at: Ints, parent_at: Ints, edges: Floats) -> Pairs:
    hours = (at[event] - parent_at[parent]) / HOUR
    bins = np.minimum(np.searchsorted(edges[1:], hours, side="left"), len(edges) - 2)
    return Pairs(event, parent, bins, np.diff(edges)[bins])
