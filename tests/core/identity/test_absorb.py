from segue.core.identity.absorb import absorb_ids
from segue.model.customers import Customer
from segue.model.ids import CustomerId
from tests.builders import customer


def one(name: str, *absorbed: str) -> Customer:
    return customer(customer_id=CustomerId(name), absorbed=tuple(map(CustomerId, absorbed)))


def test_the_absorbed_customer_follows_those_absorbed_before() -> None:
    assert absorb_ids(one("ada", "a1", "a2"), one("bob")) == ("a1", "a2", "bob")


def test_whoever_the_other_had_absorbed_comes_along() -> None:
    assert absorb_ids(one("ada", "a1"), one("bob", "b1", "b2")) == ("a1", "b1", "b2", "bob")


def test_nobody_is_named_twice() -> None:
    assert absorb_ids(one("ada", "b1", "bob"), one("bob", "b1", "b2")) == ("b1", "bob", "b2")
