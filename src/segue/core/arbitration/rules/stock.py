"""Stock: what is sold out is not offered."""

from segue.core.arbitration.verdicts import Verdict
from segue.core.shared import SharedPlan, stock_left
from segue.model.decisions import Reason
from segue.model.shared import Shared


def check_stock(action: str, shared: Shared, plan: SharedPlan, *, is_booked: bool) -> Verdict | None:
    """Refuse an action of which nothing is left.

    Args:
        is_booked: the message has its slot already, and with it the one that a contact takes.
    """
    stock = plan.stocks.get(action)
    if stock is None or (is_booked and stock.by_contact):
        return None
    return None if stock_left(shared, stock) > 0 else Verdict(Reason.OUT_OF_STOCK, f"all {stock.units} are gone")
