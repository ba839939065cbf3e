from segue.model.deliveries import DeliveryStatus
from segue.model.ids import DeliveryId
from segue.simulation.checkers.evidence import Owed
from segue.simulation.checkers.memberships import check_memberships
from tests.simulation.checkers.breaking import change, entry, history, synced

JOIN, LEAVE = change(is_member=True), change(is_member=False, delivery="a2")
LOG = entry(commands=(JOIN,)), entry(commands=(LEAVE,))


def test_the_platforms_last_word_has_to_be_the_logs() -> None:
    assert list(check_memberships(history(*LOG, synced=(synced(JOIN), synced(LEAVE))))) == []
    assert len(list(check_memberships(history(*LOG, synced=(synced(LEAVE), synced(JOIN)))))) == 1
    assert len(list(check_memberships(history(*LOG, synced=(synced(JOIN), synced(LEAVE, took=False)))))) == 1
    assert len(list(check_memberships(history(LOG[0])))) == 1


def test_what_the_platform_refused_stays_as_it_was() -> None:
    refused = (Owed(DeliveryId("a2"), DeliveryStatus.REJECTED),)
    assert list(check_memberships(history(*LOG, synced=(synced(JOIN),), owed=refused))) == []


def test_what_a_later_word_overruled_is_wanted_no_more_even_if_that_was_refused() -> None:
    withdrawn = Owed(DeliveryId("a1"), DeliveryStatus.WITHDRAWN)
    refused = Owed(DeliveryId("a2"), DeliveryStatus.REJECTED)
    assert list(check_memberships(history(*LOG, owed=(withdrawn, refused)))) == []
    assert len(list(check_memberships(history(LOG[0], owed=(withdrawn,))))) == 1
