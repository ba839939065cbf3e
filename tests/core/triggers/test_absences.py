import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.triggers import Firing, merge_watches, next_due
from segue.model.customers import Watch, Watches
from segue.model.time import HOUR, NEVER, Instant
from segue.model.triggers import AbsenceTrigger, Trigger
from tests.core.triggers.transitions import T0, identified, run, tick, tracked

H = HOUR
CART: dict[str, Trigger] = {"abandoned": AbsenceTrigger(event="cart", then_not="order", within="48h")}


def test_it_fires_when_the_awaited_event_stays_away() -> None:
    trial = run(CART, tracked(0, "cart", id="a"), tick(47 * H), tick(48 * H), tick(49 * H))
    assert trial.firings == [(), (), (Firing("abandoned", {"id": "a"}),), ()]
    assert trial.watches == Watches()


def test_a_pending_watch_says_when_it_is_due() -> None:
    watches = run(CART, tracked(0, "cart")).watches
    assert next_due(watches) == T0 + 48 * H
    assert next_due(Watches()) == NEVER


@pytest.mark.parametrize(
    ("order_at", "fires"), [(0, False), (1, False), (48 * H - 1, False), (48 * H, False), (48 * H + 1, True)]
)
def test_the_awaited_event_cancels_up_to_and_including_the_due_moment(order_at: int, fires: bool) -> None:
    trial = run(CART, tracked(0, "cart"), tracked(order_at, "order"), tick(72 * H))
    assert any(trial.fired) is fires


def test_an_awaited_event_that_arrives_late_but_happened_in_time_cancels() -> None:
    trial = run(CART, tracked(0, "cart"), tracked(47 * H, "order"), tick(72 * H), now={1: 3 * H})
    assert trial.fired == [[], [], []]


def test_an_awaited_event_from_before_does_not_cancel() -> None:
    trial = run(CART, tracked(10, "cart"), tracked(5, "order"), tick(72 * H), now={1: 10})
    assert trial.fired == [[], [], ["abandoned"]]


def test_any_event_brings_a_due_watch_to_light() -> None:
    assert run(CART, tracked(0, "cart"), tracked(50 * H, "visit")).fired == [[], ["abandoned"]]
    assert run(CART, tracked(0, "cart"), identified(50 * H, country="UK")).fired == [[], ["abandoned"]]


def test_a_newer_event_restarts_the_watch_with_its_own_facts() -> None:
    trial = run(CART, tracked(0, "cart", id="a"), tracked(40 * H, "cart", id="b"), tick(48 * H), tick(88 * H))
    assert trial.fired == [[], [], [], ["abandoned"]]
    assert trial.facts == [{"id": "b"}]


def test_an_event_after_the_due_moment_finds_the_watch_fired_and_opens_another() -> None:
    trial = run(CART, tracked(0, "cart", id="a"), tracked(50 * H, "cart", id="b"), tick(98 * H))
    assert trial.fired == [[], ["abandoned"], ["abandoned"]]
    assert trial.facts == [{"id": "a"}, {"id": "b"}]


def test_an_older_event_that_arrives_late_does_not_restart_the_watch() -> None:
    trial = run(CART, tracked(10 * H, "cart", id="new"), tracked(5 * H, "cart", id="old"), tick(58 * H), now={1: 6 * H})
    assert trial.facts == [{"id": "new"}]


def test_an_event_that_arrives_after_its_answer_opens_no_watch() -> None:
    trial = run(CART, tracked(5 * H, "order"), tracked(4 * H, "cart"), tick(72 * H), now={1: 2 * H})
    assert trial.fired == [[], [], []]


def test_only_events_that_meet_the_conditions_open_and_cancel() -> None:
    triggers: dict[str, Trigger] = {
        "abandoned": AbsenceTrigger(
            event="cart", then_not="order", within="1h", when="event.value > 10", then_not_when="event.amount > 10"
        )
    }
    small_cart = run(triggers, tracked(0, "cart", value=5), tick(2 * H))
    small_order = run(triggers, tracked(0, "cart", value=50), tracked(1, "order", amount=5), tick(2 * H))
    big_order = run(triggers, tracked(0, "cart", value=50), tracked(1, "order", amount=50), tick(2 * H))
    assert [any(trial.fired) for trial in (small_cart, small_order, big_order)] == [False, True, False]


def test_the_awaited_events_condition_may_look_at_the_customer() -> None:
    triggers: dict[str, Trigger] = {
        "abandoned": AbsenceTrigger(event="cart", then_not="order", within="1h", then_not_when='country == "UK"')
    }
    trial = run(triggers, identified(0, country="FR"), tracked(1, "cart"), tracked(2, "order"), tick(2 * H))
    assert trial.fired[-1] == ["abandoned"]


def test_an_event_that_waits_for_itself_reminds_after_the_last_one() -> None:
    triggers: dict[str, Trigger] = {"lapsed": AbsenceTrigger(event="order", then_not="order", within="30d")}
    day = 24 * H
    trial = run(triggers, tracked(0, "order", n=1), tracked(20 * day, "order", n=2), tick(30 * day), tick(50 * day))
    assert trial.fired == [[], [], [], ["lapsed"]]
    assert trial.facts == [{"n": 2}]


def test_two_triggers_watch_on_their_own_and_fire_earliest_first() -> None:
    triggers: dict[str, Trigger] = {
        "slow": AbsenceTrigger(event="cart", then_not="order", within="2h"),
        "fast": AbsenceTrigger(event="cart", then_not="visit", within="1h"),
    }
    assert run(triggers, tracked(0, "cart"), tick(3 * H)).fired == [[], ["fast", "slow"]]
    assert run(triggers, tracked(0, "cart"), tracked(1, "visit"), tick(3 * H)).fired == [[], [], ["slow"]]


@given(st.lists(st.tuples(st.sampled_from(["cart", "order", "visit"]), st.integers(0, 120)), max_size=12))
def test_it_fires_exactly_after_the_last_cart_of_each_unanswered_stretch(moments: list[tuple[str, int]]) -> None:
    moments.sort(key=lambda moment: moment[1])
    events = [tracked(hours * H, name) for name, hours in moments]
    trial = run(CART, *events, tick(500 * H))
    carts = [hours for name, hours in moments if name == "cart"]
    # Those of one hour are told apart by the order of arrival, which sorting keeps.
    expected = 0
    for index, (name, hours) in enumerate(moments):
        following = [m for m in moments[index + 1 :] if m[1] <= hours + 48 and m[0] in ("cart", "order")]
        expected += name == "cart" and not following
    assert sum(map(len, trial.fired)) == expected
    assert len(carts) >= expected


def test_merged_customers_keep_the_later_watch_of_a_trigger() -> None:
    ours = Watches((Watch("a", Instant(1), Instant(9)), Watch("b", Instant(2), Instant(8))))
    theirs = Watches((Watch("a", Instant(3), Instant(11)),))
    merged = merge_watches(ours, theirs)
    assert [(watch.trigger, watch.since) for watch in merged.absences] == [("b", 2), ("a", 3)]
    assert merge_watches(ours, Watches()) is ours


def test_watches_survive_storage() -> None:
    watches = run(CART, tracked(0, "cart", id="a")).watches
    stored = msgspec.msgpack.decode(msgspec.msgpack.encode(watches), type=Watches)
    assert run(CART, tick(48 * H), watches=stored).facts == [{"id": "a"}]
