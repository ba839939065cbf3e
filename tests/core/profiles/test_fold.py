from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.facts import as_fact
from segue.core.profiles import compile_profile, fold, merge_profiles, snapshot
from segue.core.profiles.merge import strictest
from segue.model.catalogue import FeatureSpec, TraitSpec
from segue.model.consents import Consent, latest_word
from segue.model.customers import Contact, Contacts, Customer, Profile
from segue.model.deliveries import DeliveryStatus
from segue.model.events import (
    ConsentChanged,
    ContactPointChanged,
    DecisionRequested,
    DeliveryReported,
    Event,
    Identified,
    Tick,
    Tracked,
)
from segue.model.ids import CustomerId, DeliveryId, EventId
from segue.model.time import HOUR, Instant, parse_instant
from segue.model.workspace import Workspace

T0 = parse_instant("2026-03-01T00:00:00Z")
SHOP = Workspace(
    name="shop",
    traits={"joined": TraitSpec(type="instant"), "country": TraitSpec(type="text")},
    features={"orders": FeatureSpec(kind="count", event="order")},
)
PLAN = compile_profile(SHOP)
NOBODY = Profile()
CUSTOMER = Customer(CustomerId("c"))
COMMON: dict[str, Any] = {"event_id": EventId("e"), "customer_id": CustomerId("c")}


def identified(at: int, **traits: Any) -> Identified:
    return Identified(**COMMON, at=Instant(T0 + at), traits=traits)


def consent(at: int, granted: bool, channel: str = "email") -> ConsentChanged:
    return ConsentChanged(**COMMON, at=Instant(T0 + at), channel=channel, granted=granted)


def after(*events: Event, profile: Profile = NOBODY, customer: Customer = CUSTOMER) -> Profile:
    now = Instant(max(event.at for event in events))
    for event in events:
        profile = fold(profile, event, as_fact(event, customer), PLAN, now)
    return profile


def test_the_latest_statement_of_a_trait_wins_by_event_time() -> None:
    profile = after(identified(2, country="UK", tier="gold"), identified(1, country="FR", age=3))
    assert profile.traits == {"country": "UK", "tier": "gold", "age": 3}
    assert profile.trait_times == {"country": T0 + 2, "tier": T0 + 2, "age": T0 + 1}


def test_at_the_same_instant_the_later_arrival_wins() -> None:
    assert after(identified(1, country="UK"), identified(1, country="FR")).traits == {"country": "FR"}


def test_a_null_takes_a_trait_away_and_an_older_statement_does_not_bring_it_back() -> None:
    assert after(identified(1, country="UK"), identified(3, country=None), identified(2, country="FR")).traits == {}


def test_traits_of_a_tracked_event_count_too() -> None:
    event = Tracked(**COMMON, at=T0, name="order", traits={"country": "UK"})
    assert after(event).traits == {"country": "UK"}


@pytest.mark.parametrize(("sent", "kept"), [("2026-01-01", parse_instant("2026-01-01")), (T0, T0), ("soon", "soon")])
def test_a_declared_instant_sent_as_text_is_kept_as_an_instant(sent: Any, kept: Any) -> None:
    assert after(identified(1, joined=sent)).traits == {"joined": kept}


def test_first_and_last_seen_are_of_the_customers_own_events() -> None:
    asked = DecisionRequested(**COMMON, at=Instant(T0 + 5), placement="home")
    reported = DeliveryReported(
        **COMMON, at=Instant(T0 + 9), delivery_id=DeliveryId("d"), status=DeliveryStatus.DELIVERED
    )
    profile = after(identified(3), asked, identified(1), reported)
    assert (profile.first_seen, profile.last_seen) == (T0 + 1, T0 + 5)


def test_a_tick_changes_nothing() -> None:
    profile = after(identified(1, country="UK"))
    assert after(Tick(**COMMON, at=Instant(T0 + HOUR)), profile=profile) is profile


def test_untouched_parts_stay_the_same_objects() -> None:
    before = after(identified(1, country="UK"), Tracked(**COMMON, at=T0, name="order"))
    profile = after(Tracked(**COMMON, at=Instant(T0 + 1), name="visit"), profile=before)
    assert profile.traits is before.traits
    assert profile.features is before.features
    assert profile.consents is before.consents


