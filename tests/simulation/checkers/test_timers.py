from msgspec.structs import replace

from segue.model.events import Tick
from segue.model.ids import EventId
from segue.model.time import HOUR, Instant
from segue.simulation.checkers.timers import check_timers
from tests.simulation.checkers.breaking import ANN, NOON, entry, history, moved

CAME = entry(moved=(moved("", "settle_in", "entered"),))


def left(after: int, how: str = "passed") -> object:
    return entry(now=NOON + after, moved=(moved("settle_in", "", how, "done"),))


def test_a_wait_that_ends_in_time_is_right() -> None:
    assert list(check_timers(history(CAME, left(HOUR)))) == []  # type: ignore[arg-type]
    assert list(check_timers(history(CAME, left(5, "exited")))) == [], "an exit ends any wait"  # type: ignore[arg-type]


def test_a_wait_that_ends_early_is_found() -> None:
    assert len(list(check_timers(history(CAME, left(HOUR - 1))))) == 1  # type: ignore[arg-type]


def test_a_wait_that_never_ends_is_found() -> None:
    assert len(list(check_timers(history(CAME)))) == 1
    assert list(check_timers(history(CAME, ended_at=Instant(NOON + 2 * HOUR)))) == [], "it is pending"


def test_a_timer_that_fires_twice_is_found() -> None:
    twice = left(HOUR), left(HOUR)
    assert len(list(check_timers(history(CAME, *twice)))) == 1  # type: ignore[arg-type]


def test_a_tick_before_its_time_is_found() -> None:
    tick = Tick(event_id=EventId("t"), customer_id=ANN, at=Instant(NOON + 1))
    assert len(list(check_timers(history(entry(tick))))) == 1


def test_a_run_that_migrates_keeps_the_time_that_it_waited() -> None:
    newer = replace(moved("", "settle_in", "migrated"), version=2)
    over = entry(now=NOON + HOUR // 2, moved=(moved("settle_in", "", "migrated"), newer))
    end = entry(now=NOON + HOUR, moved=(replace(moved("settle_in", ""), version=2),))
    assert list(check_timers(history(CAME, over, end))) == []
