"""History: what a log says up to a moment, as arrays: what customers did, what reached them, what came of it.

Moments are microseconds since 1970; customers, event kinds, actions and channels are places in tuples of names.
"""

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from segue.core.receptive import MACHINE
from segue.learning.frames.outcomes import create_survivors
from segue.learning.tables import Columns, query_columns
from segue.model.deliveries import DeliveryStatus
from segue.model.time import NEVER, Instant

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TABLES = ("events", "decisions", "deliveries", "steps")
"""The tables of the log that a history is made of (`measurement.segments.read_log`)."""

Body = tuple[dict[str, Any], dict[str, Any]]
"""Properties and traits."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_WHOSE = "coalesce(survivor, {0}.customer_id)"
_SURVIVOR = "LEFT JOIN frame_survivors ON absorbed_id = {0}.customer_id"

_EVENTS = f"""\
SELECT {_WHOSE.format("events")} AS customer_id, epoch_us("at") AS "at", name, count(*) AS size,
  '[' || string_agg(body::VARCHAR, ',' ORDER BY seq) || ']' AS bodies
FROM events {_SURVIVOR.format("events")}
WHERE kind = 'tracked' AND epoch_us("at") < {{until}}
GROUP BY ALL ORDER BY "at", min(seq)
"""

# When a message really went out is when the channel took it; what it never took, or what came back, reached nobody.
_CONTACTS = f"""\
WITH reports AS (
  SELECT json_extract_string(body, '/delivery_id') AS delivery_id, json_extract_string(body, '/status') AS status,
    epoch_us(min("at")) AS "at"
  FROM events
  WHERE kind = 'delivery_reported' AND epoch_us("at") < {{until}}
    AND NOT starts_with(coalesce(json_extract_string(body, '/detail'), ''), '{MACHINE}')
  GROUP BY ALL
), outcomes AS (
  SELECT delivery_id,
    min("at") FILTER (WHERE status = '{DeliveryStatus.ACCEPTED}') AS accepted_at,
    min("at") FILTER (WHERE status = '{DeliveryStatus.OPENED}') AS opened_at,
    min("at") FILTER (WHERE status = '{DeliveryStatus.CLICKED}') AS clicked_at,
    bool_or(status IN ('{DeliveryStatus.BOUNCED}', '{DeliveryStatus.REJECTED}')) AS has_failed,
    bool_or(status IN ('{DeliveryStatus.ACCEPTED}', '{DeliveryStatus.DELIVERED}')) AS has_arrived
  FROM reports GROUP BY delivery_id
), sent AS (
  SELECT delivery_id, any_value({_WHOSE.format("deliveries")}) AS customer_id, any_value(channel) AS channel,
    any_value(action) AS action, epoch_us(min(now)) AS sent_at
  FROM deliveries {_SURVIVOR.format("deliveries")}
  WHERE kind IN ('deliver', 'task') AND epoch_us(now) < {{until}}
  GROUP BY delivery_id
), drawn AS (
  SELECT delivery_id, any_value(probability) AS probability FROM decisions WHERE delivery_id != '' GROUP BY delivery_id
)
SELECT customer_id, action, channel, coalesce(accepted_at, sent_at) AS "at", opened_at, clicked_at,
  coalesce(probability, 1.0) AS probability
FROM sent LEFT JOIN outcomes USING (delivery_id) LEFT JOIN drawn USING (delivery_id)
WHERE coalesce(has_arrived, false) AND NOT coalesce(has_failed, false) ORDER BY "at", delivery_id
"""

_WITHDRAWALS = f"""\
SELECT {_WHOSE.format("events")} AS customer_id, epoch_us("at") AS "at",
  json_extract_string(body, '/channel') AS channel
FROM events {_SURVIVOR.format("events")}
WHERE kind = 'consent_changed' AND json_extract_string(body, '/granted') = 'false' AND epoch_us("at") < {{until}}
ORDER BY "at", seq
"""

_SPARED = """\
SELECT count(*) FILTER (WHERE is_ghost) AS ghosts,
  count(*) FILTER (WHERE chosen = 'silence' AND probability < 1.0) AS silences,
  count(DISTINCT revision) AS revisions
