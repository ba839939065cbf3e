"""Normalising, hashing, planning and exporting memberships."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.channels.display_audience.translate import (
    Hashed,
    Members,
    apply_changes,
    hash_identifiers,
    normal_email,
    normal_phone,
    plan_changes,
    to_csv,
)
from segue.model.commands import SyncAudience
from segue.model.ids import CustomerId, DeliveryId
from segue.model.time import Instant

steps = st.lists(st.tuples(st.sampled_from("abcd"), st.booleans(), st.sampled_from(["x@k.example", "y@k.example", ""])))


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("+44 20 7946 0958", None, "442079460958"),
        ("0044 (0)20 7946-0958", None, "442079460958"),
        ("020 7946 0958", "44", "442079460958"),
        ("(212) 555-0123", "1", "12125550123"),
        ("020 7946 0958", None, ""),
        ("+0123456789", None, ""),
        ("+44", None, ""),
        ("+1234567890123456", None, ""),
        ("call me", "44", ""),
        ("", "44", ""),
    ],
)
def test_a_phone_number_becomes_the_digits_of_e164_or_nothing(text: str, country: str | None, expected: str) -> None:
    assert normal_phone(text, country) == expected


def test_an_address_is_trimmed_and_in_lower_case() -> None:
    assert normal_email("  Jane.Doe@Kit.Example\n") == "jane.doe@kit.example"
    assert [normal_email(text) for text in ("", "jane", "a b@c", "a@b@c", "@", "a@")] == [""] * 6


def test_each_platform_gets_the_phone_format_that_it_hashes() -> None:
    identifiers = {"email": "jane@kit.example", "phone": "+442079460958"}
    google = hash_identifiers(identifiers, "google", None)
    meta = hash_identifiers(identifiers, "meta", None)
    assert google.email == meta.email == sha256(b"jane@kit.example").hexdigest()
    assert google.phone == sha256(b"+442079460958").hexdigest()
    assert meta.phone == sha256(b"442079460958").hexdigest()


@given(steps, steps)
def test_a_plan_says_the_truth_and_planning_again_changes_nothing(
    before: list[tuple[str, bool, str]], batch: list[tuple[str, bool, str]]
) -> None:
    members: dict[CustomerId, Hashed] = {}
    _run(members, before)
    expected = dict(members)
    for customer, is_member, email in {step[0]: step for step in batch}.values():
        if is_member and email:
            expected[CustomerId(customer)] = hash_identifiers({"email": email}, "google", None)
        elif not is_member:
            expected.pop(CustomerId(customer), None)
    outcomes = _run(members, batch)
    assert members == expected
    assert len(outcomes) == len(batch)
    assert set(_run(members, batch)) <= {"unchanged", "superseded", "no_identifier"}


def _run(members: dict[CustomerId, Hashed], batch: list[tuple[str, bool, str]]) -> list[str]:
    plan = plan_changes(members, [_command(index, *step) for index, step in enumerate(batch)], "google", None)
    apply_changes(members, (*plan.removed, *plan.added))
    return [outcome.detail for outcome in plan.outcomes]


def _command(index: int, customer: str, is_member: bool, email: str) -> SyncAudience:
    return SyncAudience(
        delivery_id=DeliveryId(str(index)),
        customer_id=CustomerId(customer),
        channel="display",
        audience="lapsed",
        is_member=is_member,
        identifiers={"email": email},
        at=Instant(index),
    )


def test_an_export_is_sorted_quoted_and_without_duplicates() -> None:
    members: Members = {
        CustomerId("1"): Hashed("b", ""),
        CustomerId("2"): Hashed("a", "p"),
        CustomerId("3"): Hashed("b", ""),
    }
    assert to_csv(members, "meta") == b'"email","phone"\r\n"a","p"\r\n"b",""\r\n'
    assert to_csv({}, "google") == b'"Email","Phone"\r\n'
