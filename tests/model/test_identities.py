import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.model.identities import Identifier, Link, Resolution, contact_point_key, email_identifier
from segue.model.ids import CustomerId
from segue.model.time import Instant
from tests.builders import reread, stored


@pytest.mark.parametrize("written", ["ada@example.com", " Ada@Example.COM ", "ADA@EXAMPLE.COM\n"])
def test_case_and_blanks_do_not_make_another_contact_point(written: str) -> None:
    assert contact_point_key("email", written) == contact_point_key("email", "ada@example.com")


def test_the_same_text_as_phone_and_as_email_are_two_contact_points() -> None:
    assert contact_point_key("email", "123") != contact_point_key("phone", "123")


@given(st.emails())
def test_a_contact_point_key_does_not_show_the_address(address: str) -> None:
    key = contact_point_key("email", address)
    assert len(key) == 16
    assert address.split("@")[1] not in key


def test_the_identifier_of_an_address_is_the_address_as_it_is_compared() -> None:
    assert email_identifier(" Ada@Example.com ") == Identifier("email", "ada@example.com")


def test_evidence_is_read_as_it_was_written() -> None:
    link = Link(Identifier("user_id", "ada"), Identifier("device", "d1"), Instant(5), "segment", is_explicit=True)
    assert reread(link) == link


def test_evidence_written_without_its_source_is_still_readable() -> None:
    link = Link(Identifier("user_id", "ada"), Identifier("device", "d1"), Instant(5))
    assert stored(Link, [["user_id", "ada"], ["device", "d1"], 5]) == link


def test_a_resolution_absorbs_nobody_unless_it_says_so() -> None:
    assert stored(Resolution, ["ada"]) == Resolution(CustomerId("ada"), absorbed=())
