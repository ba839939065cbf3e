"""A made-up market whose truth is known: e-mail and display go to likely buyers and do nothing; push adds 3 points and
sms 1.5 points to anybody's chance. Five in a hundred contacts are withheld as ghosts.
"""

from typing import TYPE_CHECKING

import duckdb
import numpy as np
from msgspec import Struct

if TYPE_CHECKING:
    from numpy.typing import NDArray

EFFECTS = {"email": 0.0, "push": 0.03, "sms": 0.015, "display": 0.0}
GHOSTS = 0.05


class KnownMarket(Struct, frozen=True, kw_only=True):
    """Tables ``contacts``, ``conversions`` and ``decided`` on ``duck``; ``truth`` is caused conversions by channel."""

    duck: duckdb.DuckDBPyConnection
    truth: dict[str, float]
    conversions: int


def known_market(seed: int, customers: int = 400_000) -> KnownMarket:
    """Return a market of ``customers``; the same for the same seed."""
    rng = np.random.default_rng(seed)
    intent = rng.random(customers)
    likely = np.clip(1.6 * intent - 0.3, 0.0, 1.0)
    asked = {
        "email": rng.random(customers) < 0.8 * likely,
        "push": rng.random(customers) < 0.27,
        "sms": rng.random(customers) < 0.18,
        "display": rng.random(customers) < 0.7 * likely,
    }
    ghost = {channel: rng.random(customers) < GHOSTS for channel in EFFECTS}
    sent = {channel: asked[channel] & ~ghost[channel] for channel in EFFECTS}
    chance = 0.3 * intent**4 + sum(EFFECTS[channel] * sent[channel] for channel in EFFECTS)
    bought = rng.random(customers) < chance
    duck = duckdb.connect(config={"threads": 1})
    _contacts(duck, rng, sent)
    _table(duck, "bought", customer_id=np.flatnonzero(bought))
    duck.execute(
        "CREATE TABLE conversions AS SELECT customer_id, TIMESTAMP '2026-02-01' AS \"at\", 50.0 AS value FROM bought"
    )
    parts = [
        (np.flatnonzero(asked[channel]), number, ghost[channel][asked[channel]], bought[asked[channel]])
        for number, channel in enumerate(EFFECTS)
    ]
    _table(
        duck,
        "decided_numbers",
        customer_id=np.concatenate([part[0] for part in parts]),
        number=np.concatenate([np.full(len(part[0]), part[1]) for part in parts]),
        is_ghost=np.concatenate([part[2] for part in parts]),
        conversions=np.concatenate([part[3] for part in parts]).astype(np.float64),
    )
    names = "['" + "', '".join(EFFECTS) + "']"
    duck.execute(f"CREATE TABLE decided AS SELECT *, {names}[number + 1] AS channel FROM decided_numbers")
    truth = {channel: EFFECTS[channel] * float(sent[channel].sum()) for channel in EFFECTS}
    return KnownMarket(duck=duck, truth=truth, conversions=int(bought.sum()))


def _contacts(duck: duckdb.DuckDBPyConnection, rng: np.random.Generator, sent: "dict[str, NDArray[np.bool_]]") -> None:
    for channel, mask in sent.items():
        who = np.flatnonzero(mask)
        _table(duck, f"contacts_{channel}", customer_id=who, second=rng.integers(0, 29 * 86_400, len(who)))
    when = "TIMESTAMP '2026-01-03' + to_seconds(second)"
    each = " UNION ALL ".join(
        f"SELECT customer_id, {when} AS \"at\", '{channel}' AS channel FROM contacts_{channel}" for channel in sent
    )
    duck.execute(f"CREATE TABLE contacts AS {each}")


def _table(duck: duckdb.DuckDBPyConnection, name: str, **columns: "NDArray[np.generic]") -> None:
    duck.register("columns_of_table", columns)
    duck.execute(f"CREATE TABLE {name} AS SELECT * FROM columns_of_table")
    duck.unregister("columns_of_table")
