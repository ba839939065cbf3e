"""Finding customers in a store at rest."""

from pathlib import Path

from segue.cli.lookup import find_customer, last_entry
from segue.model.ids import CustomerId
from segue.stores.sqlite import SqliteStore


def test_an_identifier_leads_to_the_customer_and_its_last_entry(busy_shop: Path) -> None:
    store = SqliteStore(busy_shop / ".segue", is_reader=True)

    customer_id = find_customer(store, "user_id:u3")
    entry = store.entry(last_entry(store, customer_id))

    assert entry is not None
    assert entry.event.customer_id == customer_id
    assert find_customer(store, customer_id) == customer_id


def test_an_unknown_customer_has_no_entry(busy_shop: Path) -> None:
    store = SqliteStore(busy_shop / ".segue", is_reader=True)

    assert last_entry(store, CustomerId("nobody")) == 0
