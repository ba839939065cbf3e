import pytest

from segue.model.events import Identified
from segue.model.ids import EventId
from segue.model.time import HOUR, parse_instant
from segue.simulation.checkers.quiet_hours import check_quiet_hours
from tests.simulation.checkers.breaking import ANN, BOB, NOON, deliver, entry, handed, history, merged


@pytest.mark.parametrize(
    ("at", "is_wrong"),
    [
        ("2026-03-28T20:59:59Z", False),
        ("2026-03-28T21:00:00Z", True),
        ("2026-03-29T06:59:59Z", True),  # 07:59 after the clocks went forward
        ("2026-03-29T07:00:00Z", False),
        ("2026-10-25T07:59:59Z", True),  # 07:59 after they went back
        ("2026-10-25T08:00:00Z", False),
    ],
)
def test_the_clock_on_the_wall_decides(at: str, is_wrong: bool) -> None:
    assert len(list(check_quiet_hours(history(handed=(handed(at=parse_instant(at)),))))) == is_wrong


def lives(zone: str, at: int = NOON, who: str = ANN) -> Identified:
    return Identified(event_id=EventId(f"{zone}{at}"), customer_id=who, at=at, traits={"zone": zone})  # type: ignore[arg-type]


def test_the_zone_is_the_customers_own_as_it_was_said_last() -> None:
    india, london = entry(lives("Asia/Kolkata", NOON + HOUR)), entry(lives("Europe/London"))
    evening = parse_instant("2026-03-28T16:00:00Z")
    assert len(list(check_quiet_hours(history(india, london, handed=(handed(at=evening, since=2),))))) == 1
    assert list(check_quiet_hours(history(london, handed=(handed(at=evening, since=1),)))) == []


def test_after_a_merge_the_later_statement_counts() -> None:
    log = entry(lives("Asia/Kolkata", NOON + HOUR, BOB)), entry(lives("Europe/London")), entry(merged())
    evening = parse_instant("2026-03-28T16:00:00Z")
    assert len(list(check_quiet_hours(history(*log, handed=(handed(at=evening, since=3),))))) == 1


def test_a_transactional_message_may_come_at_night() -> None:
    night = parse_instant("2026-03-28T23:00:00Z")
    receipt = deliver(category="transactional", is_transactional=True)
    assert list(check_quiet_hours(history(handed=(handed(receipt, at=night),)))) == []
