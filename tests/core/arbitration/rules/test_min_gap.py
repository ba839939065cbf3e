import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.arbitration.rules.min_gap import check_gap
from segue.core.arbitration.verdicts import Verdict
from segue.model.customers import Contact
from segue.model.decisions import Reason
from segue.model.time import HOUR, Instant
from tests.builders import NOW, candidate, contact


@pytest.mark.parametrize(
    ("ages", "gap", "expected"),
    [
        ((), 2 * HOUR, None),
        ((HOUR,), 0, None),
        ((3 * HOUR, HOUR), 2 * HOUR, NOW + HOUR),
        ((2 * HOUR - 1,), 2 * HOUR, NOW + 1),
        ((2 * HOUR,), 2 * HOUR, None),
        ((0,), 2 * HOUR, NOW + 2 * HOUR),
    ],
)
def test_the_gap_is_counted_from_the_latest_contact(ages: tuple[int, ...], gap: int, expected: int | None) -> None:
    ledger = tuple(contact(NOW - age, category="transactional") for age in ages)
    verdict = check_gap(candidate(), ledger, (), NOW, gap)
    assert verdict == (None if expected is None else Verdict(Reason.MIN_GAP, "", Instant(expected)))


@pytest.mark.parametrize("state", ["reserved", "confirmed", "ghost"])
def test_a_slot_counts_whether_reserved_confirmed_or_a_ghost_s(state: str) -> None:
    assert check_gap(candidate(), (contact(NOW - HOUR, state=state),), (), NOW, 2 * HOUR) is not None


def test_a_message_s_own_slot_does_not_count_against_it() -> None:
    own = (contact(NOW - HOUR, delivery_id="send-1"),)
    assert check_gap(candidate(delivery_id="send-1"), own, (), NOW, 2 * HOUR) is None


def test_what_another_customer_got_at_the_same_address_counts_too() -> None:
    ours, theirs = (contact(NOW - 3 * HOUR),), (contact(NOW - HOUR),)
    assert check_gap(candidate(), ours, theirs, NOW, 2 * HOUR) == Verdict(
        Reason.MIN_GAP, "same contact point", Instant(NOW + HOUR)
    )
    assert check_gap(candidate(), theirs, ours, NOW, 2 * HOUR) == Verdict(Reason.MIN_GAP, "", Instant(NOW + HOUR))
    assert check_gap(candidate(), (), theirs, NOW, 2 * HOUR) is not None


ledgers = st.lists(st.integers(0, 15), max_size=6).map(
    lambda ages: tuple(contact(NOW - age) for age in sorted(ages, reverse=True))
)


@given(ledgers, ledgers, st.integers(0, 12))
def test_the_gap_ends_exactly_when_it_says(ours: tuple[Contact, ...], theirs: tuple[Contact, ...], gap: int) -> None:
    verdict = check_gap(candidate(), ours, theirs, NOW, gap)
    times = [slot.at for slot in (*ours, *theirs)]
    assert (verdict is None) == (not times or max(times) + gap <= NOW)
    if verdict is not None:
        assert check_gap(candidate(), ours, theirs, verdict.until, gap) is None
        assert check_gap(candidate(), ours, theirs, Instant(verdict.until - 1), gap) is not None
