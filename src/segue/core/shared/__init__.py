"""Shared quantities: what all customers draw on, folded from what transitions tally.

Capacities with their shadow prices, stock, reach targets with their subsidies, entry rates, the outlook on offers,
receptive hours. One frozen value (`segue.model.shared.Shared`), one function that adds to it (`fold`), and what is read
from it.
(docs/decisions/0010-shared-quantities-are-a-fold.md)
"""

from segue.core.shared.aims import chances, happened, promised, undone
from segue.core.shared.fold import fold
from segue.core.shared.leases import (
    entries_left,
    entry_period_end,
    given_back,
    left,
    period_end,
    price,
    taken,
    uses_of,
)
from segue.core.shared.outlook import offered
from segue.core.shared.plan import CapacityPlan, SharedPlan, compile_shared
from segue.core.shared.reach import ReachPlan, subsidy
from segue.core.shared.stock import StockPlan, stock_left

__all__ = [
    "CapacityPlan",
    "ReachPlan",
    "SharedPlan",
    "StockPlan",
    "chances",
    "compile_shared",
    "entries_left",
    "entry_period_end",
    "fold",
    "given_back",
    "happened",
    "left",
    "offered",
    "period_end",
    "price",
    "promised",
    "stock_left",
    "subsidy",
    "taken",
    "undone",
    "uses_of",
]
