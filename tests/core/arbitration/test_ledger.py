import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.arbitration.ledger import merge_contacts, release, renew, reserve, settle_contact
from segue.model.customers import Contacts
from segue.model.deliveries import DeliveryStatus
from segue.model.time import DAY, HOUR, Instant
from tests.builders import NOW, action, candidate, contact, plan, report

OFFER = plan(action("offer", "email", theme="reorder", category="service"))


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
        memory=60 * DAY,
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
            ),
        )
    )


def test_a_slot_of_a_rule_belongs_to_no_journey() -> None:
    assert reserved(Contacts(), run_id="").ledger[0].journey == ""


@pytest.mark.parametrize(("age", "is_kept"), [(60 * DAY - 1, True), (60 * DAY, False)])
def test_the_ledger_forgets_what_no_cap_can_count_any_more(age: int, is_kept: bool) -> None:
    old = contact(NOW - age)
    assert (old in reserved(Contacts((old,))).ledger) is is_kept


CONFIRMING = {DeliveryStatus.ACCEPTED, DeliveryStatus.UNKNOWN, DeliveryStatus.DELIVERED}


@pytest.mark.parametrize("status", list(DeliveryStatus))
def test_what_may_have_reached_the_customer_is_confirmed(status: DeliveryStatus) -> None:
    before = Contacts((contact(NOW, "other", state="reserved"), contact(NOW, "send-1", state="reserved")))
    after = "confirmed" if status in CONFIRMING else "reserved"
    assert settle_contact(before, report(status)) == Contacts(
        (contact(NOW, "other", state="reserved"), contact(NOW, "send-1", state=after))
    )


def test_a_ghost_is_never_confirmed() -> None:
    before = Contacts((contact(NOW, "send-1", state="ghost"),))
    assert settle_contact(before, report(DeliveryStatus.ACCEPTED)) == before


def test_a_released_slot_is_free_again_and_the_others_stay() -> None:
    before = Contacts((contact(NOW, "a"), contact(NOW, "b"), contact(NOW, "c")))
    assert release(before, ("a", "c", "unheard_of")) == Contacts((contact(NOW, "b"),))
    assert release(before, ()) is before


def test_a_message_tried_again_counts_from_then_on() -> None:
    before = Contacts((contact(NOW, "send-1"), contact(NOW + 1, "b")))
    assert renew(before, "send-1", Instant(NOW + 2)) == Contacts((contact(NOW + 1, "b"), contact(NOW + 2, "send-1")))


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