@given(st.permutations([consent(1, True), consent(2, False), consent(2, True), consent(1, True, "*")]))
def test_the_last_word_about_consent_stands_in_any_order(words: list[ConsentChanged]) -> None:
    consents = after(*words).consents
    assert [(c.channel, c.granted, c.at) for c in consents] == [("*", True, T0 + 1), ("email", False, T0 + 2)]


@pytest.mark.parametrize("status", [DeliveryStatus.UNSUBSCRIBED, DeliveryStatus.COMPLAINED])
def test_an_unsubscribe_or_complaint_withdraws_marketing_on_that_channel(status: DeliveryStatus) -> None:
    contact = Contact(T0, DeliveryId("d"), "sms", "offer", "promo", "confirmed")
    customer = Customer(CustomerId("c"), contacts=Contacts((contact,)))
    reported = DeliveryReported(**COMMON, at=Instant(T0 + 2), delivery_id=DeliveryId("d"), status=status)
    consents = after(consent(1, True, "sms"), consent(1, True), reported, customer=customer).consents
    assert {c.channel: c.granted for c in consents} == {"email": True, "sms": False}


def test_a_complaint_about_a_forgotten_message_withdraws_every_channel() -> None:
    reported = DeliveryReported(
        **COMMON, at=Instant(T0 + 2), delivery_id=DeliveryId("gone"), status=DeliveryStatus.COMPLAINED
    )
    consents = after(consent(1, True), reported).consents
    word = latest_word(consents, "email", "marketing")
    assert word is not None
    assert not word.granted


def test_contact_points_become_unusable_and_usable_again() -> None:
    bounced = ContactPointChanged(**COMMON, at=T0, contact_point="b", usable=False)
    also = ContactPointChanged(**COMMON, at=T0, contact_point="a", usable=False)
    lifted = ContactPointChanged(**COMMON, at=Instant(T0 + 1), contact_point="b", usable=True)
    assert after(bounced, also, bounced).unusable == ("a", "b")
    assert after(bounced, also, lifted).unusable == ("a",)


def test_a_snapshot_shows_traits_and_features() -> None:
    profile = after(identified(1, country="UK", tier="gold"), Tracked(**COMMON, at=T0, name="order"))
    assert snapshot(profile, PLAN, T0) == {"country": "UK", "tier": "gold", "orders": 1}


def test_merging_keeps_the_latest_traits_and_all_suppressions() -> None:
    bounced = ContactPointChanged(**COMMON, at=Instant(T0 + 9), contact_point="p", usable=False)
    ours = after(identified(1, country="UK", age=1), identified(4, tier=None))
    theirs = after(identified(2, country="FR", tier="gold"), bounced)
    merged = merge_profiles(ours, theirs, SHOP.features)
    assert merged.traits == {"country": "FR", "age": 1}
    assert merged.unusable == ("p",)
    assert (merged.first_seen, merged.last_seen) == (T0 + 1, T0 + 4)


def test_a_withdrawal_that_arrives_after_a_merge_counts_by_its_own_time() -> None:
    ours = after(consent(1, True, "sms"))
    merged = merge_profiles(ours, after(consent(9, True)), SHOP.features)
    assert {c.channel: c.granted for c in after(consent(5, False, "sms"), profile=merged).consents} == {
        "email": True,
        "sms": False,
    }


WORDS = st.lists(
    st.builds(
        Consent,
        st.sampled_from(["email", "sms", "*"]),
        st.sampled_from(["marketing", "*"]),
        st.booleans(),
        st.integers(1, 4).map(Instant),
    ),
    max_size=4,
    unique_by=lambda word: (word.channel, word.purpose),
).map(tuple)


@settings(max_examples=500)
@given(WORDS, WORDS)
def test_after_a_merge_nothing_is_allowed_that_either_had_forbidden(
    ours: tuple[Consent, ...], theirs: tuple[Consent, ...]
) -> None:
    for channel in ("email", "sms"):
        words = [latest_word(consents, channel, "marketing") for consents in (ours, theirs)]
        merged = latest_word(strictest(ours, theirs), channel, "marketing")
        if any(word is not None and not word.granted for word in words):
            assert merged is not None
            assert not merged.granted
        elif any(words):
            assert merged is not None
            assert merged.granted
        else:
            assert merged is None
