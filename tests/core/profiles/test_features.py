"""Features by fold and read, against a recount of all events."""

import math
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.expressions import state_key
from segue.core.facts import as_fact
from segue.core.profiles import ProfilePlan, compile_profile, fold, merge_profiles, snapshot
from segue.core.profiles.states import MOST_ENTRIES
from segue.model.catalogue import FeatureSpec
from segue.model.customers import Customer, Profile
from segue.model.errors import ExpressionError
from segue.model.events import Tracked
from segue.model.ids import CustomerId, EventId
from segue.model.time import DAY, HOUR, Instant, parse_instant
from segue.model.workspace import Workspace
from tests.core.profiles.recount import recount

START = parse_instant("2026-03-01T00:00:00Z")
NOBODY = Profile()


def all_kinds() -> dict[str, FeatureSpec]:
    """Every kind over each span it can have, with and without a condition."""
    features = {}
    for kind in ("count", "sum", "last", "first", "distinct", "recency"):
        needs_of = {"sum": ["amount"], "distinct": ["item"], "last": [None, "item"], "first": [None, "item"]}
        for of in needs_of.get(kind, [None]):
            for window, half_life in ((None, None), ("1d", None), ("36h", None), (None, "6h"), (None, "9d")):
                if half_life and kind not in ("count", "sum"):
                    continue
                for where in (None, "event.flag"):
                    name = "_".join(filter(None, (kind, of, window, half_life, where and "flag"))).replace(" ", "")
                    features[name] = FeatureSpec(
                        kind=kind,  # type: ignore[arg-type]
                        event="order",
                        of=of,
                        window=window,
                        half_life=half_life,
                        where=where,
                    )
    return features


FEATURES = all_kinds()
PLAN = compile_profile(Workspace(name="shop", features=FEATURES))


def tracked(at: int, name: str = "order", **properties: Any) -> Tracked:
    return Tracked(event_id=EventId("e"), customer_id=CustomerId("c"), at=Instant(at), name=name, properties=properties)


def folded(plan: ProfilePlan, history: list[Tracked], profile: Profile = NOBODY, now: int | None = None) -> Profile:
    """Fold ``history`` in its order; ``now`` is the latest moment so far, as for a log with late events."""
    latest = 0
    for event in history:
        latest = max(latest, event.at) if now is None else now
        profile = fold(profile, event, as_fact(event, Customer(CustomerId("c"))), plan, Instant(latest))
    return profile


def read(plan: ProfilePlan, profile: Profile, now: int) -> dict[str, Any]:
    return snapshot(profile, plan, Instant(now))


EVENTS = st.builds(
    lambda at, name, properties: tracked(at, name, **properties),
    st.one_of(
        st.sampled_from([START, START + 12 * HOUR, START + DAY, START + 36 * HOUR]),
        st.integers(START, START + 3 * DAY),
    ),
    st.sampled_from(["order", "order", "order", "visit"]),
    st.fixed_dictionaries(
        {},
        optional={
            "amount": st.floats(-1e6, 1e6) | st.integers(-5, 5) | st.sampled_from(["9", None, True, [1]]),
            "item": st.sampled_from(["a", "b", "x" * 50, 1, 1.0, True, None, {}]),
            "flag": st.sampled_from([True, False, None, "yes"]),
        },
    ),
)
HISTORIES = st.lists(EVENTS, max_size=12)
LATER = st.sampled_from([0, 1, HOUR, DAY - 1, DAY, DAY + 1, 36 * HOUR, 5 * DAY])


@settings(max_examples=200, deadline=None)
@given(HISTORIES, LATER)
def test_a_feature_is_what_a_recount_of_all_events_gives(history: list[Tracked], later: int) -> None:
    now = max((event.at for event in history), default=START) + later
    found = read(PLAN, folded(PLAN, history), now)
    for name, spec in FEATURES.items():
        expected = recount(spec, history, now)
        if spec.half_life:
            assert math.isclose(found[name], expected, rel_tol=1e-9, abs_tol=1e-5), name
        else:
            assert found[name] == expected, name


