import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from segue.core.arbitration.ledger import Memory, merge_contacts, note_offers, release, renew, reserve, settle_contact
from segue.model.customers import Contacts
from segue.model.deliveries import DeliveryStatus
from segue.model.time import DAY, HOUR, Instant
from tests.builders import NOW, action, candidate, contact, plan, report

OFFER = plan(action("offer", "email", theme="reorder", category="service", tags=("wine", "discount")))
MEMORY = Memory(60 * DAY, {"newsletter": 2})


def reserved(before: Contacts, now: int = NOW, *, is_ghost: bool = False, run_id: str = "run-1") -> Contacts:
    asking = candidate(run_id=run_id, step="mail", source="journey:win_back" if run_id else "rule:r")
    return reserve(
        before,
        asking,
        OFFER,
        OFFER.variants["email"],
        Instant(now),
        is_ghost=is_ghost,
        contact_point="0f",
        memory=MEMORY,
    )


@pytest.mark.parametrize(("is_ghost", "state"), [(False, "reserved"), (True, "ghost")])
def test_a_slot_freezes_what_the_caps_will_count(is_ghost: bool, state: str) -> None:
    assert reserved(Contacts((contact(NOW - HOUR),)), is_ghost=is_ghost) == Contacts(
        (
            contact(NOW - HOUR),
            contact(
                NOW,
                "send-1",
                action="offer",
                category="service",
                state=state,
                theme="reorder",
                journey="win_back",
                run_id="run-1",
                step="mail",
                contact_point="0f",
                tags=("wine", "discount"),
            ),
        )
    )


def test_a_slot_of_a_rule_belongs_to_no_journey() -> None:
    assert reserved(Contacts(), run_id="").ledger[0].journey == ""


def test_contacts_at_the_same_point_hold_one_text_for_it() -> None:
    first, second = reserved(Contacts((contact(NOW - HOUR, contact_point="".join(("0", "f"))),))).ledger
    assert first.contact_point is second.contact_point
    assert (first.contact_point, second.contact_point) == ("0f", "0f")


@pytest.mark.parametrize(("age", "is_kept"), [(60 * DAY - 1, True), (60 * DAY, False)])
def test_the_ledger_forgets_what_no_cap_can_count_any_more(age: int, is_kept: bool) -> None:
    old = contact(NOW - age)
    assert (old in reserved(Contacts((old,))).ledger) is is_kept


def test_of_what_is_counted_in_a_row_the_latest_contacts_are_kept_however_old() -> None:
    letters = [contact(NOW - days * DAY, action="newsletter") for days in (300, 200, 100)]
    other = contact(NOW - 90 * DAY, action="offer")
    assert reserved(Contacts((*letters, other))).ledger[:-1] == tuple(letters[1:])
    recent = contact(NOW - DAY, action="newsletter")
    assert reserved(Contacts((*letters, recent))).ledger[:-1] == (letters[2], recent)


def test_what_else_the_ledger_knows_survives_every_change() -> None:
    before = Contacts((contact(NOW, "send-1"), contact(NOW, "b")), 3.5, NOW)
    for after in (
        reserved(before),
        settle_contact(before, report(DeliveryStatus.ACCEPTED), NOW),
        renew(before, "send-1", NOW),
        release(before, ("send-1",)),
    ):
        assert (after.offered, after.offered_at) == (3.5, NOW)


ENGAGING = {DeliveryStatus.OPENED, DeliveryStatus.CLICKED}
CONFIRMING = {DeliveryStatus.ACCEPTED, DeliveryStatus.UNKNOWN, DeliveryStatus.DELIVERED} | ENGAGING


@pytest.mark.parametrize("status", list(DeliveryStatus))
def test_what_may_have_reached_the_customer_is_confirmed(status: DeliveryStatus) -> None:
    before = Contacts((contact(NOW, "other", state="reserved"), contact(NOW, "send-1", state="reserved")))
    after = "confirmed" if status in CONFIRMING else "reserved"
    assert settle_contact(before, report(status), NOW) == Contacts(
        (
            contact(NOW, "other", state="reserved"),
            contact(NOW, "send-1", state=after, engaged_at=NOW if status in ENGAGING else 0),
        )
    )


def test_a_contact_is_engaged_since_the_first_open_or_click_whatever_is_reported_first() -> None:
    ledger = Contacts((contact(NOW, "send-1"),))
    for later in (3 * HOUR, HOUR, 2 * HOUR):
        ledger = settle_contact(ledger, report(DeliveryStatus.CLICKED, at=NOW + later), NOW)
    assert ledger.ledger[0].engaged_at == NOW + HOUR


@pytest.mark.parametrize("status", sorted(ENGAGING))
def test_a_machine_that_opens_the_mail_does_not_engage(status: DeliveryStatus) -> None:
    ledger = Contacts((contact(NOW, "send-1"),))
    assert settle_contact(ledger, report(status, detail="machine: privacy proxy"), NOW) == ledger


def test_what_may_have_arrived_is_confirmed_and_counts_from_then_on() -> None:
    before, later = Contacts((contact(NOW, "send-1"),)), Instant(NOW + 5)
    unsure = report(DeliveryStatus.RETRYABLE, may_have_arrived=True)
    assert settle_contact(before, unsure, later) == Contacts((contact(later, "send-1", state="confirmed"),))
    assert settle_contact(before, report(DeliveryStatus.RETRYABLE), later) == before


