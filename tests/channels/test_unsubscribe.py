"""Unsubscribe tokens."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.channels.unsubscribe import Subscription, UnsubscribeLinks, link_for, sign, verify
from segue.model.commands import Deliver
from segue.model.ids import CustomerId, DecisionId, DeliveryId
from segue.model.time import Instant

SECRET = b"a secret of at least 16 bytes"
words = st.text(max_size=40)


@given(words, words, words)
def test_a_token_stands_for_what_was_signed_and_fits_a_url(customer: str, channel: str, purpose: str) -> None:
    token = sign(SECRET, CustomerId(customer), channel, purpose)
    assert verify(SECRET, token) == Subscription(CustomerId(customer), channel, purpose)
    assert verify(SECRET, token) == Subscription(CustomerId(customer), channel, purpose), "it is not single-use"
    assert quote(token) == token


@given(st.data())
def test_no_changed_token_is_taken(data: st.DataObject) -> None:
    token = sign(SECRET, CustomerId("c1"), "email", "marketing")
    position = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("abcXYZ019-_").filter(lambda character: character != token[position]))
    changed = token[:position] + other + token[position + 1 :]
    found = verify(SECRET, changed)
    # the last character of base64 has spare bits: what decodes to the same bytes is the same token
    assert found is None or (position == len(token) - 1 and found.customer_id == "c1")


@given(st.text(max_size=80))
def test_no_made_up_token_is_taken(text: str) -> None:
    assert verify(SECRET, text) is None


def test_a_token_of_another_secret_is_not_taken() -> None:
    assert verify(b"another secret, 16 bytes", sign(SECRET, CustomerId("c1"), "email", "marketing")) is None


def test_a_short_secret_is_a_broken_invariant() -> None:
    with pytest.raises(AssertionError):
        sign(b"short", CustomerId("c1"), "email", "marketing")


def test_a_link_is_made_for_marketing_and_not_for_transactional_messages() -> None:
    links = UnsubscribeLinks("https://segue.example/", SECRET)
    link = link_for(links, _command(is_transactional=False))
    assert link.startswith("https://segue.example/unsubscribe/")
    assert verify(SECRET, link.rpartition("/")[2]) == Subscription(CustomerId("c1"), "email", "newsletter")
    assert link_for(links, _command(is_transactional=True)) == ""
    assert link_for(None, _command(is_transactional=False)) == ""
    assert "secret" not in repr(links)


def _command(*, is_transactional: bool) -> Deliver:
    return Deliver(
        delivery_id=DeliveryId("d"),
        decision_id=DecisionId("x"),
        customer_id=CustomerId("c1"),
        channel="email",
        action="a",
        template="t.html",
        address="a@b.example",
        data={},
        decided_at=Instant(0),
        expires_at=Instant(1),
        is_transactional=is_transactional,
        purpose="newsletter",
    )
