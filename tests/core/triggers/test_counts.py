from hypothesis import given
from hypothesis import strategies as st

from segue.core.triggers import Firing
from segue.model.catalogue import CountTrigger, Trigger
from segue.model.time import HOUR
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
