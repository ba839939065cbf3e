"""Stock: how many of an action are left, counted exactly over all customers.

Each success takes one, whoever it is of and whatever led to it; or, for what is given away with the message itself,
each contact does. What is counted stands in the log, so nothing is counted twice and a replay sees what was seen.
"""

from msgspec import Struct

from segue.core.facts import Fact
from segue.model.catalogue import Action
from segue.model.shared import Shared, Tally
from segue.model.time import Instant, parse_instant

KIND = "stock"


class StockPlan(Struct, frozen=True):
    """A compiled stock.

    Attributes:
        key: under which it is counted; another ``stock_as_of`` is another key, and begins a new count.
        units: how many there were.
        by_contact: each contact takes one; each success where not.
        event: the success.
        since: what happened before takes nothing.
    """

    key: str
    units: int
    by_contact: bool
    event: str
    since: Instant


def compile_stock(action: Action) -> StockPlan | None:
    """Return the stock of ``action``; None where it has no end.

    Raises:
        SegueError: ``stock_as_of`` cannot be read.
    """
    if action.stock is None:
        return None
    return StockPlan(
        key=action.action if action.stock_as_of is None else f"{action.action}@{action.stock_as_of}",
        units=action.stock,
        by_contact=action.stock_taken_by == "contact",
        event=action.converted_by or "",
        since=parse_instant(action.stock_as_of) if action.stock_as_of is not None else Instant(0),
    )


def stock_left(shared: Shared, stock: StockPlan) -> float:
    """Return how many are left, 0 or more: what was sold elsewhere may exceed what there was."""
    return max(stock.units - shared.stock.get(stock.key, 0.0), 0.0)


def sold(stocks: tuple[StockPlan, ...], fact: Fact, now: Instant, late_after: int) -> tuple[Tally, ...]:
    """Return the tallies of an event that is the success of each of ``stocks``.

    What is history when it arrives takes nothing: whoever stated the stock had known of it.
    """
    if fact.at < now - late_after:
        return ()
    return tuple(Tally(KIND, stock.key, 1.0) for stock in stocks if fact.at >= stock.since)


def add_stock(taken: dict[str, float], tally: Tally) -> dict[str, float]:
    """Return what was taken after one more tally; below 0 for what is given back."""
    return {**taken, tally.name: max(taken.get(tally.name, 0.0) + tally.amount, 0.0)}
