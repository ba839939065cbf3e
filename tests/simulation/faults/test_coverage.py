"""What is counted as seen, on histories made by hand; that seeds see all of it is asked in `test_hunting`."""

from segue.model.deliveries import DeliveryStatus
from segue.simulation.checkers.every import CHECKERS
from segue.simulation.faults.coverage import (
    CASES,
    CLOCK_CHANGE,
    MERGED_MEANWHILE,
    OUT_OF_ORDER,
    RETOLD,
    seen_in,
    wanted,
)
from segue.simulation.faults.driver import simulate
from segue.simulation.faults.schedule import DRAWN, NONE
from tests.builders import report
from tests.simulation.checkers.breaking import ANN, BOB, NOON, deliver, entry, handed, history, merged, tracked


def test_every_fault_and_every_checker_is_wanted() -> None:
    assert set(CASES) == set(CHECKERS)
    assert set(DRAWN) <= set(wanted())
    assert len(wanted()) == len(set(wanted()))


def test_a_merge_counts_where_a_message_is_under_way() -> None:
    sent = entry(commands=(deliver(),))
    for absorbed, survivor in ((BOB, ANN), (ANN, BOB)):
        assert seen_in(history(sent, entry(merged(absorbed, survivor))))[MERGED_MEANWHILE] == 1
    done = entry(report(DeliveryStatus.ACCEPTED, "d1", customer_id=ANN))
    assert seen_in(history(sent, done, entry(merged())))[MERGED_MEANWHILE] == 0


def test_a_fact_counts_as_out_of_order_after_a_later_one_of_the_same_customer() -> None:
    late, early = entry(tracked(at=NOON)), entry(tracked(at=NOON - 1))
    assert seen_in(history(late, early))[OUT_OF_ORDER] == 1
    assert seen_in(history(early, late))[OUT_OF_ORDER] == 0


def test_where_nothing_goes_wrong_no_fault_has_struck() -> None:
    seen = seen_in(simulate("calm", faults=NONE))
    assert [fault for fault in DRAWN if seen[fault]] == []
    assert seen[RETOLD] == 0
    assert seen["by email"] > 0


def test_a_message_after_the_clocks_were_changed_is_one() -> None:
    summer = 1_774_810_800_000_000  # 29 March 2026, 19:00 in London
    winter = summer - 2 * 86_400_000_000
    sent = deliver(data={"customer": {"zone": "Europe/London"}})
    log = entry(commands=(sent,), now=winter)
    assert seen_in(history(log, handed=(handed(sent, at=summer),)))[CLOCK_CHANGE] == 1
    assert seen_in(history(log, handed=(handed(sent, at=winter),)))[CLOCK_CHANGE] == 0
