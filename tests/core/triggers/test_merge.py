"""Two customers turn out to be one: what either was told once is not told again."""

from segue.core.triggers import merge_watches
from segue.model.customers import Watches
from segue.model.events import Merged
from segue.model.ids import CustomerId, EventId
from segue.model.time import DAY, HOUR, Instant
from segue.model.triggers import AudienceTrigger, ScheduleTrigger, Trigger
from tests.core.triggers.transitions import T0, Days, days, tracked

DAILY: dict[str, Trigger] = {"digest": ScheduleTrigger(at="09:00", spread="4h")}


def merge(survivor: Days, absorbed: Days, at: int) -> Days:
    survivor.watches = merge_watches(survivor.watches, absorbed.watches)
    survivor.advance(
        Merged(
            event_id=EventId("m"),
            customer_id=CustomerId(survivor.customer_id),
            at=Instant(T0 + at),
            absorbed_id=CustomerId(absorbed.customer_id),
            absorbed=b"",
        )
    )
    return survivor


def test_an_occurrence_that_one_of_them_had_is_not_had_again() -> None:
    ada, bob = (days(DAILY, customer_id=name).live(tracked(0, "visit")) for name in ("ada", "bob"))
    early, late = sorted((ada, bob), key=lambda one: one.watches.schedules[0][1])
    between = (early.watches.schedules[0][1] + late.watches.schedules[0][1]) // 2 - T0
    early.until(between)
    late.until(between)
    assert (len(early.fired), len(late.fired)) == (1, 0)
    merge(late, early, between).until(3 * DAY)
    assert [time[:10] for time in late.times()] == ["2026-03-02", "2026-03-03"]


def test_a_merge_before_the_occurrence_fires_it_once() -> None:
    ada, bob = (days(DAILY, customer_id=name).live(tracked(0, "visit")) for name in ("ada", "bob"))
    merge(ada, bob, HOUR).until(2 * DAY)
    assert [time[:10] for time in ada.times()] == ["2026-03-01", "2026-03-02"]


def test_who_was_inside_as_either_does_not_enter_again() -> None:
    visitors: dict[str, Trigger] = {"in": AudienceTrigger(audience="known")}
    ada, bob = (days(visitors, customer_id=name, conditions={"known": "orders >= 0"}) for name in ("ada", "bob"))
    bob.live(tracked(0, "visit"))
    assert merge(ada, bob, HOUR).fired == []
    assert ada.watches.inside == ("known",)


def test_nothing_to_merge_leaves_ours_as_they_are() -> None:
    ours = Watches(inside=("buyers",))
    assert merge_watches(ours, Watches()) is ours
