from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from segue.core.profiles import merge_profiles
from segue.core.triggers import Firing, hidden_features
from segue.model.customers import Profile
from segue.model.time import DAY, HOUR
from segue.model.triggers import CountTrigger, Trigger
from tests.core.triggers.transitions import run, tick, tracked

H = HOUR
THRICE: dict[str, Trigger] = {"keen": CountTrigger(event="visit", at_least=3, within="24h")}


def test_it_fires_when_the_count_reaches_the_threshold_and_not_again_above_it() -> None:
    trial = run(THRICE, *(tracked(hour * H, "visit", n=hour) for hour in range(5)))
    assert trial.firings == [(), (), (Firing("keen", {"n": 2}),), (), ()]


def test_it_fires_again_after_the_count_fell_below() -> None:
    hours = [0, 1, 2, 25, 26, 27]
    # At 25 the visits of 0 and 1 have left (1 + 24 = 25), so 25 makes two and 26 (2 has left) makes two, 27 three.
    trial = run(THRICE, *(tracked(hour * H, "visit") for hour in hours))
    assert trial.fired == [[], [], ["keen"], [], [], ["keen"]]


def test_one_event_leaving_as_another_comes_rearms_it() -> None:
    trial = run(THRICE, *(tracked(hour * H, "visit") for hour in (0, 1, 2, 24)))
    assert trial.fired == [[], [], ["keen"], ["keen"]], "between 24 h and the new visit the count was two"


def test_only_events_that_meet_the_condition_count() -> None:
    triggers: dict[str, Trigger] = {
        "spender": CountTrigger(event="order", at_least=2, within="1d", where="event.amount >= 10")
    }
    trial = run(triggers, *(tracked(i, "order", amount=amount) for i, amount in enumerate((10, 5, "x", 12))))
    assert trial.fired == [[], [], [], ["spender"]]


def test_other_events_and_ticks_do_not_make_it_fire() -> None:
    trial = run(THRICE, *(tracked(hour * H, "visit") for hour in range(3)), tracked(3 * H, "order"), tick(4 * H))
    assert trial.fired[3:] == [[], []]


def test_a_late_event_counts_where_it_belongs() -> None:
    trial = run(THRICE, tracked(20 * H, "visit"), tracked(21 * H, "visit"), tracked(0, "visit"), now={2: 22 * H})
    assert trial.fired == [[], [], ["keen"]]
    too_late = run(THRICE, tracked(20 * H, "visit"), tracked(21 * H, "visit"), tracked(0, "visit"), now={2: 24 * H})
    assert too_late.fired == [[], [], []]


@given(st.lists(st.integers(0, 100), max_size=15), st.integers(1, 4))
def test_it_fires_whenever_the_count_rises_to_the_threshold(hours: list[int], at_least: int) -> None:
    hours.sort()
    triggers: dict[str, Trigger] = {"keen": CountTrigger(event="visit", at_least=at_least, within="24h")}
    trial = run(triggers, *(tracked(hour * H, "visit") for hour in hours))
    counts = [sum(hour - 24 < earlier for earlier in hours[: i + 1]) for i, hour in enumerate(hours)]
    assert [bool(fired) for fired in trial.fired] == [count == at_least for count in counts]


APART: dict[str, Trigger] = {"keen": CountTrigger(event="view", at_least=3, within="24h", by="category")}


def test_what_is_counted_apart_fires_for_one_value_only() -> None:
    seen = ["lamps", "rugs", "lamps", "rugs", "lamps", "lamps", "rugs"]
    trial = run(APART, *(tracked(i * H, "view", category=category, n=i) for i, category in enumerate(seen)))
    assert [firing for firings in trial.firings for firing in firings] == [
        Firing("keen", {"category": "lamps", "n": 4}),
        Firing("keen", {"category": "rugs", "n": 6}),
    ]