def test_a_ghost_is_never_confirmed() -> None:
    before = Contacts((contact(NOW, "send-1", state="ghost"),))
    assert settle_contact(before, report(DeliveryStatus.ACCEPTED), NOW) == before
    assert settle_contact(before, report(DeliveryStatus.OPENED), NOW) == before


def test_a_released_slot_is_free_again_and_the_others_stay() -> None:
    before = Contacts((contact(NOW, "a"), contact(NOW, "b"), contact(NOW, "c")))
    assert release(before, ("a", "c", "unheard_of")) == Contacts((contact(NOW, "b"),))
    assert release(before, ()) is before


def test_a_message_tried_again_counts_from_then_on() -> None:
    before = Contacts((contact(NOW, "send-1"), contact(NOW + 1, "b")))
    assert renew(before, "send-1", Instant(NOW + 2)) == Contacts((contact(NOW + 1, "b"), contact(NOW + 2, "send-1")))


@given(st.lists(st.integers(0, 5), min_size=1, max_size=8), st.data())
def test_a_slot_that_moves_lands_behind_what_is_older_and_before_what_came_at_the_same_moment(
    hours: list[int], data: st.DataObject
) -> None:
    slots = tuple(contact(NOW + hour * HOUR, f"d{n}") for n, hour in enumerate(sorted(hours)))
    moved, now = data.draw(st.sampled_from(slots)), Instant(NOW + data.draw(st.integers(0, 6)) * HOUR)
    later = [replace(each, at=max(each.at, now)) if each is moved else each for each in slots]
    renewed = renew(Contacts(ledger=slots), moved.delivery_id, now)
    assert renewed.ledger == tuple(sorted(later, key=lambda each: each.at))


ledgers = st.lists(st.integers(0, 6), max_size=6, unique=True).map(
    lambda ids: Contacts(tuple(contact(NOW + number // 2, f"d{number}") for number in sorted(ids)))
)


@given(ledgers, ledgers)
def test_a_merged_ledger_counts_each_slot_once_oldest_first_whoever_absorbs(ours: Contacts, theirs: Contacts) -> None:
    merged = merge_contacts(ours, theirs)
    ids = [slot.delivery_id for slot in merged.ledger]
    assert sorted(ids) == sorted({slot.delivery_id for slot in (*ours.ledger, *theirs.ledger)})
    assert [slot.at for slot in merged.ledger] == sorted(slot.at for slot in merged.ledger)
    assert merge_contacts(theirs, ours) == merged


def test_where_both_know_a_slot_ours_stands() -> None:
    ours, theirs = Contacts((contact(NOW, "a", state="confirmed"),)), Contacts((contact(NOW, "a", state="reserved"),))
    assert merge_contacts(ours, theirs) == ours


@pytest.mark.parametrize(("ours", "theirs", "first"), [(0, 0, 0), (5, 0, 5), (0, 7, 7), (5, 7, 5), (9, 7, 7)])
def test_a_merged_slot_is_engaged_since_whichever_heard_of_it_first(ours: int, theirs: int, first: int) -> None:
    known = [Contacts((contact(NOW, "a", engaged_at=at),)) for at in (ours, theirs)]
    assert merge_contacts(*known).ledger[0].engaged_at == first


def test_offers_count_half_after_four_weeks() -> None:
    once = note_offers(Contacts(), 3, NOW)
    assert (once.offered, once.offered_at) == (3.0, NOW)
    assert note_offers(once, 1, Instant(NOW + 28 * DAY)).offered == 2.5
    assert note_offers(once, 2, NOW).offered == 5.0
    assert note_offers(once, 0, Instant(NOW + DAY)) is once


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 5)), max_size=12))
def test_offers_fade_as_if_each_faded_for_itself(noted: list[tuple[int, int]]) -> None:
    contacts, now = Contacts(), int(NOW)
    for days, count in noted:
        now += days * DAY
        contacts = note_offers(contacts, count, Instant(now))
    at = NOW
    expected = 0.0
    for days, count in noted:
        at = Instant(at + days * DAY)
        expected += count * 0.5 ** ((contacts.offered_at - at) / (28 * DAY)) if at <= contacts.offered_at else 0.0
    assert contacts.offered == pytest.approx(expected)


def test_what_was_offered_to_both_was_offered_to_one() -> None:
    ours, theirs = Contacts((), 4.0, NOW), Contacts((), 1.0, Instant(NOW + 28 * DAY))
    assert merge_contacts(ours, theirs) == merge_contacts(theirs, ours) == Contacts((), 3.0, Instant(NOW + 28 * DAY))


@pytest.mark.parametrize("status", [DeliveryStatus.ACCEPTED, DeliveryStatus.UNKNOWN, DeliveryStatus.OPENED])
def test_a_message_counts_from_its_hand_over_not_from_its_decision(status: DeliveryStatus) -> None:
    later = contact(NOW + HOUR)
    waiting = Contacts((*reserved(Contacts()).ledger, later))
    waited = settle_contact(waiting, report(status), Instant(NOW + 2 * HOUR))
    assert [(each.delivery_id, each.at) for each in waited.ledger] == [
        (later.delivery_id, NOW + HOUR),
        ("send-1", NOW + 2 * HOUR),
    ], "and the ledger stays in order"


def test_a_later_receipt_moves_a_contact_no_more() -> None:
    sent = settle_contact(reserved(Contacts()), report(DeliveryStatus.ACCEPTED), NOW)
    assert settle_contact(sent, report(DeliveryStatus.DELIVERED), Instant(NOW + HOUR)).ledger[0].at == NOW