@settings(max_examples=100, deadline=None)
@given(HISTORIES.flatmap(lambda history: st.tuples(st.just(history), st.permutations(history))), LATER)
def test_the_order_of_arrival_changes_no_value(orders: tuple[list[Tracked], list[Tracked]], later: int) -> None:
    history, shuffled = orders
    now = max((event.at for event in history), default=START) + later
    assert read(PLAN, folded(PLAN, history), now) == read(PLAN, folded(PLAN, shuffled), now)


@settings(max_examples=100, deadline=None)
@given(HISTORIES, HISTORIES, LATER)
def test_two_customers_merge_into_the_one_they_always_were(
    ours: list[Tracked], theirs: list[Tracked], later: int
) -> None:
    now = max((event.at for event in (*ours, *theirs)), default=START) + later
    merged = merge_profiles(folded(PLAN, ours), folded(PLAN, theirs), FEATURES)
    assert read(PLAN, merged, now) == read(PLAN, folded(PLAN, [*ours, *theirs]), now)


@settings(max_examples=50, deadline=None)
@given(HISTORIES)
def test_folding_never_touches_an_older_profile(history: list[Tracked]) -> None:
    profiles = [Profile()]
    for event in history:
        profiles.append(folded(PLAN, [event], profiles[-1], now=START + 3 * DAY))
    encoded = [msgspec.msgpack.encode(profile) for profile in profiles]
    folded(PLAN, history, profiles[-1], now=START + 3 * DAY)
    assert [msgspec.msgpack.encode(profile) for profile in profiles] == encoded


@settings(max_examples=50, deadline=None)
@given(HISTORIES, HISTORIES)
def test_a_profile_goes_on_after_it_was_stored(before: list[Tracked], after: list[Tracked]) -> None:
    profile = folded(PLAN, before)
    stored = msgspec.msgpack.decode(msgspec.msgpack.encode(profile), type=Profile)
    assert folded(PLAN, after, stored) == folded(PLAN, after, profile)


@pytest.mark.parametrize(("age", "count"), [(0, 1), (DAY - 1, 1), (DAY, 0), (DAY + 1, 0)])
def test_an_event_leaves_its_window_at_the_very_moment(age: int, count: int) -> None:
    profile = folded(PLAN, [tracked(START)])
    assert read(PLAN, profile, START + age)["count_1d"] == count


def test_amounts_add_up_to_the_same_in_any_order() -> None:
    amounts = [1e16, 1.0, -1e16, 0.1, 0.2, 0.3]
    one_way = folded(PLAN, [tracked(START, amount=amount) for amount in amounts])
    other_way = folded(PLAN, [tracked(START, amount=amount) for amount in reversed(amounts)])
    assert read(PLAN, one_way, START)["sum_amount"] == read(PLAN, other_way, START)["sum_amount"] == 1.6


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), 1e300, "3", True, None])
def test_what_is_no_amount_is_ignored(amount: Any) -> None:
    profile = folded(PLAN, [tracked(START, amount=2), tracked(START, amount=amount)])
    assert read(PLAN, profile, START)["sum_amount"] == 2
    assert read(PLAN, profile, START)["count"] == 2


def test_a_half_life_halves() -> None:
    profile = folded(PLAN, [tracked(START, amount=8)])
    values = [read(PLAN, profile, START + hours * HOUR)["sum_amount_6h"] for hours in (0, 6, 12, 24 * 3650)]
    assert values == [pytest.approx(8), pytest.approx(4), pytest.approx(2), 0]