FROM decisions WHERE epoch_us("at") < {until}
"""


_REACHED = """\
SELECT DISTINCT journey, to_step FROM steps WHERE to_step != '' AND epoch_us("at") < {until} ORDER BY journey, to_step
"""


class Happened(Struct, frozen=True, eq=False):
    """What customers did, by time: n events. Those of a kind at the same moment are one: the lines of an order.

    Attributes:
        customer, kind: (n,) places in `History.customers` and `History.kinds`.
        at: (n,) microseconds.
        size: (n,) how many were told of.
        bodies: (n,) their properties and traits, as a JSON array.
    """

    customer: Ints
    kind: Ints
    at: Ints
    size: Ints
    bodies: NDArray[Any]


class Contacted(Struct, frozen=True, eq=False):
    """What reached customers, by time: m messages and tasks.

    Attributes:
        customer, action, channel: (m,) places.
        at: (m,) when the channel took it.
        opened_at, clicked_at: (m,) `NEVER` where it was not.
        probability: (m,) with which the policy chose it: below 1, chance had a say.
        opted_out_at: (m,) when consent was withdrawn within a week, the last contact before it being this one.
    """

    customer: Ints
    action: Ints
    channel: Ints
    at: Ints
    opened_at: Ints
    clicked_at: Ints
    probability: Floats
    opted_out_at: Ints


class History(Struct, frozen=True, eq=False):
    """A log up to ``until``.

    Attributes:
        since: (N,) when each customer was first seen.
        begin: the first event of all.
        withdrawals: (customer, channel's name or ``*``, at) of those that followed no contact.
        ghosts: decisions that were made and not carried out, for comparison.
        silences: decisions in which chance chose nothing.
        revisions: of the workspace.
        reached: (journey, step) that anybody has come to.
    """

    customers: tuple[str, ...]
    kinds: tuple[str, ...]
    actions: tuple[str, ...]
    channels: tuple[str, ...]
    events: Happened
    contacts: Contacted
    since: Ints
    begin: Instant
    until: Instant
    withdrawals: tuple[tuple[int, str, int], ...] = ()
    ghosts: int = 0
    silences: int = 0
    revisions: int = 1
    reached: frozenset[tuple[str, str]] = frozenset()


_OPT_OUT_WITHIN = 7 * 86_400_000_000


def read_history(duck: "DuckDBPyConnection", until: Instant) -> History:
    """Return what the log says of everything before ``until``.

    Args:
        duck: a connection with the views of `TABLES`.
    """
    create_survivors(duck)
    events = query_columns(duck, _EVENTS.format(until=until))
    contacts = query_columns(duck, _CONTACTS.format(until=until))
    withdrawn = query_columns(duck, _WITHDRAWALS.format(until=until))
    spared = query_columns(duck, _SPARED.format(until=until))
    reached = query_columns(duck, _REACHED.format(until=until))
    customers, whose = _places(np.concatenate([events["customer_id"], contacts["customer_id"]]))
    kinds, kind = _places(events["name"])
    actions, action = _places(contacts["action"])
    channels, channel = _places(contacts["channel"])
    count = len(kind)
    at = np.asarray(events["at"], dtype=np.int64)
    sent_at = np.asarray(contacts["at"], dtype=np.int64)
    since = np.full(len(customers), until, dtype=np.int64)
    np.minimum.at(since, whose, np.concatenate([at, sent_at]))
    opted_out_at, left_over = _attribute(withdrawn, customers, channels, whose[count:], channel, sent_at)
    return History(
        customers=customers,
        kinds=kinds,
        actions=actions,
        channels=channels,
        events=Happened(whose[:count], kind, at, np.asarray(events["size"], dtype=np.int64), events["bodies"]),
        contacts=Contacted(
            whose[count:],
            action,
            channel,
            sent_at,
            _moments(contacts["opened_at"], until),
            _moments(contacts["clicked_at"], until),
            np.asarray(contacts["probability"], dtype=np.float64),
            opted_out_at,
        ),
        since=since,
        begin=Instant(int(since.min())) if len(customers) else until,
        until=until,
        withdrawals=left_over,
        ghosts=int(spared["ghosts"][0]),
        silences=int(spared["silences"][0]),
        revisions=int(spared["revisions"][0]),
        reached=frozenset(zip(reached["journey"].tolist(), reached["to_step"].tolist(), strict=True)),
    )


def last_event(duck: "DuckDBPyConnection") -> Instant:
    """Return the moment after the last thing that a customer did; 0 for an empty log."""
    found = query_columns(duck, 'SELECT max(epoch_us("at")) AS "at" FROM events WHERE kind = \'tracked\'')
    return Instant(int(found["at"][0]) + 1) if np.isfinite(float(found["at"][0] or np.nan)) else Instant(0)


def sampled(bodies: NDArray[Any], place: int) -> list[Body]:
    """Return the properties and the traits of what was told of one event."""
    return [(body.get("properties") or {}, body.get("traits") or {}) for body in msgspec.json.decode(bodies[place])]


def _places(names: NDArray[Any]) -> tuple[tuple[str, ...], Ints]:
    found, places = np.unique(np.asarray(names, dtype=object).astype(str), return_inverse=True)
    return tuple(found.tolist()), np.asarray(places, dtype=np.int64)


def _moments(column: NDArray[Any], until: Instant) -> Ints:
    known = np.asarray(column, dtype=np.float64)
    return np.where(np.isnan(known), float(NEVER), known).astype(np.int64)


def _attribute(
    withdrawn: Columns,
    customers: tuple[str, ...],
    channels: tuple[str, ...],
    whose: Ints,
    channel: Ints,
    sent_at: Ints,
) -> tuple[Ints, tuple[tuple[int, str, int], ...]]:
    """Return when each contact was answered by a withdrawal (m,), and the withdrawals that answered none."""
    answered, left_over = np.full(len(whose), NEVER, dtype=np.int64), []
    order = np.argsort(whose, kind="stable")
    first = np.searchsorted(whose[order], np.arange(len(customers) + 1))
    place_of = {name: place for place, name in enumerate(customers)}
    for name, where, at in zip(withdrawn["customer_id"], withdrawn["channel"], withdrawn["at"], strict=True):
        if name not in place_of:
            continue
        mine = order[first[place_of[name]] : first[place_of[name] + 1]]
        mine = mine[(sent_at[mine] <= at) & (sent_at[mine] > at - _OPT_OUT_WITHIN)]
        if where in channels:
            mine = mine[channel[mine] == channels.index(where)]
        if len(mine):
            answered[mine[-1]] = min(int(at), int(answered[mine[-1]]))
        else:
            left_over.append((place_of[name], str(where), int(at)))
    return answered, tuple(left_over)
