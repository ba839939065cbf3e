"""What policies see of a customer: numbers of like size, whatever the customer's own values are."""

from math import inf, isfinite, log1p, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.decisioning.context import (
    BUCKETS,
    DOSE,
    MOST_INPUTS,
    compile_context,
    inputs_of,
    read_context,
    repeats,
)
from segue.core.world import build_world
from segue.model.catalogue import FeatureSpec, TraitSpec
from segue.model.customers import Contact, Contacts
from segue.model.learning import Learning
from segue.model.time import DAY, HOUR, Instant
from segue.model.workspace import PolicySpec, Workspace
from tests.builders import NOW, contact, profile, view, workspace

TRAITS = {
    "age": TraitSpec(type="number"),
    "is_member": TraitSpec(type="boolean"),
    "tier": TraitSpec(type="text"),
    "email": TraitSpec(type="text"),
    "birthday": TraitSpec(type="instant"),
}
NAMED = Learning(context=("age", "is_member", "tier", "birthday"))


def a_shop(**changes: Any) -> Workspace:
    return workspace(**({"policy": PolicySpec(name="bandit"), "traits": TRAITS} | changes))


def seen(
    contacts: tuple[Contact, ...] = (), at: int = NOW, learning: Learning = NAMED, **traits: Any
) -> dict[str, float]:
    shop = a_shop(learning=learning)
    plan = compile_context(shop, shop.features)
    values = read_context(view(profile(traits=traits, first_seen=NOW), now=at), Contacts(contacts), plan)
    return dict(zip(plan.names, values, strict=True))


def test_where_nothing_learns_nothing_is_read() -> None:
    shop = workspace(traits=TRAITS)
    plan = compile_context(shop, {})
    assert plan.names == ()
    assert read_context(view(), Contacts(), plan) == ()


def test_the_constant_is_first_and_the_plain_dose_last() -> None:
    plan = compile_context(a_shop(), {})
    assert (plan.names[0], plan.names[-1]) == ("one", DOSE)
    assert len(set(plan.names)) == len(plan.names)


def test_by_default_models_see_numbers_and_truths_and_what_is_counted() -> None:
    features = {
        "orders": FeatureSpec(kind="count", event="bought", window="30d"),
        "latest": FeatureSpec(kind="last", event="bought"),
    }
    assert inputs_of(a_shop(features=features, learning=Learning())) == ("orders", "age", "is_member")
    assert inputs_of(a_shop(learning=NAMED)) == NAMED.context
    many = {f"trait_{number}": TraitSpec(type="number") for number in range(100)}
    assert len(inputs_of(a_shop(traits=many))) == MOST_INPUTS


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0.0),
        (10, log1p(10) / 2),
        (-10, -log1p(10) / 2),
        (1e12, 4.0),
        (10**400, 0.0),
        (nan, 0.0),
        (inf, 0.0),
        (None, 0.0),
    ],
)
def test_numbers_are_compressed_and_what_is_none_is_neutral(value: Any, expected: float) -> None:
    assert seen(age=value)["age"] == pytest.approx(expected)


@pytest.mark.parametrize(("value", "expected"), [(True, 1.0), (False, 0.0), (None, 0.0), ("yes", 0.0)])
def test_truths_are_one_or_nothing(value: Any, expected: float) -> None:
    assert seen(is_member=value)["is_member"] == expected


def test_a_word_falls_into_one_place_always_the_same() -> None:
    places = [[seen(tier=word)[f"tier_{place}"] for place in range(BUCKETS)] for word in ("gold", "gold", "silver")]
    assert places[0] == places[1]
    assert all(sorted(each) == [0.0] * (BUCKETS - 1) + [1.0] for each in places)
    assert sum(seen()[f"tier_{place}"] for place in range(BUCKETS)) == 0.0


@pytest.mark.parametrize(("ago", "expected"), [(0, 1.0), (7 * DAY, 0.5), (70 * DAY, 1 / 11)])
def test_times_are_near_or_far(ago: int, expected: float) -> None:
    assert seen(birthday=NOW - ago)["birthday"] == pytest.approx(expected)


def test_a_day_turns_and_a_week_has_its_end() -> None:
    noon, midnight = seen(), seen(at=NOW + 12 * HOUR)
    assert (noon["hour_sin"], noon["hour_cos"]) == pytest.approx((0.0, -1.0), abs=1e-9)
    assert (midnight["hour_sin"], midnight["hour_cos"]) == pytest.approx((0.0, 1.0), abs=1e-9)
    assert [seen(at=NOW + day * DAY)["weekend"] for day in range(7)] == [0.0] * 5 + [1.0] * 2


def test_contacts_tire_and_wear_off_in_all_and_by_channel() -> None:
    mails = (contact(NOW - 3 * DAY, channel="email"), contact(NOW, channel="email"))
    found = seen(mails)
    assert found[DOSE] == pytest.approx(1.5)
    assert found["fatigue_3d"] == found["fatigue_email"] == pytest.approx(log1p(1.5))
    assert found["fatigue_sms"] == 0.0
    assert found["fatigue_12h"] < found["fatigue_3d"] < found["fatigue_14d"]
    assert seen(mails, at=NOW + 30 * DAY)[DOSE] < 0.01


def test_what_was_never_sent_tires_nobody() -> None:
    assert seen((contact(NOW, state="ghost"),)) == seen()


def test_who_answers_is_told_from_who_does_not() -> None:
    ignored = tuple(contact(NOW - n * DAY) for n in range(4, 0, -1))
    opened = tuple(contact(NOW - n * DAY, engaged_at=NOW) for n in range(4, 0, -1))
    assert seen(ignored)["answers"] < seen()["answers"] < seen(opened)["answers"]


def test_repeats_count_the_action_s_own_contacts_half_after_a_week() -> None:
    ledger = (
        contact(NOW - 7 * DAY, action="offer"),
        contact(NOW - DAY, action="other"),
        contact(NOW, action="offer"),
        contact(NOW, action="offer", state="ghost"),
    )
    assert repeats(Contacts(ledger), "offer", NOW) == pytest.approx(1.5)
    assert repeats(Contacts(ledger), "unseen", NOW) == 0.0


values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True, allow_infinity=True), st.text(max_size=8)
)


@given(st.dictionaries(st.sampled_from(sorted(TRAITS)), values), st.integers(0, 2**53), st.integers(0, 40 * DAY))
def test_whatever_is_known_the_values_are_finite_and_of_like_size(traits: dict[str, Any], at: int, ago: int) -> None:
    found = seen((contact(Instant(max(at - ago, 0))),), at, **traits)
    assert all(isfinite(value) and abs(value) <= 4.0 for value in found.values())


def test_a_world_reads_what_it_declares() -> None:
    world = build_world(a_shop(learning=NAMED))
    assert world.context.names == compile_context(a_shop(learning=NAMED), {}).names