def test_defaults_stand_in_only_while_there_is_nothing() -> None:
    features = {
        "orders": FeatureSpec(kind="count", event="order", window="1d", default=-1),
        "since": FeatureSpec(kind="recency", event="order", default="30d"),
        "item": FeatureSpec(kind="last", event="order", of="item", default="none"),
        "spend": FeatureSpec(kind="sum", event="order", of="amount", window="1d", default=5),
    }
    plan = compile_profile(Workspace(name="shop", features=features))
    assert read(plan, Profile(), START) == {"orders": -1, "since": 30 * DAY, "item": "none", "spend": 5}
    profile = folded(plan, [tracked(START, item="a", amount=0)])
    assert read(plan, profile, START) == {"orders": 1, "since": 0, "item": "a", "spend": 0}


def test_a_full_window_stays_small_and_nearly_exact() -> None:
    count = 3 * MOST_ENTRIES
    gap = DAY // count
    features = {
        "count": FeatureSpec(kind="count", event="order", window="1d"),
        "sum": FeatureSpec(kind="sum", event="order", of="amount", window="1d"),
        "first": FeatureSpec(kind="first", event="order", window="1d"),
    }
    plan = compile_profile(Workspace(name="shop", features=features))
    profile = folded(plan, [tracked(START + i * gap, amount=2) for i in range(count)])
    assert len(msgspec.msgpack.encode(profile)) < 100_000
    for later in (DAY // 3, DAY // 2, DAY - HOUR):
        left = sum(START + i * gap > START + later for i in range(count))
        values = read(plan, profile, START + DAY + later)
        assert values["count"] == pytest.approx(left, abs=count / 1000 + 1)
        assert values["sum"] == pytest.approx(2 * left, abs=2 * count / 1000 + 2)
        assert values["first"] == pytest.approx(START + later, abs=DAY / 1000 + gap)


def test_distinct_stops_counting_at_its_limit() -> None:
    features = {"items": FeatureSpec(kind="distinct", event="order", of="item", window="1d")}
    plan = compile_profile(Workspace(name="shop", features=features))
    profile = folded(plan, [tracked(START + i, item=f"{i % 1200}") for i in range(1500)])
    assert read(plan, profile, START + 1500) == {"items": 1000}


def test_hidden_features_are_folded_but_not_shown() -> None:
    features = {"_seen": FeatureSpec(kind="count", event="order")}
    plan = compile_profile(Workspace(name="shop", features=features))
    profile = folded(plan, [tracked(START)])
    assert profile.features
    assert read(plan, profile, START) == {}


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (FeatureSpec(kind="sum", event="e"), "needs `of`"),
        (FeatureSpec(kind="count", event="e", of="x"), "takes no `of`"),
        (FeatureSpec(kind="last", event="e", half_life="1d"), "takes no `half_life`"),
        (FeatureSpec(kind="count", event="e", half_life="1d", window="1d"), "both"),
        (FeatureSpec(kind="count", event="e", window="0d"), "is zero"),
        (FeatureSpec(kind="count", event="e", default="none"), "of another type"),
        (FeatureSpec(kind="recency", event="e", default="soon"), "not a duration"),
        (FeatureSpec(kind="count", event="e", where="event.x >"), "condition of feature 'f'"),
        (FeatureSpec(kind="count", event="e", where="country == 'UK'"), "condition of feature 'f'"),
    ],
)
def test_a_contradicting_feature_is_refused(spec: FeatureSpec, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        compile_profile(Workspace(name="shop", features={"f": spec}))


def test_a_half_life_forgets_what_has_faded_away() -> None:
    history = [tracked(START + hours * HOUR, amount=0.1 * hours) for hours in range(0, 24 * 365, 7)]
    profile = folded(PLAN, history)
    assert len(msgspec.msgpack.encode(profile.features[state_key("sum_amount_6h", FEATURES["sum_amount_6h"])])) < 80
    now = history[-1].at + HOUR
    expected = recount(FEATURES["sum_amount_6h"], history, now)
    assert read(PLAN, profile, now)["sum_amount_6h"] == pytest.approx(expected)
    assert read(PLAN, folded(PLAN, history[::-1]), now) == read(PLAN, profile, now)