def test_one_value_s_count_falls_below_though_others_go_on() -> None:
    story = [(0, "lamps"), (1, "lamps"), (2, "lamps"), (20, "rugs"), (21, "rugs"), (24, "lamps"), (26, "lamps")]
    trial = run(APART, *(tracked(hour * H, "view", category=category) for hour, category in story))
    # At 24 the lamps of hour 0 have just left; at 26 those of 1 and 2 have left too, so there are two.
    assert [index for index, fired in enumerate(trial.fired) if fired] == [2, 5]


def test_what_has_no_value_to_count_is_not_counted() -> None:
    odd: tuple[Any, ...] = (None, ["lamps"], {"a": 1}, float("nan"))
    trial = run(APART, *(tracked(i, "view", category=value) for value in odd for i in range(3)))
    trial_without = run(APART, *(tracked(i, "view") for i in range(3)))
    assert [*trial.fired, *trial_without.fired] == [[]] * 15
    assert trial.profile.features == {}


def test_numbers_are_one_value_and_true_is_no_number() -> None:
    values: tuple[Any, ...] = (1, True, "1", 1.0, 1)
    trial = run(APART, *(tracked(i, "view", category=value) for i, value in enumerate(values)))
    assert trial.fired == [[], [], [], [], ["keen"]]


def test_ten_thousand_values_stay_small_and_a_new_interest_is_still_found() -> None:
    minute = DAY // 10_000
    views = [tracked(i * minute, "view", category=f"category {i}") for i in range(10_000)]
    trial = run(APART, *views, *(tracked(DAY + i, "view", category="lamps") for i in range(3)))
    assert [index for index, fired in enumerate(trial.fired) if fired] == [10_002]
    assert len(msgspec.msgpack.encode(trial.profile)) < 80_000


CATEGORIES = st.sampled_from(["lamps", "rugs", 1, 1.0, True, None])
VIEWS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30), CATEGORIES, st.booleans()), max_size=25)
"""(hour it arrives, hours it is late, category, whether it meets the condition)"""


@given(VIEWS, st.integers(1, 4))
def test_counted_apart_is_what_a_recount_of_all_events_gives(views: list[tuple[int, int, Any, bool]], n: int) -> None:
    views.sort(key=lambda view: view[0])
    trigger = CountTrigger(event="view", at_least=n, within="24h", by="category", where="event.flag")
    events = [tracked((hour - late) * H, "view", category=value, flag=flag) for hour, late, value, flag in views]
    trial = run({"keen": trigger}, *events, now={index: late * H for index, (_, late, _, _) in enumerate(views)})
    for index, fired in enumerate(trial.fired):
        before, after = (_recount(views[:until], *views[index][::2], hours=24) for until in (index, index + 1))
        assert bool(fired) == (before < n <= after)


def _recount(views: list[tuple[int, int, Any, bool]], now: int, wanted: Any, *, hours: int) -> int:
    """Return how often ``wanted`` was among what has arrived, in the last ``hours`` before ``now``."""
    counted = [value for hour, late, value, flag in views if flag and value is not None and hour - late > now - hours]
    return sum((value is True) == (wanted is True) and value == wanted for value in counted)


@given(VIEWS, st.data())
def test_two_customers_who_are_one_have_counted_every_event_once(
    views: list[tuple[int, int, Any, bool]], data: st.DataObject
) -> None:
    views.sort(key=lambda view: view[0])
    mine = data.draw(st.lists(st.booleans(), min_size=len(views), max_size=len(views)))
    events = [tracked((hour - late) * H, "view", category=value) for hour, late, value, _ in views]
    lateness = [late * H for _, late, _, _ in views]
    last = [tracked(61 * H, "view", category=value) for value in ("lamps", "rugs", 1, True)]

    def lived(kept: list[int]) -> Profile:
        late = {place: lateness[index] for place, index in enumerate(kept)}
        return run(APART, *(events[index] for index in kept), now=late).profile

    sides = [lived([index for index, is_mine in enumerate(mine) if is_mine is side]) for side in (True, False)]
    merged = merge_profiles(sides[0], sides[1], hidden_features(APART))
    together = run(APART, *last, profile=merged)
    assert together.fired == run(APART, *last, profile=lived(list(range(len(views))))).fired
