"""Absorb: the customers that were merged into this one. The other parts are merged by the stages that write them."""

from segue.model.customers import Customer
from segue.model.ids import CustomerId


def absorb_ids(customer: Customer, other: Customer) -> tuple[CustomerId, ...]:
    """Return all customers merged into ``customer`` after it absorbed ``other``, in the order in which it happened."""
    merged = (*customer.absorbed, *other.absorbed, other.customer_id)
    return tuple(dict.fromkeys(merged))
